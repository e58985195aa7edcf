"""Whatever happens to an index or its follower: afterwards index and database agree, and facets are counted rightly."""

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from catalogue import tasks
from catalogue.actions import changes, datasets
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset
from catalogue.search.follow import begin
from catalogue.search.index import close_reader, open_reader
from catalogue.search.location import Build, current_build
from catalogue.search.rows import Rows
from catalogue.search.verify import verify
from tests.factories.catalogue import dataset, draft
from tests.integration.search.conftest import Following
from tests.integration.search.waiting import index_now, titles
from tests.waiting import until

BY = By(Route.COMMAND, label="test")


def agrees() -> bool:
    close_reader()
    found = verify()
    bitmaps = open_reader().bitmaps
    return not found.differences.all and found.counts_agree and bitmaps is not None


def build() -> Build:
    found = current_build()
    assert found
    return found


@pytest.mark.django_db
def test_a_follower_killed_before_it_saved_its_bitmaps_does_again_what_they_lack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = dataset(title="Beacons", tags=["light"])
    index_now()
    kept = build().rows_path.read_bytes()
    monkeypatch.setattr(Rows, "is_due", False)
    datasets.edit(entry.id, draft(entry.publisher, title="Lamps", tags=["lamp"]), by=BY, now=timezone.now())
    dataset(title="Candles", tags=["light"])
    index_now()
    assert build().rows_path.read_bytes() == kept
    monkeypatch.undo()
    dataset(title="Torches", tags=["light"])
    index_now()
    assert agrees()
    bitmaps = open_reader().bitmaps
    assert bitmaps
    counts = bitmaps.count(bitmaps.alive, {}, ("tag",), 10)
    assert counts
    assert (counts.total, counts.values["tag"]) == (3, {"light": 2, "lamp": 1})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["deleted", "cut"])
def test_bitmaps_that_are_gone_or_cut_are_built_anew(harm: str, following: Following) -> None:
    dataset(title="Beacons")
    index_now()
    path = build().rows_path
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40])
    assert titles("beacons") == ["Beacons"]  # without bitmaps the engine counts
    with following():
        until(lambda: current_build() and build().rows_path != path)
        until(lambda: titles("beacons") == ["Beacons"])
    assert agrees()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["everything", "the build", "its index"])
def test_a_directory_deleted_under_a_follower_that_runs_is_made_anew(part: str, following: Following) -> None:
    dataset(title="Beacons")
    with following():
        until(lambda: titles("beacons") == ["Beacons"])
        old = build()
        gone = {"everything": old.folder.parent.parent, "the build": old.folder, "its index": Path(old.index_path)}
        shutil.rmtree(gone[part], ignore_errors=True)
        dataset(title="Lamps")
        until(lambda: titles("lamps") == ["Lamps"])
    assert agrees()
    assert titles("beacons") == ["Beacons"]


@pytest.mark.django_db
def test_two_nodes_with_a_directory_each_agree(settings: Any, tmp_path: Path) -> None:
    entry = dataset(title="Beacons")
    folders = [tmp_path / "first", tmp_path / "second"]
    for title in ("Lamps", "Torches"):
        for folder in folders:
            settings.SEARCH_DIR = folder
            close_reader()
            index_now()
            assert agrees()
        datasets.edit(entry.id, draft(entry.publisher, title=title), by=BY, now=timezone.now())
    assert titles("lamps") == ["Lamps"]  # one that has not looked since


@pytest.mark.django_db
def test_an_index_of_another_schema_is_left_alone_and_a_new_one_built(settings: Any) -> None:
    other = Path(settings.SEARCH_DIR) / "0123456789ab"
    (other / "20200101T000000-abcdef" / "index").mkdir(parents=True)
    (other / "current").write_text("20200101T000000-abcdef")
    dataset(title="Beacons")
    index_now()
    assert titles("beacons") == ["Beacons"]
    assert agrees()
    assert (other / "current").read_text() == "20200101T000000-abcdef"


@pytest.mark.django_db
def test_a_clock_put_back_hides_what_was_released_too_early() -> None:
    soon = timezone.now() + datetime.timedelta(hours=1)
    entry = dataset(title="Embargoed figures", release_at=soon)
    dataset(title="Beacons")
    index_now()
    # While the clock was two hours ahead, the entry was released; then the clock was put right
    Dataset.objects.filter(id=entry.id).update(release_at=soon - datetime.timedelta(hours=2))
    follower = begin(build())
    try:
        follower._apply([entry.id], timezone.now())
        follower.state = type(follower.state)(
            **{name: getattr(follower.state, name) for name in ("position", "change_id", "change_at")},
            released_until=soon + datetime.timedelta(hours=1),
        )
        follower._commit()
    finally:
        follower.writer.close()
    close_reader()
    assert titles("embargoed") == ["Embargoed figures"]
    Dataset.objects.filter(id=entry.id).update(release_at=soon)
    index_now()
    assert titles("embargoed") == []
    assert agrees()


@pytest.mark.django_db
def test_a_clock_that_jumps_ahead_and_back_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    dataset(title="Beacons in an hour", release_at=now + datetime.timedelta(hours=1))
    dataset(title="Beacons")
    index_now()
    for step, shown in ((2, 2), (0, 1), (-2, 1), (0, 1), (3, 2), (0, 1)):
        monkeypatch.setattr(timezone, "now", lambda step=step: now + datetime.timedelta(hours=step))
        index_now()
        assert len(titles("beacons")) == shown
        assert agrees()


@pytest.mark.django_db
def test_many_changes_in_one_transaction_all_arrive() -> None:
    entries = [dataset(title=f"Beacon {number}") for number in range(5)]
    index_now()
    for _ in range(3):
        changes.record([entry.id for entry in entries], "updated", now=timezone.now())
    Dataset.objects.update(title="Lighthouse")
    index_now()
    assert sorted(titles("lighthouse")) == ["Lighthouse"] * 5
    assert agrees()


@pytest.mark.django_db
def test_the_nightly_check_mends_what_differs(caplog: pytest.LogCaptureFixture) -> None:
    tasks.verify_search()  # without an index there is nothing to do
    entry = dataset(title="Beacons")
    index_now()
    Dataset.objects.filter(id=entry.id).update(title="Lamps")  # without a change in the log
    tasks.verify_search()
    close_reader()
    assert titles("lamps") == ["Lamps"]
    assert "The search index differed from the database" in caplog.text
    shutil.rmtree(build().folder)
    close_reader()
    tasks.verify_search()
