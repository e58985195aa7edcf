"""The change log under concurrency: nothing is missed and nothing comes twice, whatever the order of commits."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalogue import queries
from catalogue.actions import changes
from catalogue.enums import ChangeKind, State
from catalogue.models import Change, Dataset
from tests.factories.catalogue import dataset

pytestmark = pytest.mark.django_db(transaction=True)


def append(dataset_id):
    changes.record([dataset_id], ChangeKind.CREATED, now=timezone.now())


def followed(after: int) -> list[tuple[int, uuid.UUID]]:
    """What a follower reads that remembers the highest position."""
    changes.assign_positions()
    return list(Change.objects.filter(position__gt=after).order_by("position").values_list("position", "dataset_id"))


def in_other_transaction(work, before_commit=None):
    """Run in a thread, so in a connection and transaction of its own."""

    def run():
        try:
            with transaction.atomic():
                work()
                if before_commit:
                    before_commit()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_positions_are_gapless_from_one():
    ids = [uuid.uuid4() for _ in range(5)]
    for dataset_id in ids:
        append(dataset_id)
    assert followed(0) == list(enumerate(ids, 1))
    assert changes.assign_positions() == 0


def test_a_long_writer_that_commits_late_gets_a_later_position_and_is_not_lost():
    early, late = uuid.uuid4(), uuid.uuid4()
    written, release = threading.Event(), threading.Event()

    # The long writer takes the lower id first …
    writer = in_other_transaction(lambda: append(late), before_commit=lambda: (written.set(), release.wait(60)))
    assert written.wait(60)
    append(early)  # … and this one commits before it
    seen = followed(0)
    assert seen == [(1, early)]

    release.set()
    writer.join()
    assert followed(1) == [(2, late)]
    assert Change.objects.get(dataset_id=late).pk < Change.objects.get(dataset_id=early).pk


def test_a_rolled_back_change_leaves_no_gap():
    first, gone, second = (uuid.uuid4() for _ in range(3))
    append(first)
    try:
        with transaction.atomic():
            append(gone)
            raise RuntimeError
    except RuntimeError:
        pass
    append(second)
    assert followed(0) == [(1, first), (2, second)]


def test_sequencers_at_once_give_each_change_one_position():
    ids = [uuid.uuid4() for _ in range(50)]
    changes.record(ids, ChangeKind.UPDATED, now=timezone.now())
    threads = [in_other_transaction(lambda: changes.assign_positions(batch_size=7)) for _ in range(4)]
    for thread in threads:
        thread.join()
    changes.assign_positions()
    assert list(Change.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 51))


def test_positions_go_on_after_a_restored_dump_whose_id_sequence_was_set_back():
    append(uuid.uuid4())
    changes.assign_positions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('catalogue_change', 'id'), 1000)")
    newest = uuid.uuid4()
    append(newest)
    assert followed(1) == [(2, newest)]


def test_a_release_by_the_clock_alone_is_told_once():
    now = timezone.now()
    released = dataset(release_at=now - timedelta(minutes=1), now=now - timedelta(hours=1)).id
    dataset(release_at=now + timedelta(hours=1), now=now - timedelta(hours=1))
    dataset(release_at=now - timedelta(minutes=1), now=now - timedelta(hours=1), state=State.DRAFT)
    assert queries.some_change_waits_for_its_position()

    assert followed(3) == [(4, released)]
    assert (Change.objects.get(position=4).kind, Change.objects.count()) == ("updated", 4)
    assert followed(4) == []
    assert not queries.some_change_waits_for_its_position()


def test_a_release_waits_for_nobody_who_writes_the_entry_at_its_minute():
    now = timezone.now()
    released = dataset(release_at=now - timedelta(minutes=1), now=now - timedelta(hours=1))
    locked, go_on = threading.Event(), threading.Event()

    def write() -> None:
        Dataset.objects.select_for_update().get(id=released.id)

    writer = in_other_transaction(write, before_commit=lambda: (locked.set(), go_on.wait(60)))
    assert locked.wait(60)
    assert followed(0) == [(1, released.id)]
    assert writer.is_alive()
    go_on.set()
    writer.join()
    assert followed(1) == [(2, released.id)]
    assert followed(2) == []
    released.refresh_from_db()
    assert released.modified_at == released.release_at


def test_a_commit_wakes_whoever_listens():
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {changes.CHANNEL}")
    append(uuid.uuid4())
    notices = list(connection.connection.notifies(timeout=240, stop_after=1))
    assert [notice.channel for notice in notices] == [changes.CHANNEL]
