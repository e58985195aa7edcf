"""Telling addresses of changes: noting what each is to be told, and telling it until it is heard or given up."""

import datetime
import logging
import secrets
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import QueryDict

from catalogue import queries
from catalogue.actions import changes
from catalogue.enums import DeliveryState, WebhookSubject
from catalogue.models import Change, Dataset, Webhook, WebhookDelivery
from catalogue.search.among import found_among, found_by
from catalogue.search.query import SearchUnavailable, index_position
from catalogue.search_labels import named_now
from catalogue.search_parameters import SearchParameters
from catalogue.webhook_signing import HEADER, next_attempt, signature
from publishers.models import Publisher, User
from services.compact_json import dumps
from services.http import HttpClient, HttpError, OutboundPolicy

logger = logging.getLogger(__name__)

#: Changes read at a time, and the most that one call tells of.
_BATCH: Final = 500

#: A worker that dies while it calls leaves the call to others after so long.
_LEASE: Final = datetime.timedelta(minutes=2)

#: For how long calls are kept for their owner to look at.
_KEPT: Final = datetime.timedelta(days=30)

MOST_WEBHOOKS: Final = 50

#: Entries that a search may find for those that leave it to be told.
MOST_FOUND: Final = 10_000

#: Beside the kinds of the change log: a search found the entry before this change, and finds it no more.
LEFT: Final = "left"


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
    """Follow a publisher, a dataset (`dataset_id`) or a search from now on."""
    changes.assign_positions()
    try:
        finds = found_by(parameters_of(search), most=MOST_FOUND) if subject == WebhookSubject.SEARCH else None
    except SearchUnavailable:
        finds = None  # looked at with the first change
    return Webhook.objects.create(
        owner=owner,
        name=name,
        url=url,
        subject=subject,
        secret=secrets.token_urlsafe(32),
        search=search,
        position=_last_position(),
        finds=_as_list(finds),
        created_at=now,
        **follows,
    )


def parameters_of(search: str) -> SearchParameters:
    """The search of a results page's address, or of its part after the “?”."""
    query = urlsplit(search).query if "?" in search else search
    return named_now(SearchParameters.read(QueryDict(query)))


def note_changes(*, now: datetime.datetime) -> int:
    """Note the calls that active webhooks are to make about what changed since they last looked; return how many."""
    changes.assign_positions()
    noted = 0
    for webhook_id in list(Webhook.objects.filter(is_active=True).values_list("id", flat=True)):
        while True:
            with transaction.atomic():
                webhook = Webhook.objects.select_for_update(skip_locked=True).filter(id=webhook_id).first()
                is_more, told = _note(webhook, now) if webhook else (False, 0)
            noted += told
            if not is_more:
                break
    return noted


def _note(webhook: Webhook, now: datetime.datetime) -> tuple[bool, int]:
    """Look at the next changes; tell whether there may be more, and how many calls were noted."""
    highest = _last_position()
    if webhook.subject == WebhookSubject.SEARCH:
        try:
            highest = min(highest, index_position())
        except SearchUnavailable:
            return False, 0  # this node has no index yet: another, or later
    read = [
        position
        for position in Change.objects.filter(position__gt=webhook.position, position__lte=highest)
        .order_by("position")
        .values_list("position", flat=True)[:_BATCH]
        if position is not None
    ]
    if not read:
        return False, 0
    public = list(queries.public_changes(since=webhook.position).filter(position__lte=read[-1]).order_by("position"))
    wanted = _wanted(webhook, {change.dataset_id for change in public})
    told = [_told(change, change.kind) for change in public if change.dataset_id in wanted]
    told += [_told(change, LEFT) for change in _left(webhook, read[-1], wanted)]
    webhook.position = read[-1]
    webhook.save(update_fields=["position", "finds"])
    if told:
        delivery_id = uuid4()
        WebhookDelivery.objects.create(
            id=delivery_id, webhook=webhook, body=_body(webhook, delivery_id, told), created_at=now, next_attempt_at=now
        )
    return len(read) == _BATCH, int(bool(told))


def _wanted(webhook: Webhook, dataset_ids: set[UUID]) -> set[UUID]:
    match webhook.subject:
        case WebhookSubject.DATASET:
            return dataset_ids & {webhook.dataset_id} if webhook.dataset_id else set()
        case WebhookSubject.PUBLISHER:
            below = (
                Publisher.objects.under([webhook.publisher_id]) if webhook.publisher_id else Publisher.objects.none()
            )
            own = Dataset.objects.filter(id__in=dataset_ids, publisher__in=below)
            return set(own.values_list("id", flat=True))
    return found_among(dataset_ids, parameters_of(webhook.search))


