"""What a receiver may rely on: calls in order and numbered, secrets that change without a refused call, and an end to
calling where nobody hears or answers for it."""

import datetime
import hashlib
import hmac
import socket
import threading
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalogue.actions import changes, datasets, webhook_calls, webhook_notes, webhooks
from catalogue.actions.entry import By
from catalogue.enums import ChangeKind, DeliveryState, PauseReason, Route, WebhookSubject
from catalogue.models import Webhook, WebhookDelivery
from catalogue.webhook_signing import OVERLAP
from publishers.actions import notices
from publishers.actions.members import remove
from publishers.enums import AuditAction
from publishers.models import AuditEntry
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.webhooks.receiving import Receiver, follow, go, receiving

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BY = By(Route.COMMAND, label="test")
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


def edit(entry: Any, title: str) -> None:
    datasets.edit(entry.id, datasets.draft_of(entry).with_changes(title=title), by=BY, now=NOW)
    entry.refresh_from_db()


def numbers(receiver: Receiver) -> list[int]:
    return [body["sequence"] for body in receiver.bodies]


def test_later_calls_wait_until_the_earlier_one_is_heard(receiver: Receiver) -> None:
    entry = dataset()
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    receiver.status = 503
    for title in ("One", "Two", "Three"):
        edit(entry, title)
        assert go(NOW) == 0
    assert numbers(receiver) == [1]  # once, and no other before it
    receiver.status = 200
    assert go(NOW + MINUTE) == 3
    assert numbers(receiver) == [1, 1, 2, 3]
    positions = [change["position"] for body in receiver.bodies[1:] for change in body["changes"]]
    assert positions == sorted(positions)


def test_after_one_is_given_up_the_next_are_made_and_the_gap_shows(receiver: Receiver) -> None:
    entry = dataset()
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    receiver.answers = lambda body: 500 if body["sequence"] == 1 else 200
    for title in ("One", "Two"):
        edit(entry, title)
        go(NOW)
    now = NOW
    while (first := WebhookDelivery.objects.get(sequence=1)).next_attempt_at:
        now = first.next_attempt_at
        go(now)
    assert first.state == DeliveryState.DEAD
    assert numbers(receiver) == [1] * 8 + [2]
    receiver.answers = lambda body: 200
    assert webhooks.send_again([first], now=now) == 1
    assert go(now) == 1
    assert numbers(receiver)[-1] == 1


def test_what_is_sent_again_is_tried_once_and_holds_nobody_up(receiver: Receiver) -> None:
    entry = dataset()
    follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    edit(entry, "One")
    assert go(NOW) == 1
    receiver.answers = lambda body: 500 if body["sequence"] == 1 else 200
    webhooks.send_again(WebhookDelivery.objects.all(), now=NOW)
    edit(entry, "Two")
    assert go(NOW) == 1
    states = WebhookDelivery.objects.order_by("sequence").values_list("sequence", "state")
    assert list(states) == [(1, DeliveryState.DEAD), (2, DeliveryState.DELIVERED)]
    assert webhooks.send_again(WebhookDelivery.objects.none(), now=NOW) == 0


def test_however_much_changes_the_queue_stays_short_and_all_of_it_is_told_in_order(receiver: Receiver) -> None:
    agency = PublisherFactory()
    entry, other = dataset(agency), dataset()
    hook = follow(receiver.url, publisher=agency, now=NOW)
    aside = follow(receiver.url, WebhookSubject.DATASET, dataset_id=other.id, now=NOW)
    many = 13 * webhook_notes.MOST_TOLD + 1
    changes.record([entry.id] * many, ChangeKind.UPDATED, now=NOW)
    while changes.assign_positions():
        pass
    receiver.status = 500
    for _ in range(2):
        go(NOW)
        assert WebhookDelivery.objects.count() == webhook_notes.MOST_WAITING
    aside.refresh_from_db()
    assert aside.position == hook.position + many  # what doesn't concern it is passed in one step
    receiver.status = 200
    receiver.received.clear()
    assert (go(NOW + MINUTE), go(NOW + MINUTE)) == (10, 4)
    positions = [change["position"] for body in receiver.bodies for change in body["changes"]]
    assert positions == list(range(hook.position + 1, hook.position + many + 1))
    assert numbers(receiver) == list(range(1, 15))
    assert max(len(body["changes"]) for body in receiver.bodies) == webhook_notes.MOST_TOLD


