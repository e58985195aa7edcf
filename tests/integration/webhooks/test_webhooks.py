"""Webhooks over real HTTP: signed, tried again, given up, and never telling of what isn't public."""

import datetime
import hashlib
import hmac
import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets, webhook_notes, webhooks
from catalogue.actions.entry import By
from catalogue.enums import DeliveryState, Route, State, Visibility, WebhookSubject
from catalogue.models import Webhook, WebhookDelivery
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.webhooks.receiving import follow, go

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BY = By(Route.COMMAND, label="test")


def test_a_call_is_signed_and_made_once(receiver):
    agency = PublisherFactory()
    below = PublisherFactory(parent=agency)
    dataset(agency, title="Before")
    hook = follow(receiver.url, publisher=agency, now=NOW)
    made = dataset(below, title="Salmon")
    dataset(PublisherFactory(), title="Another's")
    assert (go(NOW), go(NOW)) == (1, 0)
    assert receiver.told == [(str(made.id), "created")]
    ((headers, body),) = receiver.received
    moment, digest = (part.partition("=")[2] for part in headers["Domesday-Signature"].split(","))
    assert int(moment) == int(NOW.timestamp())
    assert digest == hmac.new(hook.secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    assert headers["Domesday-Delivery"] == json.loads(body)["delivery"] == str(WebhookDelivery.objects.get().id)


def test_what_is_not_public_is_not_told(receiver):
    agency = PublisherFactory()
    follow(receiver.url, publisher=agency, now=NOW)
    draft = dataset(agency, state=State.DRAFT, title="Secret")
    assert go(NOW) == 0
    datasets.publish(draft, by=BY, now=NOW)
    datasets.withdraw(draft, reason="", by=BY, now=NOW)
    assert go(NOW) == 1
    assert {kind for _, kind in receiver.told} <= {"created", "updated", "withdrawn"}
    assert "Secret" not in str(receiver.received)


def test_one_dataset_is_followed(receiver):
    one, other = dataset(), dataset()
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=one.id, now=NOW)
    for entry in (one, other):
        datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    assert go(NOW) == 1
    assert receiver.told == [(str(one.id), "updated")]


def test_a_search_is_followed(receiver, index):
    index()
    follow(receiver.url, WebhookSubject.SEARCH, search="/search?q=salmon&filters[topic]=environment", now=NOW)
    found = dataset(title="Salmon counts", topic_id="environment")
    dataset(title="Salmon recipes", topic_id="health")
    dataset(title="Bus stops", topic_id="environment")
    assert go(NOW) == 0  # the index has not followed so far
    index()
    assert go(NOW) == 1
    assert receiver.told == [(str(found.id), "created")]


def test_who_follows_a_search_is_told_of_what_leaves_it(receiver, index):
    renamed, withdrawn, hidden, other = (dataset(title=f"Salmon {number}") for number in range(4))
    index()
    follow(receiver.url, WebhookSubject.SEARCH, search="q=salmon", now=NOW)
    wish = datasets.draft_of(renamed).with_changes(title="Trout")
    datasets.edit(renamed.id, wish, by=BY, now=NOW)
    datasets.withdraw(withdrawn, reason="", by=BY, now=NOW)
    datasets.edit(hidden.id, datasets.draft_of(hidden), by=BY, now=NOW, visibility=Visibility.PUBLISHER)
    datasets.edit(other.id, datasets.draft_of(other).with_changes(description="More."), by=BY, now=NOW)
    index()
    assert go(NOW) == 1
    assert sorted(receiver.told) == sorted(
        [(str(one.id), "left") for one in (renamed, withdrawn, hidden)] + [(str(other.id), "updated")]
    )
    datasets.edit(renamed.id, wish.with_changes(description="Still none."), by=BY, now=NOW)
    index()
    assert go(NOW) == 0


def test_a_search_that_finds_too_much_tells_only_of_what_it_finds(receiver, index, monkeypatch):
    monkeypatch.setattr(webhook_notes, "MOST_FOUND", 1)
    first, _ = dataset(title="Salmon 1"), dataset(title="Salmon 2")
    index()
    hook = follow(receiver.url, WebhookSubject.SEARCH, search="q=salmon", now=NOW)
    datasets.withdraw(first, reason="", by=BY, now=NOW)
    index()
    assert go(NOW) == 0
    hook.refresh_from_db()
    assert hook.finds is not None  # few enough by now


def test_secrets_stand_encrypted_in_the_database(receiver, settings):
    entry = dataset()
    hook = follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
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
    assert go(NOW) == 0
    assert receiver.received == []
    assert WebhookDelivery.objects.get().error.startswith("Its secret can’t be read")


def test_a_call_that_fails_is_tried_again_ever_later_and_then_given_up(receiver):
    entry = dataset()
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
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
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title="New"), by=BY, now=NOW)
    receiver.status = 302
    assert go(NOW) == 0
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
    go(NOW)
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
