"""rebuild_search, verify_search and follow_search, as an operator runs them."""

import json
import os
import signal
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from catalogue.models import Dataset
from catalogue.search import location
from catalogue.search.index import open_reader
from catalogue.search.location import building, current_build, home
from catalogue.search.source import public_entries
from catalogue.search.writing import Writer
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory
from tests.integration.search.conftest import Following
from tests.integration.search.waiting import index_now, titles
from tests.waiting import PATIENCE, until


def run(*command: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    out = StringIO()
    try:
        call_command(*command, stdout=out)
    except SystemExit as exit:
        return int(exit.code or 0), out.getvalue()
    return 0, out.getvalue()


def rig(*, removed: Dataset | None = None, changed: Dataset | None = None, repeated: Dataset | None = None) -> None:
    """Make the index wrong, behind everybody's back."""
    build = current_build()
    assert build
    writer = Writer(build)
    if removed:
        writer.put([], gone=[removed.id])
    if changed:
        Dataset.objects.filter(id=changed.id).update(title="Something else by now")
    if repeated:
        writer.add(public_entries([repeated.id], now=timezone.now()))
    writer.commit(build.read_state())
    writer.close()


@pytest.mark.django_db
def test_rebuild_tells_what_it_indexed() -> None:
    publisher = PublisherFactory()
    for number in range(3):
        dataset(publisher, title=f"Survey {number}")
    code, out = run("rebuild_search", "--json")
    assert code == 0
    result = json.loads(out)
    build = current_build()
    assert build
    assert (result["datasets"], result["position"], result["name"]) == (3, 3, build.name)
    assert len(titles("survey")) == 3
    assert run("rebuild_search")[1].startswith("Indexed 3 datasets in ")


@pytest.mark.django_db
def test_rebuild_while_another_builds_says_so_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "CLEARING_S", 0.1)
    with building(), pytest.raises(CommandError, match="Another process is building the search index: wait"):
        run("rebuild_search")
    assert current_build() is None


@pytest.mark.django_db
def test_rebuild_waits_for_another_that_is_only_clearing_away() -> None:
    dataset(title="Survey")
    held, let_go = threading.Event(), threading.Event()

    def clear() -> None:
        with building():
            held.set()
            let_go.wait(PATIENCE)

    clearing = threading.Thread(target=clear)
    clearing.start()
    assert held.wait(PATIENCE)
    threading.Timer(0.2, let_go.set).start()
    code, out = run("rebuild_search", "--json")
    clearing.join()
    assert (code, json.loads(out)["datasets"]) == (0, 1)


@pytest.mark.django_db
def test_rebuild_leaves_only_the_new_index_on_disk() -> None:
    for _ in range(3):
        run("rebuild_search", "--json")
    build = current_build()
    assert build
    assert [folder.name for folder in home().iterdir() if folder.is_dir()] == [build.name]


@pytest.mark.django_db
def test_verify_agrees_with_an_index_that_is_right() -> None:
    dataset()
    dataset()
    index_now()
    assert run("verify_search") == (0, "The index agrees with the database on all 2 datasets.\n")
    assert json.loads(run("verify_search", "--json")[1]) == {
        "datasets": 2,
        "documents": 2,
        "counts_agree": True,
        "missing": 0,
        "stale": 0,
        "extra": 0,
        "repeated": 0,
        "mended": 0,
    }


@pytest.mark.django_db
def test_verify_finds_and_mends_every_kind_of_difference() -> None:
    publisher = PublisherFactory()
    missing, stale, extra, repeated = (dataset(publisher, title=f"Survey {number}") for number in range(4))
    dataset(publisher, title="Survey that is right")
    index_now()
    rig(removed=missing, changed=stale, repeated=repeated)
    Dataset.objects.filter(id=extra.id).update(visibility="officials")
    code, out = run("verify_search", "--json")
    assert (code, json.loads(out)) == (
        1,
        {
            "datasets": 4,
            "documents": 5,
            "counts_agree": True,
            "missing": 1,
            "stale": 1,
            "extra": 1,
            "repeated": 1,
            "mended": 0,
        },
    )
    code, out = run("verify_search", "--mend")
    assert (code, out) == (
        0,
        "The index differs from the database in 4 entries: 1 missing, 1 stale, 1 extra, 1 repeated.\nMended: 4.\n",
    )
    assert run("verify_search") == (0, "The index agrees with the database on all 4 datasets.\n")
    assert open_reader().searcher.num_docs == 4


@pytest.mark.django_db(transaction=True)
def test_verify_has_a_running_follower_do_the_mending(following: Following) -> None:
    entry = dataset(title="Beacons")
    with following():
        until(lambda: titles("beacons") == ["Beacons"])
        Dataset.objects.filter(id=entry.id).update(title="Lighthouses")  # without a change in the log
        assert run("verify_search", "--mend")[0] == 0
        assert titles("lighthouses") == ["Lighthouses"]


def test_verify_without_an_index_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="There is no search index here: run follow_search or rebuild_search"):
        run("verify_search")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_follow_search_ends_when_told_and_carries_on_after_a_kill(
    ending: signal.Signals, settings: Any, tmp_path: Path
) -> None:
    """The real process, twice: it stops at once when told to, and after a kill nothing is lost."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
    address = f"{url}?host={database['HOST']}&port={database['PORT']}"
    environment = os.environ | {"DATABASE_URL": address, "SEARCH_DIR": str(settings.SEARCH_DIR)}

    def start(log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "follow_search"],
                cwd=django_settings.BASE_DIR,
                env=environment,
                stderr=stderr,
            )
        until(lambda: "ready." in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        return process

    dataset(title="Beacons")
    process = start(tmp_path / "first.log")
    try:
        until(lambda: titles("beacons") == ["Beacons"])
    finally:
        process.send_signal(ending)
        code = process.wait(PATIENCE)
    assert code == (0 if ending == signal.SIGTERM else -signal.SIGKILL)
    dataset(title="Lamps")
    process = start(tmp_path / "second.log")
    try:
        until(lambda: titles("lamps") == ["Lamps"])
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert titles("beacons") == ["Beacons"]
