"""What webhooks are to tell: each follows the change log, and what concerns it becomes calls in the order of the log.

The log itself is the queue. Of each webhook no more than `MOST_WAITING` calls are noted ahead of being made; the rest
stays in the log, so that no number of changes and no receiver that is away makes the queue longer.
"""

import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from catalogue import queries
from catalogue.actions import changes
from catalogue.enums import DeliveryState, WebhookSubject
from catalogue.models import Change, Dataset, Webhook, WebhookDelivery
from catalogue.search.among import found_among, found_by
from catalogue.search.query import SearchUnavailable, index_position
from catalogue.search_labels import named_now
from catalogue.search_parameters import SearchParameters
from publishers.models import Publisher
from services.compact_json import dumps

#: Changes that one call tells of at most, and that are read at a time.
MOST_TOLD: Final = 500

#: Calls of one webhook that may wait.
MOST_WAITING: Final = 10

#: Times that the log is read on for one webhook before the others have their turn.
_MOST_READ: Final = 40

#: Changes of the log that are looked through at a time for those of a publisher: without an end, each look at a long
#: log would go through all that is left of it.
_LOOKED_THROUGH: Final = 2_000

#: Entries that a search may find for those that leave it to be told.
MOST_FOUND: Final = 10_000

#: Beside the kinds of the change log: a search found the entry before this change, and finds it no more.
LEFT: Final = "left"


def note_changes(*, now: datetime.datetime) -> int:
    """Note the calls that active webhooks are to make about what changed since they last looked; return how many."""
    changes.assign_positions()
    noted = 0
    for webhook_id in list(
        Webhook.objects.filter(is_active=True).order_by("position", "pk").values_list("pk", flat=True)
    ):
        for _ in range(_MOST_READ):
            with transaction.atomic():
                webhook = (
                    Webhook.objects.select_for_update(skip_locked=True).filter(id=webhook_id, is_active=True).first()
                )
                is_more, told = _note(webhook, now) if webhook else (False, 0)
            noted += told
            if not is_more:
                break
    return noted


def first_look(webhook: Webhook) -> None:
    """Follow from now on: what changed before is not told."""
    changes.assign_positions()
    webhook.position = _last_position()
    if webhook.subject == WebhookSubject.SEARCH:
        try:
            webhook.finds = _as_list(found_by(_parameters(webhook), most=MOST_FOUND))
        except SearchUnavailable:
            webhook.finds = None  # looked at with the first change


def _note(webhook: Webhook, now: datetime.datetime) -> tuple[bool, int]:
    """Look at the next changes; tell whether there may be more, and how many calls were noted."""
    if webhook.deliveries.filter(state=DeliveryState.WAITING).count() >= MOST_WAITING:
        return False, 0
    highest = _last_position()
    if webhook.subject == WebhookSubject.SEARCH:
        try:
            highest = min(highest, index_position())
        except SearchUnavailable:
            return False, 0  # this node has no index yet: another, or later
    end = highest
    if webhook.subject == WebhookSubject.PUBLISHER:
        end = min(highest, webhook.position + _LOOKED_THROUGH)
    read = list(_following(webhook).filter(position__lte=end).order_by("position")[:MOST_TOLD])
    up_to = (read[-1].position or 0) if len(read) == MOST_TOLD else end
    is_more = up_to < highest
    if up_to <= webhook.position:
        return False, 0
    told = _all_told(webhook, read, up_to) if read else []
    webhook.position = up_to
    if told:
        webhook.last_sequence += 1
        delivery_id = uuid4()
        WebhookDelivery.objects.create(
            id=delivery_id,
            webhook=webhook,
            sequence=webhook.last_sequence,
            body=_body(webhook, delivery_id, told),
            created_at=now,
            next_attempt_at=now,
        )
    webhook.save(update_fields=["position", "finds", "last_sequence"])
    return is_more, int(bool(told))


def _following(webhook: Webhook) -> QuerySet[Change]:
    """The changes after its position that may concern it, for the database to choose."""
    after = Change.objects.filter(position__gt=webhook.position)
    match webhook.subject:
        case WebhookSubject.DATASET:
            assert webhook.dataset_id  # as the database promises
            return after.filter(dataset_id=webhook.dataset_id)
        case WebhookSubject.PUBLISHER:
            below = Publisher.objects.under([webhook.publisher_id] if webhook.publisher_id else [])
            return after.filter(dataset_id__in=Dataset.objects.filter(publisher__in=below).values("id"))
    return after


def _parameters(webhook: Webhook) -> SearchParameters:
    return named_now(SearchParameters.of_address(webhook.search))


def _all_told(webhook: Webhook, read: list[Change], up_to: int) -> list[dict[str, Any]]:
    """What is told of the changes read, up to a position. Where a search is followed, remembers what it finds."""
    public = queries.told_in_public(change.dataset_id for change in read)
    concerned = [change for change in read if change.dataset_id in public]
    if webhook.subject != WebhookSubject.SEARCH:
        return [_told(change, change.kind) for change in concerned]
    found = found_among({change.dataset_id for change in concerned}, _parameters(webhook))
    told = [_told(change, change.kind) for change in concerned if change.dataset_id in found]
    return told + [_told(change, LEFT) for change in _left(webhook, up_to, found)]


def _left(webhook: Webhook, up_to: int, found: set[UUID]) -> list[Change]:
    """The last change of each entry that a search found and finds no more: withdrawn, hidden, or said otherwise.

    Remembers what the search finds from now on.
    """
    if webhook.finds is None:  # too many until now, or never looked at
        webhook.finds = _as_list(found_by(_parameters(webhook), most=MOST_FOUND))
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
    return dumps({"webhook": webhook.pk, "delivery": delivery_id, "sequence": webhook.last_sequence, "changes": told})


def _last_position() -> int:
    last = Change.objects.exclude(position=None).order_by("-position").values_list("position", flat=True).first()
    return last or 0
