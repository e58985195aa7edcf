"""Appending to the change log, and the sequencer that gives committed rows their position."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from catalogue.actions import rows
from catalogue.enums import ChangeKind
from catalogue.models import Change, Dataset
from catalogue.queries import unnoted_releases
from publishers.models import Publisher

#: PostgreSQL's LISTEN/NOTIFY channel on which followers are woken. A hint only: followers also look by themselves.
CHANNEL = "domesday_changes"

#: Advisory lock under which positions are handed out: one sequencer at a time in a database.
_SEQUENCER_LOCK = 0x646F6D65

_ASSIGN = """
    WITH waiting AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place
        FROM (SELECT id FROM catalogue_change WHERE position IS NULL ORDER BY id LIMIT %s) AS batch
    )
    UPDATE catalogue_change
    SET position = (SELECT coalesce(max(position), 0) FROM catalogue_change) + waiting.place
    FROM waiting WHERE catalogue_change.id = waiting.id
"""


def record(dataset_ids: Iterable[UUID], kind: ChangeKind, *, now: datetime.datetime) -> None:
    """Append one change for each dataset, in the caller's transaction, and wake followers when it commits."""
    appended = [rows.new(Change, dataset_id=dataset_id, kind=kind, at=now) for dataset_id in dataset_ids]
    if not appended:
        return
    rows.insert(Change, appended)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _note_renames(now: datetime.datetime) -> None:
    """What is found of an entry names its publisher and the bodies above: a new name is news of every entry."""
    renamed = list(Publisher.objects.select_for_update().filter(is_renamed=True).order_by("id"))
    if renamed:
        ids = Dataset.objects.filter(publisher__in=renamed).order_by("id").values_list("id", flat=True)
        rows.insert(Change, [Change(dataset_id=dataset_id, kind=ChangeKind.UPDATED, at=now) for dataset_id in ids])
        Publisher.objects.filter(pk__in=[publisher.pk for publisher in renamed]).update(is_renamed=False)


def _note_releases(now: datetime.datetime) -> None:
    """A release time makes an entry public without any write: the log tells of it as if it were one.

    Whoever asks for what changed lately is told too: for them the entry changed when it came out, not when it was
    entered weeks before. Under the sequencer's lock, so that each release is told once. An entry that somebody is
    writing at this moment waits for the next look: nobody waits for its writer.
    """
    waiting = unnoted_releases(now=now).select_for_update(skip_locked=True, no_key=True)
    released = list(waiting.order_by("id").values_list("id", flat=True))
    if not released:
        return
    Dataset.objects.filter(id__in=released, modified_at__lt=F("release_at")).update(modified_at=F("release_at"))
    rows.insert(Change, [Change(dataset_id=dataset_id, kind=ChangeKind.UPDATED, at=now) for dataset_id in released])


def assign_positions(*, batch_size: int = 10_000) -> int:
    """Give every committed change its position; return how many got one.

    Followers call this before they read. Rows of transactions still open are not visible here, so they get
    a later position once they commit: a follower that remembers the highest position loses nothing.
    """
    assigned = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            # The lock first, in its own statement: the UPDATE's snapshot must be taken while we hold it.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])
            _note_releases(timezone.now())
            _note_renames(timezone.now())
            cursor.execute(_ASSIGN, [batch_size])
            count = cursor.rowcount
        assigned += count
        if count < batch_size:
            return assigned
