"""Which file is to be looked into next, and who does. The rows of ResourceFile are the queue, claimed by leases."""

import datetime
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from catalogue.enums import LinkState, ResourceKind, State
from files.enums import FileState
from files.models import QueuePlace, ResourceFile

#: Longer than fetching and looking take together.
LEASE: Final = datetime.timedelta(minutes=15)
#: A file that could not be had or read is tried again after this time, then after twice as long, and so on.
_AGAIN: Final = datetime.timedelta(days=1)
_LONGEST: Final = datetime.timedelta(days=64)

#: A check that ended may be stored this much later. What comes later still, the walk through all links finds.
_STORED_WITHIN: Final = datetime.timedelta(minutes=2)
#: Links that one step of the walk looks at, and the time from the end of one walk to the beginning of the next.
_STEP: Final = 20_000
_REST: Final = datetime.timedelta(days=1)
_FIRST: Final = UUID(int=0)
_LAST: Final = UUID(int=2**128 - 1)

# A link that works and whose file nobody has looked into, that has changed since, or that leads elsewhere now.
_NEW: Final = """
    INSERT INTO files_resourcefile
        (resource_id, url, state, reason, format, format_title, encoding, digest, document, members, sheets,
         failure_count, due_at)
    SELECT resource.id, resource.url, %(waiting)s, '', '', '', '', '', '{{}}', '[]', '[]', 0, %(now)s
    FROM catalogue_linkcheck AS link
        JOIN catalogue_resource AS resource ON resource.id = link.resource_id
        JOIN catalogue_dataset AS dataset ON dataset.id = resource.dataset_id
    WHERE {which} AND link.state = %(works)s AND resource.kind = %(data)s AND dataset.state <> %(withdrawn)s
        AND resource.url ~* '^https?://'
        AND NOT EXISTS (SELECT FROM files_resourcefile AS file WHERE file.resource_id = resource.id)
    ON CONFLICT DO NOTHING
"""
_CHANGED: Final = """
    UPDATE files_resourcefile AS file SET due_at = %(now)s
    FROM catalogue_linkcheck AS link
        JOIN catalogue_resource AS resource ON resource.id = link.resource_id
        JOIN catalogue_dataset AS dataset ON dataset.id = resource.dataset_id
    WHERE {which} AND link.resource_id = file.resource_id AND link.state = %(works)s
        AND dataset.state <> %(withdrawn)s AND (file.due_at IS NULL OR file.due_at > %(now)s)
        AND (file.url <> resource.url OR (file.fetched_at IS NOT NULL AND link.changed_at > file.fetched_at)
            OR (file.digest = '' AND file.due_at IS NULL))
"""
_LATELY: Final = "link.checked_at > %(since)s"
_STRETCH: Final = "link.resource_id > %(after)s AND link.resource_id <= %(upto)s"
_STEP_END: Final = """
    SELECT resource_id FROM catalogue_linkcheck WHERE resource_id > %s ORDER BY resource_id OFFSET %s LIMIT 1
"""


def enqueue(*, now: datetime.datetime) -> int:
    """Have new files looked into, and those that a link check saw to have changed. Return how many that are.

    Where somebody else is at it, there is nothing to do. What it costs depends on how many links were checked lately,
    not on how many there are: see docs/decisions/0021-files.md.
    """
    with transaction.atomic():
        QueuePlace.objects.get_or_create(id=1)
        place = QueuePlace.objects.select_for_update(skip_locked=True).filter(id=1).first()
        if place is None:
            return 0
        count = 0
        if place.checked_until is not None:
            count += _enqueue(_LATELY, {"since": place.checked_until - _STORED_WITHIN}, now=now)
        place.checked_until = now
        if place.swept_to is not None or place.next_sweep_at is None or place.next_sweep_at <= now:
            count += _walk_on(place, now=now)
        place.save()
        return count


def enqueue_all(*, now: datetime.datetime) -> int:
    """The same, after a look at every link, however long it takes."""
    QueuePlace.objects.update_or_create(id=1, defaults={"swept_to": None, "next_sweep_at": None})
    count = 0
    while not QueuePlace.objects.filter(id=1, next_sweep_at__gt=now).exists():
        count += enqueue(now=now)
    return count


def _walk_on(place: QueuePlace, *, now: datetime.datetime) -> int:
    """The next links of the walk through all of them."""
    after = place.swept_to or _FIRST
    with connection.cursor() as cursor:
        cursor.execute(_STEP_END, [after, _STEP - 1])
        found = cursor.fetchone()
    place.swept_to = found[0] if found else None
    if not found:
        place.next_sweep_at = now + _REST
    return _enqueue(_STRETCH, {"after": after, "upto": found[0] if found else _LAST}, now=now)


def _enqueue(which: str, values: dict[str, Any], *, now: datetime.datetime) -> int:
    values |= {
        "now": now,
        "waiting": FileState.WAITING,
        "works": LinkState.OK,
        "data": ResourceKind.DATA,
        "withdrawn": State.WITHDRAWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEW.format(which=which), values)
        count: int = cursor.rowcount
        cursor.execute(_CHANGED.format(which=which), values)
        return count + cursor.rowcount


def claim(*, now: datetime.datetime) -> ResourceFile | None:
    """The file that has been due for longest, for nobody else to take meanwhile; None where none is."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    while True:
        with transaction.atomic():
            file = (
                ResourceFile.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("resource__dataset__publisher")
                .filter(free, due_at__lte=now)
                .order_by("due_at", "pk")
                .first()
            )
            if file is None:
                return None
            if file.resource.dataset.state != State.WITHDRAWN:
                file.leased_until = now + LEASE
                file.save(update_fields=["leased_until"])
                return file
            file.due_at = None  # should its entry come back, its link is checked again, and then it is due again
            file.save(update_fields=["due_at"])


def due_count(*, now: datetime.datetime) -> int:
    return ResourceFile.objects.filter(due_at__lte=now).exclude(resource__dataset__state=State.WITHDRAWN).count()


def next_try(failures: int, *, now: datetime.datetime) -> datetime.datetime:
    return now + min(_LONGEST, _AGAIN * 2 ** min(failures, 10))


def look_again(resource_ids: Iterable[UUID], *, now: datetime.datetime) -> int:
    """Have these files looked into as soon as a worker is free, changed or not."""
    return ResourceFile.objects.filter(resource_id__in=list(resource_ids)).update(due_at=now, digest="")
