"""A large source, shared by several processes: the end is the same as if one had done it, whatever becomes of them."""

import os
import signal
from typing import Any

import pytest
from django.utils import timezone

from catalogue.models import Change, Dataset, Revision
from harvest import actions
from harvest.enums import RunState
from harvest.models import Problem, Record, Run
from harvest.pipeline import claim, crew, gather, run
from harvest.pipeline.job import Job
from tests.factories.harvest import NEVER, counts, record, run_now, serve, source
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shared(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source counts as large, and is shared with another process in small portions."""
    settings.HARVEST_HANDS = 1
    monkeypatch.setattr(crew, "WORTHWHILE", 0)
    monkeypatch.setattr(crew, "BATCH", 4)
    monkeypatch.setattr(gather, "READ_BATCH", 12)


def messy(count: int) -> list[Any]:
    """Records with holes, and with twins that stand far from each other."""
    records: list[Any] = [record(f"r{number}", f"Title {number}") for number in range(count)]
    records[17] = record("r17") | {"title": ""}
    records[40] = record("r2", "A second r2")
    records[41] = record("r3", "Title 3")
    return records


def outcome(ended: Run) -> dict[str, Any]:
    return {
        "state": ended.state,
        "counts": counts(ended),
        "datasets": list(Dataset.objects.order_by("origin_id").values_list("id", "name", "title", "version")),
        "records": list(Record.objects.order_by("guid").values_list("guid", "state", "dataset_id", "content_hash")),
        "problems": sorted(Problem.objects.values_list("guid", "kind", "stage", "severity", "value")),
        "history": (Revision.objects.count(), Change.objects.count()),
    }


def forget() -> None:
    for model in (Change, Problem, Record, Run, Revision, Dataset):
        model.objects.all().delete()


def test_shared_run_ends_as_one_process_alone_would(portal: FaultyServer, settings: Any):
    settings.HARVEST_HANDS = 2
    serve(portal, messy(60))
    maps = source(portal.url("/data.json"), slug="maps")
    shared_between_three = outcome(run_now(maps))
    forget()
    maps.memory = {}
    maps.save()
    settings.HARVEST_HANDS = 0

    alone = outcome(run_now(maps))

    assert shared_between_three == alone
    assert (alone["state"], alone["counts"]["seen"], len(alone["datasets"])) == (RunState.COMPLETED, 59, 57)


def test_killed_processes_lose_and_double_nothing(portal: FaultyServer, monkeypatch: pytest.MonkeyPatch, settings: Any):
    settings.HARVEST_HANDS = 2
    serve(portal, messy(60))
    maps = source(portal.url("/data.json"), slug="maps")
    killed: list[int] = []
    say = crew._Hand._say

    def say_and_kill(hand: crew._Hand, words: object) -> None:
        say(hand, words)
        if isinstance(words, tuple) and len(killed) < 2:  # a portion: it may be stored by then, or not
            killed.append(hand._process.pid)
            os.kill(hand._process.pid, signal.SIGKILL)

    monkeypatch.setattr(crew._Hand, "_say", say_and_kill)
    disturbed = outcome(run_now(maps))
    forget()
    maps.memory = {}
    maps.save()
    settings.HARVEST_HANDS = 0

    assert killed
    assert disturbed == outcome(run_now(maps))


def test_stopping_a_shared_run_keeps_what_was_stored_and_its_counts(portal: FaultyServer):
    serve(portal, messy(60))
    waiting = actions.queue_run(source(portal.url("/data.json"), slug="maps"), now=timezone.now())
    lease = claim.claim(waiting.id, now=timezone.now())
    assert lease is not None

    def stop(job: Job) -> None:
        raise run.Cancelled

    run.run_harvest(lease, on_progress=stop, beat_every=NEVER)

    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED
    assert 0 < waiting.seen < 60
    assert waiting.seen == Record.objects.count()


def test_run_that_another_worker_takes_is_left_by_every_process(portal: FaultyServer):
    serve(portal, messy(60))
    waiting = actions.queue_run(source(portal.url("/data.json"), slug="maps"), now=timezone.now())
    lease = claim.claim(waiting.id, now=timezone.now())
    assert lease is not None

    def another_takes_over(job: Job) -> None:
        Run.objects.filter(id=waiting.id).update(lease_token=None, leased_until=None)
        claim.claim(waiting.id, now=timezone.now())

    run.run_harvest(lease, on_progress=another_takes_over, beat_every=NEVER)

    waiting.refresh_from_db()
    assert waiting.state == RunState.RUNNING
    assert waiting.seen == Record.objects.count() < 60