def _left(webhook: Webhook, up_to: int, found: set[UUID]) -> list[Change]:
    """The last change of each entry that a search found and finds no more: withdrawn, hidden, or said otherwise.

    Remembers what the search finds from now on.
    """
    if webhook.subject != WebhookSubject.SEARCH:
        return []
    if webhook.finds is None:  # too many until now, or never looked at
        webhook.finds = _as_list(found_by(parameters_of(webhook.search), most=MOST_FOUND))
        return []
    since = Change.objects.filter(position__gt=webhook.position, position__lte=up_to)
    known = set(webhook.finds)
    last = {change.dataset_id: change for change in since.filter(dataset_id__in=known).order_by("position")}
    left = [change for dataset_id, change in last.items() if dataset_id not in found]
    known = (known - {change.dataset_id for change in left}) | found
    webhook.finds = _as_list(known if len(known) <= MOST_FOUND else None)
    return sorted(left, key=lambda change: change.position or 0)


def _as_list(ids: set[UUID] | None) -> list[UUID] | None:
    return None if ids is None else sorted(ids)


def _told(change: Change, kind: str) -> dict[str, Any]:
    return {
        "position": change.position,
        "dataset_id": change.dataset_id,
        "kind": kind,
        "at": change.at,
        "url": f"{settings.SITE_URL}/dataset/{change.dataset_id}",
    }


def _body(webhook: Webhook, delivery_id: UUID, told: list[dict[str, Any]]) -> str:
    return dumps({"webhook": webhook.id, "delivery": delivery_id, "changes": told})


def deliver_due(*, now: datetime.datetime, limit: int = 200) -> int:
    """Make the calls that are due; return how many were heard."""
    due = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING, next_attempt_at__lte=now, webhook__is_active=True
    ).order_by("next_attempt_at", "created_at", "pk")[:limit]
    # Long enough for a server to think, short enough for the others that wait; redirects would take the body elsewhere
    policy = OutboundPolicy.from_settings(
        max_bytes=64 * 1024, connect_timeout=5, response_timeout=10, total_timeout=20, max_redirects=0
    )
    heard = 0
    claimable = list(due.select_related("webhook"))
    if claimable:
        with HttpClient(policy) as client:
            for delivery in claimable:
                claimed = WebhookDelivery.objects.filter(
                    id=delivery.id, state=DeliveryState.WAITING, next_attempt_at=delivery.next_attempt_at
                ).update(next_attempt_at=now + _LEASE)
                heard += bool(claimed) and _call(client, delivery, now)
    WebhookDelivery.objects.filter(created_at__lt=now - _KEPT).exclude(state=DeliveryState.WAITING).delete()
    return heard


def _call(client: HttpClient, delivery: WebhookDelivery, now: datetime.datetime) -> bool:
    webhook = delivery.webhook
    if not webhook.secret:
        return _noted(delivery, None, "Its secret can’t be read: SECRET_KEY is another. Make a new webhook.", now)
    headers = {
        "Content-Type": "application/json",
        HEADER: signature(webhook.secret, delivery.body, at=now),
        "Domesday-Delivery": str(delivery.id),
    }
    status, error = None, ""
    try:
        with client.open(
            webhook.url, method="POST", headers=headers, data=delivery.body.encode(), any_status=True
        ) as answer:
            status = answer.status
    except HttpError as failure:
        status, error = failure.status, str(failure)
    return _noted(delivery, status, error, now)


def _noted(delivery: WebhookDelivery, status: int | None, error: str, now: datetime.datetime) -> bool:
    """What came of a call, and when it is tried again; tell whether it was heard."""
    delivery.attempts += 1
    delivery.status_code = status
    if status is not None and 200 <= status < 300:
        delivery.state, delivery.delivered_at, delivery.next_attempt_at = DeliveryState.DELIVERED, now, None
    else:
        error = error or f"The address answered with status {status}, which is no success."
        delivery.next_attempt_at = next_attempt(delivery.attempts, now=now)
        if delivery.next_attempt_at is None:
            delivery.state = DeliveryState.DEAD
    delivery.error = error[:500]
    delivery.save(update_fields=["attempts", "status_code", "state", "delivered_at", "next_attempt_at", "error"])
    return delivery.state == DeliveryState.DELIVERED


def send_again(deliveries: Iterable[WebhookDelivery], *, now: datetime.datetime) -> int:
    """Begin anew with calls that were given up; return how many."""
    ids = [delivery.id for delivery in deliveries]
    return WebhookDelivery.objects.filter(id__in=ids, state=DeliveryState.DEAD).update(
        state=DeliveryState.WAITING, attempts=0, next_attempt_at=now
    )


def _last_position() -> int:
    last = Change.objects.exclude(position=None).order_by("-position").values_list("position", flat=True).first()
    return last or 0
