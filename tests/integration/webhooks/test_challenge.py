"""An address is called once it has shown that it wants to be, and not before."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.actions import webhook_challenge, webhooks
from catalogue.admin import webhooks as pages
from catalogue.enums import PauseReason, WebhookSubject
from catalogue.models import Webhook
from catalogue.webhook_signing import gives_back
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.webhooks.receiving import Receiver, go, receiving

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ADD = "/admin/catalogue/webhook/add/"


@pytest.fixture
def agency() -> Any:
    return PublisherFactory(title="Rivers Agency")


@pytest.fixture
def browser(agency: Any) -> Client:
    return signed_in(officer(agency))


def values(receiver: Receiver, agency: Any, **others: str) -> dict[str, str]:
    given = {"name": "Feed", "url": receiver.url, "subject": "publisher", "publisher": str(agency.pk)}
    return given | {"is_active": "on"} | others


def test_who_gives_the_word_back_is_called_from_then_on(receiver: Receiver, agency: Any, browser: Client) -> None:
    page = browser.post(ADD, values(receiver, agency), follow=True).content.decode()
    assert "Its address wants to be called: the webhook is active." in page
    hook = Webhook.objects.get()
    assert (hook.is_active, hook.paused_because) == (True, "")
    ((headers, body),) = receiver.challenged
    said = json.loads(body)
    assert (said["webhook"], sorted(said)) == (str(hook.pk), ["challenge", "webhook"])
    moment, digest = (part.partition("=")[2] for part in headers["Domesday-Signature"].split(","))
    assert digest == hmac.new(hook.secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    dataset(agency)
    assert go(NOW) == 1


def test_who_does_not_is_told_nothing_until_it_does_and_then_all(
    receiver: Receiver, agency: Any, browser: Client
) -> None:
    receiver.proves = lambda word: b"OK"
    page = browser.post(ADD, values(receiver, agency), follow=True).content.decode()
    assert "its address has not shown that it wants calls. The address answered, but did not give the" in page
    hook = Webhook.objects.get()
    assert (hook.is_active, hook.paused_because) == (False, PauseReason.UNPROVEN)
    dataset(agency)
    assert (go(NOW), receiver.received) == (0, [])
    address = f"/admin/catalogue/webhook/{hook.pk}"
    # Ticking “active” is no way round
    browser.post(f"{address}/change/", values(receiver, agency))
    assert Webhook.objects.filter(is_active=True).count() == 0
    form = browser.get(f"{address}/change/").content.decode()
    assert "Its address has to answer once" in form
    receiver.proves = lambda word: json.dumps({"challenge": word}).encode()
    assert "the webhook is active" in browser.post(f"{address}/challenge/", follow=True).content.decode()
    assert "Its address has to answer once" not in browser.get(f"{address}/change/").content.decode()
    assert (go(NOW), len(receiver.received)) == (1, 1)


def test_another_address_is_asked_too(receiver: Receiver, agency: Any, browser: Client, settings: Any) -> None:
    browser.post(ADD, values(receiver, agency))
    hook = Webhook.objects.get()
    with receiving(settings) as other:
        other.proves = lambda word: b""
        browser.post(f"/admin/catalogue/webhook/{hook.pk}/change/", values(other, agency))
        dataset(agency)
        assert (go(NOW), other.received, len(other.challenged)) == (0, [], 1)
    # Stopped by its owner and moved meanwhile, it is asked when it is to go on
    browser.post(f"/admin/catalogue/webhook/{hook.pk}/change/", values(receiver, agency, is_active=""))
    assert len(receiver.challenged) == 1
    browser.post(f"/admin/catalogue/webhook/{hook.pk}/change/", values(receiver, agency))
    assert (len(receiver.challenged), go(NOW)) == (2, 1)


def test_a_webhook_that_was_active_before_there_were_challenges_goes_on(receiver: Receiver, agency: Any) -> None:
    hook = webhooks.add(
        owner=officer(agency), name="Old", url=receiver.url, subject=WebhookSubject.PUBLISHER, publisher=agency, now=NOW
    )
    Webhook.objects.update(is_active=True, paused_because="")
    dataset(agency)
    assert (go(NOW), receiver.challenged) == (1, [])
    hook.refresh_from_db()
    webhooks.change(hook, {"name"}, now=NOW)
    assert Webhook.objects.get().is_active


def test_an_address_inside_or_one_that_is_away_is_not_believed(receiver: Receiver, agency: Any, settings: Any) -> None:
    hook = webhooks.add(
        owner=officer(agency),
        name="Ours",
        url=receiver.url,
        subject=WebhookSubject.PUBLISHER,
        publisher=agency,
        now=NOW,
    )
    settings.OUTBOUND_ALLOW_HOSTS = []
    assert webhook_challenge.prove(hook, clock=lambda: NOW) != ""
    assert (receiver.challenged, Webhook.objects.get().is_active) == ([], False)


def test_nobody_has_others_servers_asked_again_and_again(
    receiver: Receiver, agency: Any, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ASKED_A_MINUTE", 0)
    page = browser.post(ADD, values(receiver, agency), follow=True).content.decode()
    assert "That were many attempts." in page
    assert (receiver.challenged, Webhook.objects.get().is_active) == ([], False)


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        (b"word", True),
        (b" word\r\n", True),
        (b'{"challenge": "word"}', True),
        (b"", False),
        (b"words", False),
        (b'{"webhook": "1", "challenge": "word"}', False),  # a server that sends back what it was sent
        (b'{"challenge": ["word"]}', False),
        (b"{" * 900, False),
        (b'["word"]', False),
        (b"\xff", False),
    ],
)
def test_only_the_word_alone_counts(answer: bytes, is_right: bool) -> None:
    assert gives_back(answer, "word") is is_right
