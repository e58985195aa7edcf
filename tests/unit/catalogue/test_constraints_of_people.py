"""What the database promises of people, their notices, tokens and calls, and of duplicates: broken once each."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from catalogue.models import LandingCheck, UploadedFile, Webhook, WebhookDelivery
from harvest.models import LikelyDuplicate
from publishers.models import ApiToken, AuditEntry, IdempotentAnswer, Invitation, Notice, NoticeChoice
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)


def token() -> models.Model:
    return ApiToken.objects.create(user=UserFactory(), name="Nightly load", digest="a", created_at=NOW)


def answer() -> models.Model:
    return IdempotentAnswer.objects.create(user=UserFactory(), key="k", request_digest="a", created_at=NOW)


def invitation() -> models.Model:
    return Invitation.objects.create(
        email="ada@example.gov.uk", publisher=PublisherFactory(), digest="a", created_at=NOW, expires_at=NOW
    )


def notice() -> models.Model:
    return Notice.objects.create(user=UserFactory(), kind="comment", subject="A comment", key="k", created_at=NOW)


def choice() -> models.Model:
    return NoticeChoice.objects.create(user=UserFactory(), kind="comment", pace="daily")


def landing_check() -> models.Model:
    return LandingCheck.objects.create(dataset=dataset(), url="https://rivers.example/", next_check_at=NOW)


def uploaded_file() -> models.Model:
    entry = dataset()
    return UploadedFile.objects.create(
        dataset_id=entry.id, resource_id=entry.id, number=1, size_bytes=1, uploaded_at=NOW, file_name="a.csv"
    )


def webhook() -> Webhook:
    return Webhook.objects.create(
        owner=UserFactory(), name="Ours", url="https://ours.example/", subject="search", position=0, created_at=NOW
    )


def delivery() -> models.Model:
    return WebhookDelivery.objects.create(webhook=webhook(), sequence=1, body="{}", created_at=NOW)


def duplicate() -> models.Model:
    return LikelyDuplicate.objects.create(first=dataset(), second=dataset(), reasons=["title"], found_at=NOW)


@pytest.mark.parametrize(
    ("constraint", "make", "fields"),
    [
        ("api_token_scope_known", token, {"scope": "everything"}),
        ("api_token_has_name", token, {"name": ""}),
        ("invitation_role_known", invitation, {"role": "king"}),
        ("notice_kind_known", notice, {"kind": "gossip"}),
        ("notice_choice_kind_known", choice, {"kind": "gossip"}),
        ("notice_choice_pace_known", choice, {"pace": "hourly"}),
        ("landing_check_state_known", landing_check, {"state": "odd"}),
        ("uploaded_file_size_not_negative", uploaded_file, {"size_bytes": -1}),
        ("webhook_subject_known|webhook_follows_something", webhook, {"subject": "weather"}),
        ("webhook_follows_something", webhook, {"subject": "publisher", "publisher": None}),
        ("webhook_paused_is_not_active", webhook, {"paused_because": "gone", "is_active": True}),
        ("webhook_delivery_state_known", delivery, {"state": "lost"}),
        ("duplicate_state_known", duplicate, {"state": "perhaps"}),
    ],
)
def test_a_row_says_only_what_it_may(constraint: str, make: Callable[[], models.Model], fields: dict[str, Any]) -> None:
    row = make()
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(update_fields=list(fields))


def test_the_audit_log_takes_known_actions_alone() -> None:
    with pytest.raises(IntegrityError, match="audit_action_known"):
        AuditEntry.objects.create(at=NOW, action="shrugged")


def test_no_entry_is_its_own_duplicate() -> None:
    entry = dataset()
    with pytest.raises(IntegrityError, match="duplicate_of_another"):
        LikelyDuplicate.objects.create(first=entry, second=entry, reasons=["title"], found_at=NOW)


@pytest.mark.parametrize(
    ("constraint", "make"),
    [
        ("idempotent_answer_once", answer),
        ("notice_waits_once", notice),
        ("notice_choice_once", choice),
        ("uploaded_file_version_once", uploaded_file),
        ("duplicate_pair_once", duplicate),
        ("webhook_delivery_number_once", delivery),
    ],
)
def test_a_row_is_there_once(constraint: str, make: Callable[[], models.Model]) -> None:
    row = make()
    row.pk = row._meta.pk.get_default() if row._meta.pk.has_default() else None
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)