def signed_with(receiver: Receiver) -> list[str]:
    """The secrets of the last call's signatures: checked as a receiver would."""
    headers, body = receiver.received[-1]
    moment, *digests = (part.partition("=")[2] for part in headers["Domesday-Signature"].split(","))
    by_digest = {
        hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest(): secret
        for webhook in Webhook.objects.all()
        for secret in (webhook.secret, webhook.secret_before)
        if secret
    }
    return [by_digest[digest] for digest in digests]


def test_a_new_secret_signs_beside_the_one_of_before_for_a_time(receiver: Receiver) -> None:
    entry = dataset()
    hook = follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    first = hook.secret
    webhooks.change_secret(hook, now=NOW)
    second = hook.secret
    edit(entry, "One")
    go(NOW)
    assert (first != second, signed_with(receiver)) == (True, [second, first])
    edit(entry, "Two")
    go(NOW + OVERLAP)
    assert signed_with(receiver) == [second]
    webhooks.change_secret(hook, now=NOW, is_leaked=True)
    edit(entry, "Three")
    go(NOW)
    assert signed_with(receiver) == [hook.secret]
    assert hook.secret not in (first, second)


def test_a_webhook_of_somebody_who_left_is_paused_and_an_operator_takes_it_over(receiver: Receiver) -> None:
    agency = PublisherFactory()
    closed, without_role, operator = officer(agency), officer(agency), UserFactory(is_superuser=True)
    hooks = [follow(receiver.url, publisher=agency, owner=one, now=NOW) for one in (closed, without_role, operator)]
    closed.is_active = False
    closed.save()
    remove(without_role, agency, who=webhooks._BY_ITSELF, now=NOW)
    dataset(agency)
    assert go(NOW) == 1
    assert dict(Webhook.objects.values_list("owner_id", "paused_because")) == {
        closed.pk: PauseReason.OWNER_CLOSED,
        without_role.pk: PauseReason.OWNER_WITHOUT_ROLE,
        operator.pk: "",
    }
    assert AuditEntry.objects.filter(action=AuditAction.WEBHOOK_PAUSED).count() == 2
    notices.send_due(now=NOW)
    assert [(mailed.to, mailed.subject) for mailed in mail.outbox] == [([operator.email], "2 things about your data")]

    browser = Client()
    browser.force_login(operator)
    address = f"/admin/catalogue/webhook/{hooks[0].pk}"
    assert "Paused: Its owner’s account is closed" in browser.get("/admin/catalogue/webhook/").content.decode()
    values = {"name": "Ours", "url": receiver.url, "subject": "publisher", "publisher": agency.pk, "is_active": "on"}
    assert "Nobody answers for it" in browser.post(f"{address}/change/", values).content.decode()
    browser.post(f"{address}/take-over/")
    browser.post(f"{address}/change/", values)
    assert go(NOW) == 1  # what it had not told
    taken = Webhook.objects.get(pk=hooks[0].pk)
    assert (taken.owner, taken.paused_because, taken.secret_before) == (operator, "", hooks[0].secret)


def test_a_receiver_that_is_away_for_a_week_is_called_no_more_and_its_owner_is_told(receiver: Receiver) -> None:
    agency = PublisherFactory()
    owner = officer(agency)
    hook = follow(receiver.url, publisher=agency, owner=owner, now=NOW)
    receiver.status = 502
    now = NOW
    while Webhook.objects.get().is_active:
        dataset(agency)
        go(now)
        waits = WebhookDelivery.objects.filter(state=DeliveryState.WAITING).values_list("next_attempt_at", flat=True)
        now = max(now + MINUTE, *(at for at in waits.order_by("sequence")[:1] if at))
    hook.refresh_from_db()
    assert hook.paused_because == PauseReason.NO_ANSWER
    assert datetime.timedelta(days=7) <= now - NOW < datetime.timedelta(days=10)
    notices.send_due(now=now)
    (mailed,) = mail.outbox
    assert (mailed.to, mailed.subject) == ([owner.email], "The webhook “Ours” is paused")
    assert f"/admin/catalogue/webhook/{hook.pk}/change/" in mailed.body

    receiver.status, already = 200, len(receiver.received)
    assert go(now + 30 * DAY) == 0
    webhooks.go_on(hook, now=now + 30 * DAY)
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count()
    assert go(now + 30 * DAY) >= waiting
    assert numbers(receiver)[already:] == sorted(numbers(receiver)[already:])


