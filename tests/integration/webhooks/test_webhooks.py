"""Webhooks over real HTTP: signed, tried again, given up, and never telling of what isn't public."""

import datetime
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets, webhooks
from catalogue.actions.store import By
from catalogue.enums import DeliveryState, Route, State, Visibility, WebhookSubject
from catalogue.models import Webhook, WebhookDelivery
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BY = By(Route.COMMAND, label="test")


class Receiver(ThreadingHTTPServer):
    """Keeps what it was sent, and answers with `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[tuple[dict[str, str], str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    server = Receiver()
    settings.OUTBOUND_ALLOW_HOSTS = [f"127.0.0.1:{server.server_address[1]}"]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def follow(receiver: Receiver, subject: WebhookSubject = WebhookSubject.PUBLISHER, **follows: Any) -> Webhook:
    return webhooks.add(owner=UserFactory(), name="Ours", url=receiver.url, subject=subject, now=NOW, **follows)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [
        (change["dataset_id"], change["kind"])
        for _, body in receiver.received
        for change in json.loads(body)["changes"]
    ]


def go(now: datetime.datetime = NOW) -> int:
    webhooks.note_changes(now=now)
    return webhooks.deliver_due(now=now)


def test_a_call_is_signed_and_made_once(receiver):
    agency = PublisherFactory()
    below = PublisherFactory(parent=agency)
    dataset(agency, title="Before")
    hook = follow(receiver, publisher=agency)
    made = dataset(below, title="Salmon")
    dataset(PublisherFactory(), title="Another's")
    assert (go(), go()) == (1, 0)
    assert told(receiver) == [(str(made.id), "created")]
    ((headers, body),) = receiver.received
    moment, digest = (part.partition("=")[2] for part in headers["Domesday-Signature"].split(","))
    assert int(moment) == int(NOW.timestamp())
    assert digest == hmac.new(hook.secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    assert headers["Domesday-Delivery"] == json.loads(body)["delivery"] == str(WebhookDelivery.objects.get().id)


def test_what_is_not_public_is_not_told(receiver):
    agency = PublisherFactory()
    follow(receiver, publisher=agency)
    draft = dataset(agency, state=State.DRAFT, title="Secret")
    assert go() == 0
    datasets.publish(draft, by=BY, now=NOW)
    datasets.withdraw(draft, reason="", by=BY, now=NOW)
    assert go() == 1
    assert {kind for _, kind in told(receiver)} <= {"created", "updated", "withdrawn"}
    assert "Secret" not in str(receiver.received)


def test_one_dataset_is_followed(receiver):
    one, other = dataset(), dataset()
    follow(receiver, WebhookSubject.DATASET, dataset_id=one.id)
    for entry in (one, other):
        datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    assert go() == 1
    assert told(receiver) == [(str(one.id), "updated")]


def test_a_search_is_followed(receiver, index):
    index()
    follow(receiver, WebhookSubject.SEARCH, search="/search?q=salmon&filters[topic]=environment")
    found = dataset(title="Salmon counts", topic_id="environment")
    dataset(title="Salmon recipes", topic_id="health")
    dataset(title="Bus stops", topic_id="environment")
    assert go() == 0  # the index has not followed so far
    index()
    assert go() == 1
    assert told(receiver) == [(str(found.id), "created")]


def test_who_follows_a_search_is_told_of_what_leaves_it(receiver, index):
    renamed, withdrawn, hidden, other = (dataset(title=f"Salmon {number}") for number in range(4))
    index()
    follow(receiver, WebhookSubject.SEARCH, search="q=salmon")
    wish = datasets.draft_of(renamed).with_changes(title="Trout")
    datasets.edit(renamed.id, wish, by=BY, now=NOW)
    datasets.withdraw(withdrawn, reason="", by=BY, now=NOW)
    datasets.edit(hidden.id, datasets.draft_of(hidden), by=BY, now=NOW, visibility=Visibility.PUBLISHER)
    datasets.edit(other.id, datasets.draft_of(other).with_changes(description="More."), by=BY, now=NOW)
    index()
    assert go() == 1
    assert sorted(told(receiver)) == sorted(
        [(str(one.id), "left") for one in (renamed, withdrawn, hidden)] + [(str(other.id), "updated")]
    )
    datasets.edit(renamed.id, wish.with_changes(description="Still none."), by=BY, now=NOW)
    index()
    assert go() == 0


def test_a_search_that_finds_too_much_tells_only_of_what_it_finds(receiver, index, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_FOUND", 1)
    first, _ = dataset(title="Salmon 1"), dataset(title="Salmon 2")
    index()
    hook = follow(receiver, WebhookSubject.SEARCH, search="q=salmon")
    datasets.withdraw(first, reason="", by=BY, now=NOW)
    index()
    assert go() == 0
    hook.refresh_from_db()
    assert hook.finds is not None  # few enough by now


def test_secrets_stand_encrypted_in_the_database(receiver, settings):
    entry = dataset()
    hook = follow(receiver, WebhookSubject.DATASET, dataset_id=entry.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM catalogue_webhook")
        [(stored,)] = cursor.fetchall()
    assert stored.startswith("sealed:1:")
    assert hook.secret not in stored
    assert Webhook.objects.get().secret == hook.secret
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert Webhook.objects.get().secret == hook.secret
    settings.SECRET_KEY_FALLBACKS = []
    datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    assert go() == 0
    assert receiver.received == []
    assert WebhookDelivery.objects.get().error.startswith("Its secret can’t be read")


def test_a_call_that_fails_is_tried_again_ever_later_and_then_given_up(receiver):
    entry = dataset()
    follow(receiver, WebhookSubject.DATASET, dataset_id=entry.id)
    datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    receiver.status = 500
    now, waits = NOW, []
    for _ in range(8):
        assert go(now) == 0
        delivery = WebhookDelivery.objects.get()
        if delivery.next_attempt_at:
            waits.append(int((delivery.next_attempt_at - now).total_seconds() / 60))
            assert go(delivery.next_attempt_at - datetime.timedelta(seconds=1)) == 0
            now = delivery.next_attempt_at
    assert waits == [1, 5, 30, 120, 360, 720, 1440]
    assert (delivery.state, delivery.attempts, len(receiver.received)) == (DeliveryState.DEAD, 8, 8)
    assert delivery.error == "The address answered with status 500, which is no success."
    receiver.status = 200
    assert go(now + datetime.timedelta(days=9)) == 0
    assert webhooks.send_again([delivery], now=now) == 1
    assert go(now) == 1


def test_a_redirect_is_not_followed_and_a_private_address_not_called(receiver, settings):
    entry = dataset()
    follow(receiver, WebhookSubject.DATASET, dataset_id=entry.id)
    datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    receiver.status = 302
    assert go() == 0
    assert len(receiver.received) == 1
    settings.OUTBOUND_ALLOW_HOSTS = []
    assert go(NOW + datetime.timedelta(minutes=2)) == 0
    assert len(receiver.received) == 1


def test_people_make_their_own_in_the_workplace_and_see_no_others(receiver):
    agency = PublisherFactory()
    browser = Client()
    browser.force_login(officer(agency))
    values = {
        "name": "Feed",
        "url": receiver.url,
        "subject": "publisher",
        "publisher": str(agency.id),
        "is_active": "on",
    }
    page = browser.post("/admin/catalogue/webhook/add/", values, follow=True)
    hook = Webhook.objects.get()
    assert (page.status_code, hook.publisher, hook.secret in page.content.decode()) == (200, agency, True)
    dataset(agency)
    go()
    calls = browser.get(f"/admin/catalogue/webhook/{hook.id}/change/").content.decode()
    assert "Delivered" in calls
    stranger = Client()
    stranger.force_login(officer(PublisherFactory()))
    assert stranger.get(f"/admin/catalogue/webhook/{hook.id}/change/").status_code == 302
    assert "Feed" not in stranger.get("/admin/catalogue/webhookdelivery/").content.decode()
    operator = Client()
    operator.force_login(UserFactory(is_superuser=True))
    shown = operator.get(f"/admin/catalogue/webhook/{hook.id}/change/").content.decode()
    assert (hook.name in shown, hook.secret in shown) == (True, False)
    for wrong in ({"url": "nowhere"}, {"subject": "search"}, {"subject": "dataset"}, {"publisher": ""}):
        assert browser.post("/admin/catalogue/webhook/add/", values | wrong).status_code == 200
    assert Webhook.objects.count() == 1
