"""Addresses that are told of changes: made, signed anew, paused and set going again."""

import datetime
import secrets
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from catalogue.actions import webhook_notes
from catalogue.enums import DeliveryState, PauseReason, WebhookSubject
from catalogue.models import Webhook, WebhookDelivery
from catalogue.webhook_signing import OVERLAP
from publishers.actions import audit
from publishers.actions.notices import notify
from publishers.enums import AuditAction, NoticeKind
from publishers.models import Membership, User
from publishers.permissions import works_for_any

MOST_WEBHOOKS: Final = 50

#: Who pauses what its owner has not.
_BY_ITSELF: Final = audit.Who(label="The site itself")


def add(
    *,
    owner: User,
    name: str,
    url: str,
    subject: WebhookSubject,
    now: datetime.datetime,
    search: str = "",
    **follows: Any,
) -> Webhook:
    """Follow a publisher, a dataset (`dataset_id`) or a search from now on.

    It calls nobody until its address has shown that it wants to be called: `webhook_challenge.prove`.
    """
    webhook = Webhook(
        owner=owner,
        name=name,
        url=url,
        subject=subject,
        secret=_new_secret(),
        search=search,
        created_at=now,
        is_active=False,
        paused_because=PauseReason.UNPROVEN,
        **follows,
    )
    webhook_notes.first_look(webhook)
    webhook.save(force_insert=True)
    return webhook


def change_secret(webhook: Webhook, *, now: datetime.datetime, is_leaked: bool = False) -> None:
    """Sign with a new secret from now on. The one before signs too for `OVERLAP`, unless it has leaked."""
    webhook.secret_before = "" if is_leaked else webhook.secret
    webhook.secret_before_until = None if is_leaked else now + OVERLAP
    webhook.secret = _new_secret()
    webhook.save(update_fields=["secret", "secret_before", "secret_before_until"])


def pause_of_lost_owners(*, now: datetime.datetime) -> int:
    """Pause webhooks whose owner's account is closed or who works for nobody any more; return how many."""
    roles = Membership.objects.filter(user=OuterRef("owner"))
    active = Webhook.objects.filter(is_active=True).select_related("owner")
    lost = active.filter(owner__is_active=False) | active.exclude(Exists(roles)).exclude(owner__is_superuser=True)
    return sum(
        pause(
            webhook,
            PauseReason.OWNER_WITHOUT_ROLE if webhook.owner.is_active else PauseReason.OWNER_CLOSED,
            now=now,
        )
        for webhook in lost
    )


def pause(webhook: Webhook, reason: PauseReason, *, now: datetime.datetime) -> bool:
    """Call it no more. What it has not told stays noted. False where it is paused already.

    Its owner is told, if that is of use; else operators are.
    """
    with transaction.atomic():
        is_ours = Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False, paused_because=reason)
        if not is_ours:
            return False
        is_owners = reason in {PauseReason.NO_ANSWER, PauseReason.GONE} and works_for_any(webhook.owner)
        notify(
            NoticeKind.WEBHOOK_PAUSED,
            publisher=None,
            subject=f"The webhook “{webhook.name}” is paused",
            text=f"{reason.label}. Nothing is lost: once it is active again it goes on where it stopped.",
            path=f"/admin/catalogue/webhook/{webhook.pk}/change/",
            key=str(webhook.pk),
            to=[webhook.owner] if is_owners else None,
            now=now,
        )
        record(webhook, AuditAction.WEBHOOK_PAUSED, who=_BY_ITSELF, now=now, why=reason.value)
    return True


def change(webhook: Webhook, changed: set[str], *, now: datetime.datetime) -> None:
    """Store what somebody changed of a webhook, and nothing that followers write of it meanwhile.

    One that follows something else begins there; one that is set going again goes on where it stopped. With another
    address it waits, as a new one does, until that has shown that it wants to be called.
    """
    with transaction.atomic():
        fields = set(changed)
        was = Webhook.objects.select_for_update().values_list("paused_because", flat=True).get(pk=webhook.pk)
        is_unproven = "url" in fields or was == PauseReason.UNPROVEN
        if fields & {"subject", "publisher", "dataset_id", "search"}:
            webhook_notes.first_look(webhook)
            fields |= {"position", "finds"}
        if is_unproven:
            webhook.is_active, webhook.paused_because = False, PauseReason.UNPROVEN
            fields |= {"is_active", "paused_because"}
        elif "is_active" in fields:
            webhook.paused_because = ""
            fields.add("paused_because")
        webhook.save(update_fields=fields)
        if webhook.is_active and "is_active" in fields:
            go_on(webhook, now=now)


def go_on(webhook: Webhook, *, now: datetime.datetime) -> None:
    """Set a webhook going where it stopped: what it has not told is told now, in order."""
    with transaction.atomic():
        webhook.is_active, webhook.paused_because, webhook.failing_since = True, "", None
        webhook.save(update_fields=["is_active", "paused_because", "failing_since"])
        webhook.deliveries.filter(state=DeliveryState.WAITING).update(next_attempt_at=now, attempts=0)


def take_over(webhook: Webhook, *, owner: User, now: datetime.datetime) -> None:
    """Give a webhook another owner, with a secret that the one before doesn't know."""
    with transaction.atomic():
        webhook.owner = owner
        webhook.save(update_fields=["owner"])
        change_secret(webhook, now=now)


def send_again(deliveries: Iterable[WebhookDelivery], *, now: datetime.datetime) -> int:
    """Make calls once more that were heard or given up, under the numbers that they have; return how many.

    One attempt each: what waits behind them must not wait for days again.
    """
    ids = [delivery.pk for delivery in deliveries]
    return (
        WebhookDelivery.objects.filter(pk__in=ids, webhook__is_active=True)
        .exclude(state=DeliveryState.WAITING)
        .update(state=DeliveryState.WAITING, is_repeat=True, next_attempt_at=now)
    )


def record(webhook: Webhook, action: AuditAction, *, who: audit.Who, now: datetime.datetime, **detail: str) -> None:
    """Note in the audit log what became of a webhook."""
    audit.record(
        action,
        who=who,
        now=now,
        publisher=webhook.publisher,
        object_id=webhook.pk,
        object_label=webhook.name,
        detail={"url": webhook.url, "follows": webhook.subject, **detail},
    )


def _new_secret() -> str:
    return secrets.token_urlsafe(32)