def test_an_address_that_says_it_is_gone_is_called_no_more(receiver: Receiver) -> None:
    entry = dataset()
    hook = follow(receiver.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    edit(entry, "New")
    receiver.status = 410
    assert (go(NOW), go(NOW + DAY), len(receiver.received)) == (0, 0, 1)
    hook.refresh_from_db()
    assert (hook.is_active, hook.paused_because) == (False, PauseReason.GONE)


def test_a_receiver_that_keeps_us_waiting_keeps_no_other_waiting(
    receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One takes the call and says nothing until the other has been called."""
    monkeypatch.setattr(webhook_calls, "LIMITS", webhook_calls.LIMITS | {"response_timeout": 60, "total_timeout": 120})
    heard = threading.Event()
    with receiving(settings) as slow:
        slow.answers = lambda body: 200 if heard.wait(50) else 500
        receiver.answers = lambda body: heard.set() or 200
        entry = dataset()
        for one in (slow, receiver):
            follow(one.url, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
        edit(entry, "New")
        assert go(NOW) == 2


def test_a_receiver_that_dribbles_is_given_up_in_time(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Header after header without an end: the limit is on the whole answer, not on each silence."""
    monkeypatch.setattr(
        webhook_calls, "LIMITS", webhook_calls.LIMITS | {"connect_timeout": 0.1, "response_timeout": 0.2}
    )
    stop = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def dribble() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"X-More: yes\r\n")
                except OSError:
                    return

    threading.Thread(target=dribble, daemon=True).start()
    host = f"127.0.0.1:{server.getsockname()[1]}"
    settings.OUTBOUND_ALLOW_HOSTS = [host]
    entry = dataset()
    follow(f"http://{host}/hook", WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    edit(entry, "New")
    try:
        assert go(NOW) == 0
    finally:
        stop.set()
        server.close()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status_code) == (DeliveryState.WAITING, 1, None)


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
    ],
)
def test_an_address_inside_is_not_called(address: str) -> None:
    entry = dataset()
    follow(address, WebhookSubject.DATASET, dataset_id=entry.id, now=NOW)
    edit(entry, "New")
    assert go(NOW) == 0
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status_code, delivery.attempts, bool(delivery.error)) == (None, 1, True)


def test_the_page_of_a_webhook_shows_its_calls_and_sends_one_again(receiver: Receiver) -> None:
    agency = PublisherFactory()
    owner = officer(agency)
    hook = follow(receiver.url, publisher=agency, owner=owner, now=NOW)
    dataset(agency)
    go(NOW)
    call = WebhookDelivery.objects.get()
    address = f"/admin/catalogue/webhook/{hook.pk}"
    stranger, browser = Client(), Client()
    stranger.force_login(officer(agency))
    browser.force_login(owner)
    for path in ("secret/", "take-over/", f"send-again/{call.pk}/"):
        assert stranger.post(f"{address}/{path}").status_code == 403
        assert browser.get(f"{address}/{path}").status_code == 405
    assert browser.post(f"{address}/take-over/").status_code == 403
    assert f"send-again/{call.pk}/" in browser.get(f"{address}/change/").content.decode()
    said = browser.post(f"{address}/send-again/{call.pk}/", follow=True).content.decode()
    assert "1 call is made again within a minute." in said
    assert go(timezone.now()) == 1
    assert numbers(receiver) == [1, 1]
    before = hook.secret
    shown = browser.post(f"{address}/secret/", follow=True).content.decode()
    hook.refresh_from_db()
    assert (hook.secret_before, hook.secret in shown, before in shown) == (before, True, True)
    log = AuditEntry.objects.filter(object_id=str(hook.pk)).values_list("action", flat=True)
    assert list(log) == [AuditAction.WEBHOOK_SECRET_CHANGED]
