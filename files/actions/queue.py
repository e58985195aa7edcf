"""Which file is to be looked into next, and who does. The rows of ResourceFile are the queue, claimed by leases."""

import datetime
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from catalogue.enums import LinkState, ResourceKind, State
from files.enums import FileState
from files.models import ResourceFile

#: Longer than fetching and looking take together.
LEASE: Final = datetime.timedelta(minutes=15)
#: A file that could not be had or read is tried again after this time, then after twice as long, and so on.
_AGAIN: Final = datetime.timedelta(days=1)
_LONGEST: Final = datetime.timedelta(days=64)

# A link that works and whose file nobody has looked into, that has changed since, or that leads elsewhere now.
_NEW: Final = """
    INSERT INTO files_resourcefile
        (resource_id, url, state, reason, format, format_title, encoding, digest, document, members, sheets,
         failure_count, due_at)
    SELECT resource.id, resource.url, %(waiting)s, '', '', '', '', '', '{}', '[]', '[]', 0, %(now)s
    FROM catalogue_linkcheck AS link
        JOIN catalogue_resource AS resource ON resource.id = link.resource_id
        JOIN catalogue_dataset AS dataset ON dataset.id = resource.dataset_id
    WHERE link.state = %(works)s AND resource.kind = %(data)s AND dataset.state <> %(withdrawn)s
        AND resource.url ~* '^https?://'
        AND NOT EXISTS (SELECT FROM files_resourcefile AS file WHERE file.resource_id = resource.id)
    LIMIT %(limit)s
    ON CONFLICT DO NOTHING
"""
_CHANGED: Final = """
    UPDATE files_resourcefile AS file SET due_at = %(now)s
    FROM catalogue_linkcheck AS link JOIN catalogue_resource AS resource ON resource.id = link.resource_id
    WHERE link.resource_id = file.resource_id AND link.state = %(works)s
        AND (file.due_at IS NULL OR file.due_at > %(now)s)
        AND (file.url <> resource.url OR (file.fetched_at IS NOT NULL AND link.changed_at > file.fetched_at))
"""


def enqueue(*, now: datetime.datetime, limit: int = 5_000) -> int:
    """Have new files looked into, and those that a link check saw to have changed. Return how many that are."""
    values: dict[str, str | int | datetime.datetime] = {
        "now": now,
        "limit": limit,
        "waiting": FileState.WAITING,
        "works": LinkState.OK,
        "data": ResourceKind.DATA,
        "withdrawn": State.WITHDRAWN,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEW, values)
        count: int = cursor.rowcount
        cursor.execute(_CHANGED, values)
        return count + cursor.rowcount


def claim(*, now: datetime.datetime) -> ResourceFile | None:
    """The file that has been due for longest, for nobody else to take meanwhile; None where none is."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    with transaction.atomic():
        file = (
            ResourceFile.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("resource__dataset__publisher")
            .filter(free, due_at__lte=now)
            .exclude(resource__dataset__state=State.WITHDRAWN)
            .order_by("due_at")
            .first()
        )
        if file is None:
            return None
        file.leased_until = now + LEASE
        file.save(update_fields=["leased_until"])
    return file


def due_count(*, now: datetime.datetime) -> int:
    return ResourceFile.objects.filter(due_at__lte=now).exclude(resource__dataset__state=State.WITHDRAWN).count()


def next_try(failures: int, *, now: datetime.datetime) -> datetime.datetime:
    return now + min(_LONGEST, _AGAIN * 2 ** min(failures, 10))


def look_again(resource_ids: Iterable[UUID], *, now: datetime.datetime) -> int:
    """Have these files looked into as soon as a worker is free, changed or not."""
    return ResourceFile.objects.filter(resource_id__in=list(resource_ids)).update(due_at=now, digest="")
