"""The follower: every change reaches the index, whatever happens meanwhile, and nothing that isn't public does."""

import datetime
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalogue.actions import changes, datasets
from catalogue.actions.entry import By
from catalogue.enums import ChangeKind, Route, State, Visibility
from catalogue.models import Change, Dataset, QualityReport
from catalogue.search import follow, location
from catalogue.search.build import rebuild
from catalogue.search.follow import Follower
from catalogue.search.index import close_reader, open_reader, report_damage
from catalogue.search.location import current_build, home
from catalogue.search.source import public_entries
from catalogue.search.writing import Writer
from tests.connections import end_all_others
from tests.factories.catalogue import dataset, draft
from tests.factories.publishers import PublisherFactory
from tests.integration.search.conftest import Following
from tests.integration.search.waiting import found, index_now, titles
from tests.waiting import PATIENCE, until

BY = By(Route.COMMAND, label="test")


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_follower_which_need_not_look_again(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How soon that is, `bench/search.py --commits` measures."""
    entry = dataset(title="Lamps")
    with following():
        until(lambda: titles("lamps") == ["Lamps"])
        monkeypatch.setattr(follow, "_POLL", 10 * PATIENCE)
        time.sleep(1.1)  # the last short wait is over
        datasets.edit(entry.id, draft(entry.publisher, title="Lighthouses"), by=BY, now=timezone.now())
        until(lambda: titles("lighthouses") == ["Lighthouses"])
        assert titles("lamps") == []
        datasets.withdraw(entry, reason="No longer kept", by=BY, now=timezone.now())
        until(lambda: titles("lighthouses") == [])
        monkeypatch.undo()
        dataset(title="Beacons")  # wakes it, so that it need not sleep on
        until(lambda: titles("beacons") == ["Beacons"])


@pytest.mark.django_db
def test_only_what_anybody_may_read_is_in_the_index() -> None:
    hour = datetime.timedelta(hours=1)
    dataset(title="Secret draft", state=State.DRAFT)
    dataset(title="Secret in review", state=State.IN_REVIEW)
    dataset(title="Secret of officials", visibility=Visibility.OFFICIALS)
    dataset(title="Secret of its publisher", visibility=Visibility.PUBLISHER)
    dataset(title="Secret until later", release_at=timezone.now() + hour)
    datasets.withdraw(dataset(title="Secret by now"), reason="Gone", by=BY, now=timezone.now())
    dataset(title="Secret no more", release_at=timezone.now() - hour)
    rebuild()
    assert titles("secret") == ["Secret no more"]
    assert open_reader().searcher.num_docs == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": Visibility.OFFICIALS},
        {"visibility": Visibility.PUBLISHER},
        {"state": State.DRAFT},
        {"release_at": timezone.now() + datetime.timedelta(days=1)},
    ],
)
def test_an_entry_that_is_hidden_leaves_the_index(hidden: dict[str, Any]) -> None:
    entry = dataset(title="Beacons")
    index_now()
    assert titles("beacons") == ["Beacons"]
    Dataset.objects.filter(id=entry.id).update(**hidden)
    changes.record([entry.id], ChangeKind.UPDATED, now=timezone.now())
    index_now()
    assert titles("beacons") == []
    assert open_reader().searcher.num_docs == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_appears_at_its_release_time_by_itself(following: Following) -> None:
    release_at = timezone.now() + datetime.timedelta(seconds=2.5)
    dataset(title="Embargoed figures", release_at=release_at)
    with following():
        until(lambda: titles("embargoed") == ["Embargoed figures"])
        assert timezone.now() >= release_at


@pytest.mark.django_db
def test_an_entry_released_while_nobody_followed_appears() -> None:
    entry = dataset(title="Embargoed figures", release_at=timezone.now() + datetime.timedelta(hours=1))
    index_now()
    assert titles("embargoed") == []
    build = current_build()
    assert build
    state = build.read_state()
    Dataset.objects.filter(id=entry.id).update(release_at=state.released_until + datetime.timedelta(milliseconds=1))
    index_now()
    assert titles("embargoed") == ["Embargoed figures"]


@pytest.mark.django_db(transaction=True)
def test_changes_of_a_transaction_that_commits_late_are_not_lost(following: Following) -> None:
    """The slow transaction takes its sequence numbers first and commits last."""
    publisher = PublisherFactory()
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                dataset(publisher, title="Slow entry")
                written.set()
                assert may_commit.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    with following():
        thread.start()
        assert written.wait(60)
        dataset(publisher, title="Quick entry")
        until(lambda: titles("entry") == ["Quick entry"])
        may_commit.set()
        until(lambda: set(titles("entry")) == {"Quick entry", "Slow entry"})
        thread.join()


@pytest.mark.django_db
def test_doing_a_change_twice_gives_the_same_index() -> None:
    dataset(title="Beacons")
    index_now()
    build = current_build()
    assert build
    state = build.read_state()
    dataset(title="Lamps")
    index_now()
    build.write_state(state)  # as after a crash between the commit and the note of how far it went
    index_now()
    assert (titles("lamps"), open_reader().searcher.num_docs) == (["Lamps"], 2)


@pytest.mark.django_db
def test_what_was_not_committed_is_done_again() -> None:
    index_now()
    dataset(title="Beacons")
    build = current_build()
    assert build
    writer = Writer(build)
    follower = Follower(writer, build.read_state())
    follower._commit = lambda: None  # type: ignore[method-assign]  # killed just before
    follower.catch_up(changes.assign_positions)
    writer.close()
    assert titles("beacons") == []
    index_now()
    assert titles("beacons") == ["Beacons"]


@pytest.mark.django_db
def test_more_changes_than_a_batch_holds_all_arrive(django_assert_max_num_queries: Any) -> None:
    publisher = PublisherFactory()
    entries = [dataset(publisher, title=f"Survey {number}") for number in range(3)]
    index_now()
    QualityReport.objects.update(score=77)
    ids = [entry.id for entry in entries] * 1000
    changes.record(ids, ChangeKind.QUALITY, now=timezone.now())
    with django_assert_max_num_queries(60):
        index_now()
    assert [hit.quality_score for hit in found("survey").hits] == [77, 77, 77]
    assert open_reader().state.position == Change.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_a_batch_takes_as_many_queries_for_one_entry_as_for_three(number: int, django_assert_num_queries: Any) -> None:
    index_now()
    for _ in range(number):
        dataset(PublisherFactory())
    changes.assign_positions()
    build = current_build()
    assert build
    writer = Writer(build)
    follower = Follower(writer, build.read_state())
    with django_assert_num_queries(5):  # releases due, changes, datasets, their resources, their publishers
        follower.catch_up(lambda: None)
    writer.close()
    assert open_reader().searcher.num_docs == number


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_beside_a_follower_loses_nothing(following: Following) -> None:
    dataset(title="Before")
    with following():
        until(lambda: titles("before") == ["Before"])
        first = current_build()
        rebuild()
        assert current_build() != first
        dataset(title="Afterwards")
        until(lambda: titles("afterwards") == ["Afterwards"])
        assert titles("before") == ["Before"]
        until(lambda: [folder.name for folder in home().iterdir() if folder.is_dir()] == [current_build().name])  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_a_database_restored_from_an_older_dump_is_recognised(following: Following) -> None:
    publisher = PublisherFactory()
    dataset(publisher, title="In the dump")
    with following():
        until(lambda: titles("dump") == ["In the dump"])
        dump = list(Change.objects.values())
        lost = dataset(publisher, title="After the dump")
        until(lambda: len(titles("dump")) == 2)
        with transaction.atomic():
            Dataset.objects.filter(id=lost.id).delete()
            Change.objects.all().delete()
            Change.objects.bulk_create([Change(**row) for row in dump])
        until(lambda: titles("dump") == ["In the dump"])
        # The log grows again past the place where the index stood
        dataset(publisher, title="Since the dump")
        until(lambda: set(titles("dump")) == {"In the dump", "Since the dump"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["state", "meta", "segments", "all", "pointer"])
def test_an_index_that_was_harmed_is_built_anew(harm: str, following: Following) -> None:
    dataset(title="Beacons")
    rebuild()
    build = current_build()
    assert build
    index = Path(build.index_path)
    if harm == "state":
        build.state_path.write_text('{"position": ')
    elif harm == "meta":
        (index / "meta.json").write_bytes(b"")
    elif harm == "segments":
        for file in index.glob("*.idx"):
            file.write_bytes(file.read_bytes()[:20])
        for file in index.glob("*.store"):
            file.write_bytes(b"")
    elif harm == "all":
        for file in index.iterdir():
            file.unlink()
    else:
        (home() / "current").unlink()
    close_reader()
    with following():
        until(lambda: titles("beacons") == ["Beacons"])
        dataset(title="Lamps")
        until(lambda: titles("lamps") == ["Lamps"])
    assert current_build() != build


@pytest.mark.django_db(transaction=True)
def test_what_a_reader_reports_has_an_old_index_built_anew_and_a_new_one_kept(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(title="Beacons")
    with following():
        until(lambda: titles("beacons") == ["Beacons"])
        build = current_build()
        assert build
        report_damage(build, ValueError("of no consequence"))
        time.sleep(1.5)
        assert current_build() == build
        monkeypatch.setattr(location, "REPORTS_HEEDED_AFTER", datetime.timedelta(0))
        until(lambda: current_build() != build)
        until(lambda: titles("beacons") == ["Beacons"])


@pytest.mark.django_db
def test_an_entry_that_can_not_be_indexed_keeps_no_other_out(caplog: pytest.LogCaptureFixture) -> None:
    entry = dataset(title="Beacons")
    index_now()
    build = current_build()
    assert build
    good, bad = public_entries([entry.id], now=timezone.now()) * 2
    writer = Writer(build)
    stored = writer.put([replace(bad, quality_score=2**70), replace(good, id=uuid.uuid4(), title="Lamps")])
    writer.commit(build.read_state())
    writer.close()
    assert (stored, titles("lamps"), titles("beacons")) == (1, ["Lamps"], [])
    assert f"Dataset {entry.id} can't be indexed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_follower_survives_the_loss_of_its_database_connection(
    following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    with following():
        # It has a connection to lose once it has followed something
        dataset(title="Lamps")
        until(lambda: titles("lamps") == ["Lamps"])
        end_all_others()
        dataset(title="Beacons")
        until(lambda: titles("beacons") == ["Beacons"])
    lost = [record for record in caplog.records if "The database does not answer" in record.getMessage()]
    assert len(lost) == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_follower_waits_and_takes_over(following: Following) -> None:
    with following():
        dataset(title="Beacons")
        until(lambda: titles("beacons") == ["Beacons"])
        build = current_build()
        assert build
        with pytest.raises(Exception, match="Another process writes the search index"):
            Writer(build)
    with following():
        dataset(title="Lamps")
        until(lambda: titles("lamps") == ["Lamps"])
        assert current_build() == build
