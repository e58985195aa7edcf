"""Runs that are killed, claimed twice, stopped or left: the end is the same as if nothing had happened."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from catalogue.models import Change, Dataset, Revision
from harvest import actions
from harvest.enums import RunState
from harvest.models import Problem, Record, Run
from harvest.pipeline import claim, crew, gather, heartbeat, load, run
from harvest.pipeline.claim import LeaseLost
from harvest.pipeline.job import Job
from tests.factories.harvest import NEVER, counts, record, run_now, serve, source
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file, once
from tests.waiting import PATIENCE, until


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def messy(count: int) -> list[Any]:
    """Records with twins, holes and wrong types among them."""
    records: list[Any] = [record(f"r{number}", f"Title {number % 7}") for number in range(count)]
    records[5] = record("r4", "A second r4")
    records[11] = record("r10", "Title 3")
    records[17] = record("r17") | {"title": ""}
    records[23] = "not an object"
    records[29] = record(None, "Without identifier")
    return records


def state_of_everything() -> dict[str, Any]:
    """What must not depend on interruptions: everything but times and keys."""
    return {
        "datasets": list(
            Dataset.objects.order_by("origin_id").values_list("id", "name", "title", "state", "version", "origin_id")
        ),
        "records": list(Record.objects.order_by("guid").values_list("guid", "state", "dataset_id", "content_hash")),
        "problems": sorted(Problem.objects.values_list("guid", "kind", "stage", "severity", "value")),
        "revisions": Revision.objects.count(),
        "changes": Change.objects.count(),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_run_killed_at_random_moments_ends_as_an_undisturbed_one(
    portal: FaultyServer, monkeypatch: pytest.MonkeyPatch, seed: int
):
    rng = random.Random(seed)
    monkeypatch.setattr(gather, "READ_BATCH", 12)
    monkeypatch.setattr(crew, "BATCH", 4)
    serve(portal, messy(60))
    maps = source(portal.url("/data.json"), slug="maps")
    undisturbed = run_now(maps)
    expected, expected_counts = state_of_everything(), counts(undisturbed)
    for model in (Change, Problem, Record, Run):
        model.objects.all().delete()
    Dataset.objects.all().delete()

    waiting = actions.queue_run(maps, now=timezone.now())
    commits = {"left": rng.randrange(1, 5)}
    advance = Job.advance

    def advance_or_die(self: Job, tally: Any) -> None:
        if commits["left"] == 0 and rng.random() < 0.5:
            raise Killed  # within the batch's transaction
        advance(self, tally)
        commits["left"] -= 1
        if commits["left"] < 0:
            raise Killed  # at its very end: the rows are written, and not committed

    monkeypatch.setattr(Job, "advance", advance_or_die)
    kills = 0
    while True:
        lease = claim.claim(waiting.id, now=timezone.now())
        assert lease is not None
        try:
            run.run_harvest(lease, beat_every=NEVER)
            break
        except Killed:
            kills += 1
            Run.objects.filter(id=waiting.id).update(leased_until=timezone.now() - timedelta(seconds=1))
            commits["left"] = rng.randrange(1, 6)

    waiting.refresh_from_db()
    assert kills > 2
    assert waiting.state == RunState.COMPLETED
    assert counts(waiting) == expected_counts
    assert state_of_everything() == expected


@pytest.mark.django_db
def test_worker_that_lost_its_lease_stops_and_writes_nothing_more(
    portal: FaultyServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "BATCH", 2)
    serve(portal, [record(f"r{number}") for number in range(10)])
    waiting = actions.queue_run(source(portal.url("/data.json")), now=timezone.now())
    first = claim.claim(waiting.id, now=timezone.now())
    assert first is not None

    def another_takes_over(job: Job) -> None:
        if job.tally.seen == 4:
            Run.objects.filter(id=waiting.id).update(leased_until=timezone.now() - timedelta(seconds=1))
            assert claim.claim(waiting.id, now=timezone.now())

    run.run_harvest(first, on_progress=another_takes_over, beat_every=NEVER)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.seen, Dataset.objects.count()) == (RunState.RUNNING, 4, 4)


@pytest.mark.django_db
def test_of_two_workers_one_gets_the_run():
    waiting = actions.queue_run(source("https://data.example.gov.uk/data.json"), now=timezone.now())

    first, second = (claim.claim(waiting.id, now=timezone.now()) for _ in range(2))

    assert first is not None
    assert second is None
    with pytest.raises(LeaseLost):
        claim.finish(claim.Lease(waiting.id, waiting.lease_token), RunState.COMPLETED, "", now=timezone.now())


@pytest.mark.django_db
def test_source_never_has_two_runs_at_once():
    maps = source("https://data.example.gov.uk/data.json")

    assert actions.queue_run(maps, now=timezone.now()) == actions.queue_run(maps, now=timezone.now())
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_instant_claim_once():
    waiting = actions.queue_run(source("https://data.example.gov.uk/data.json"), now=timezone.now())
    barrier = threading.Barrier(6)
    leases: list[claim.Lease | None] = []

    def work() -> None:
        try:
            barrier.wait(PATIENCE)
            leases.append(claim.claim(waiting.id, now=timezone.now()))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)

    assert len(leases) == 6
    assert sum(lease is not None for lease in leases) == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_ends_a_run_while_its_source_hangs(portal: FaultyServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.2)
    let_go = threading.Event()
    portal.replies["/data.json"] = once(let_go, file(b'{"dataset": []}'))
    waiting = actions.queue_run(source(portal.url("/data.json")), now=timezone.now())
    lease = claim.claim(waiting.id, now=timezone.now())
    assert lease is not None

    def work() -> None:
        try:
            run.run_harvest(lease, beat_every=0.1)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        until(lambda: portal.requests, what="the source to be asked")
        actions.request_cancel(waiting, now=timezone.now())
        until(lambda: Run.objects.get(id=waiting.id).state != RunState.RUNNING, what="the run to end")
        waiting.refresh_from_db()
        assert (waiting.state, waiting.lease_token) == (RunState.CANCELLED, None)
        assert waiting.message == "Stopped by hand. What had been read is kept; nothing was retired."
    finally:
        let_go.set()
        worker.join(PATIENCE)
    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED


@pytest.mark.django_db
def test_cancelling_between_batches_keeps_what_was_read(portal: FaultyServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crew, "BATCH", 2)
    serve(portal, [record(f"r{number}") for number in range(10)])
    maps = source(portal.url("/data.json"))

    def stop(job: Job) -> None:
        if job.tally.seen == 4:
            raise run.Cancelled

    ended = run_now(maps, on_progress=stop)

    assert (ended.state, ended.seen) == (RunState.CANCELLED, 4)
    assert counts(run_now(maps)) == {"seen": 10, "created": 6, "unchanged": 4}


@pytest.mark.django_db
def test_waiting_run_is_cancelled_at_once():
    waiting = actions.queue_run(source("https://data.example.gov.uk/data.json"), now=timezone.now())

    actions.request_cancel(waiting, now=timezone.now())

    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED
    assert claim.claim(waiting.id, now=timezone.now()) is None


@pytest.mark.django_db
def test_run_whose_worker_died_after_a_wish_to_stop_is_ended_by_the_clock():
    now = timezone.now()
    waiting = actions.queue_run(source("https://data.example.gov.uk/data.json"), now=now)
    assert claim.claim(waiting.id, now=now)
    actions.request_cancel(waiting, now=now)

    assert actions.take_nudges(now=now + timedelta(minutes=1)) == []

    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED


@pytest.mark.django_db
def test_run_is_nudged_once_a_minute_and_again_when_its_worker_is_dead():
    now = timezone.now()
    waiting = actions.queue_run(source("https://data.example.gov.uk/data.json"), now=now)

    assert actions.take_nudges(now=now) == [waiting.id]
    assert actions.take_nudges(now=now + timedelta(seconds=30)) == []
    assert actions.take_nudges(now=now + timedelta(seconds=61)) == [waiting.id]
    assert claim.claim(waiting.id, now=now + timedelta(seconds=62))
    assert actions.take_nudges(now=now + timedelta(seconds=80)) == []
    assert actions.take_nudges(now=now + timedelta(seconds=62) + claim.LEASE) == [waiting.id]
    assert claim.claim(waiting.id, now=now + timedelta(seconds=120)) is not None


@pytest.mark.django_db
def test_database_that_goes_away_leaves_the_run_to_be_claimed_again(
    portal: FaultyServer, monkeypatch: pytest.MonkeyPatch
):
    serve(portal, [record("a")])
    maps = source(portal.url("/data.json"))
    waiting = actions.queue_run(maps, now=timezone.now())
    lease = claim.claim(waiting.id, now=timezone.now())
    assert lease is not None

    def gone(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(load, "upsert_many", gone)
        broken.setattr(load, "_is_connected", lambda: False)
        with pytest.raises(OperationalError):
            run.run_harvest(lease, beat_every=NEVER)

    waiting.refresh_from_db()
    assert waiting.state == RunState.RUNNING
    assert actions.take_nudges(now=timezone.now() + claim.LEASE) == [waiting.id]
    again = claim.claim(waiting.id, now=timezone.now())
    assert again is not None
    run.run_harvest(again, beat_every=NEVER)
    waiting.refresh_from_db()
    assert (waiting.state, counts(waiting)) == (RunState.COMPLETED, {"seen": 1, "created": 1})
