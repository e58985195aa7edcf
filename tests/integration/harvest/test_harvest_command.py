"""`manage.py harvest`: the counts it prints and the codes it ends with, as a shell sees them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalogue.models import Dataset
from harvest import actions
from harvest.management import foreground
from harvest.models import Record, Run, Source
from harvest.pipeline import claim
from publishers.models import Publisher
from tests.factories.harvest import data_json, record, serve
from tests.factories.publishers import PublisherFactory
from tests.servers.faulty import FaultyServer
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    path.write_bytes(data_json([record("a"), record("b"), record("c") | {"title": ""}]))
    return path


@pytest.fixture(autouse=True)
def _calm_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a test's transaction no other connection sees the run, so the heart must not beat."""
    run_harvest = foreground.run_harvest
    monkeypatch.setattr(
        foreground, "run_harvest", lambda lease, **options: run_harvest(lease, beat_every=3600, **options)
    )


def run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("harvest", *map(str, arguments), publisher="maps", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def maps() -> Publisher:
    return PublisherFactory(slug="maps", title="Ministry of Maps")


def test_counts_as_json(maps: Publisher, catalogue: Path):
    first, second = (json.loads(run("data-json", catalogue, json=True)) for _ in range(2))

    expected = {"state": "completed", "seen": 3, "created": 2, "updated": 0, "retired": 0, "failed": 1, "problems": 1}
    assert {name: first[name] for name in expected} == expected
    assert (second["created"], second["unchanged"], second["failed"]) == (0, 2, 1)
    assert first["source"] == second["source"]
    assert Source.objects.count() == 1


def test_counts_and_problems_as_text(maps: Publisher, catalogue: Path):
    lines = run("data-json", catalogue).splitlines()

    assert [line.split() for line in lines[:3]] == [["seen", "3"], ["created", "2"], ["updated", "0"]]
    assert lines[-2] == "error: c · title: The record has no title: give it one."
    assert lines[-1] == "3 records: 2 new, 1 that could not be used."


def test_dry_run_writes_nothing_and_shows_drafts_and_problems(maps: Publisher, catalogue: Path):
    found = json.loads(run("data-json", catalogue, json=True, dry_run=True))

    assert (found["seen"], found["created"], found["failed"]) == (3, 2, 1)
    assert [draft["title"] for draft in found["drafts"]] == ["Dataset a", "Dataset b"]
    assert [problem["kind"] for problem in found["problem_list"]] == ["missing-title"]
    for model in (Source, Run, Record, Dataset):
        assert model.objects.count() == 0


def test_dry_run_of_a_known_source_tells_what_would_change(maps: Publisher, catalogue: Path):
    run("data-json", catalogue)
    catalogue.write_bytes(data_json([record("a", "New"), record("b"), record("d"), record("d"), record("b", "Twin")]))

    found = json.loads(run("data-json", catalogue, json=True, dry_run=True))

    assert {name: found[name] for name in ("seen", "created", "updated", "unchanged", "failed", "problems")} == {
        "seen": 4,
        "created": 1,
        "updated": 1,
        "unchanged": 1,
        "failed": 1,
        "problems": 2,
    }


def test_max_records(maps: Publisher, catalogue: Path):
    assert json.loads(run("data-json", catalogue, json=True, max_records=1))["seen"] == 1


def test_web_address(maps: Publisher, portal: FaultyServer):
    serve(portal, [record("a")])

    assert json.loads(run("data-json", portal.url("/data.json"), json=True))["created"] == 1
    assert Source.objects.get().schedule == "manual"


def test_source_that_cannot_be_read_ends_with_one(maps: Publisher, tmp_path: Path):
    broken = tmp_path / "broken.json"
    broken.write_text("<html>")

    with pytest.raises(SystemExit) as ended:
        run("data-json", broken)

    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), "There is no file or folder"),
        (lambda path: Publisher.objects.all().delete(), "There is no publisher “maps”"),
    ],
)
def test_bad_arguments_end_with_two(maps: Publisher, catalogue: Path, change: Callable[[Path], object], message: str):
    change(catalogue)

    with pytest.raises(CommandError, match=message) as refused:
        run("data-json", catalogue)

    assert refused.value.returncode == 2


def test_interrupted_run_is_taken_up_again(maps: Publisher, catalogue: Path, monkeypatch: pytest.MonkeyPatch):
    run("data-json", catalogue)
    dead = actions.queue_run(Source.objects.get(), now=timezone.now())
    assert claim.claim(dead.id, now=timezone.now() - claim.LEASE)

    assert json.loads(run("data-json", catalogue, json=True))["run"] == dead.id


def test_source_that_another_worker_harvests_is_refused(
    maps: Publisher, catalogue: Path, monkeypatch: pytest.MonkeyPatch
):
    run("data-json", catalogue)
    alive = actions.queue_run(Source.objects.get(), now=timezone.now())
    lease = claim.claim(alive.id, now=timezone.now())
    assert lease is not None
    monkeypatch.setattr(foreground.time, "sleep", lambda seconds: claim.renew(lease, now=timezone.now()))
    monkeypatch.setattr(foreground, "LEASE", claim.LEASE * 0)

    with pytest.raises(CommandError, match="is being harvested by another worker") as refused:
        run("data-json", catalogue)

    assert refused.value.returncode == 1


def test_codes_as_a_shell_sees_them():
    """One real process, with arguments that are refused before any work."""
    manage = Path(__file__).parents[3] / "manage.py"
    done = subprocess.run(
        [sys.executable, manage, "harvest", "no-such-kind", "https://a.example"],
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=PATIENCE,
    )

    assert done.returncode == 2
    assert "invalid choice: 'no-such-kind'" in done.stderr
