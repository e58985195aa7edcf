"""Real workers, a real broker and real connections, all taken away in the middle: the end is as if nothing had been."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from catalogue.models import Change, Dataset
from harvest import actions, tasks
from harvest.enums import RunState
from harvest.models import Record, Run, Source
from harvest.pipeline import claim, run
from harvest.pipeline.job import Job
from tests.connections import end_all_others, wait_until_alone
from tests.factories.harvest import NEVER, counts, data_json, record, run_now, serve, source
from tests.integration.harvest.test_interruptions import state_of_everything
from tests.integration.harvest.test_kill import database_url
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file
from tests.waiting import PATIENCE, until

PROJECT = Path(__file__).parents[3]
RECORDS = 1_500

#: An entry in the midst of them.
HELD = "r1100"

#: Where Celery keeps its messages.
QUEUE = "celery"

pytestmark = pytest.mark.django_db(transaction=True)


def catalogue() -> bytes:
    records: list[Any] = [record(f"r{number}", f"Title {number % 400}") for number in range(RECORDS)]
    records[700] = record("r699", "A second r699")
    return data_json(records)


def harvest_one_of_it_first(maps: Source, portal: FaultyServer) -> None:
    serve(portal, [record(HELD, "As it was before")])
    assert counts(run_now(maps)) == {"seen": 1, "created": 1}


def forget_everything() -> None:
    for model in (Change, Record, Run, Dataset):
        model.objects.all().delete()


def end_all_connections() -> None:
    """As a restart of the database does to every connection; from a thread, whose connection is another one."""

    def end() -> None:
        try:
            end_all_others()
        finally:
            connection.close()

    thread = threading.Thread(target=end)
    thread.start()
    thread.join(PATIENCE)


def test_connections_that_the_database_ends_in_mid_batch_are_made_anew_and_nothing_is_lost_or_doubled(
    portal: FaultyServer, monkeypatch: pytest.MonkeyPatch
):
    portal.replies["/data.json"] = file(catalogue())
    maps = source(portal.url("/data.json"), slug="maps")
    waiting = actions.queue_run(maps, now=timezone.now())
    advance, batches = Job.advance, itertools.count()

    def advance_without_a_database(self: Job, tally: Any) -> None:
        if next(batches) % 5 == 2:
            end_all_connections()  # all rows of the batch are written, and not committed
        advance(self, tally)

    with monkeypatch.context() as restarting:
        restarting.setattr(Job, "advance", advance_without_a_database)
        lease = claim.claim(waiting.id, now=timezone.now())
        assert lease is not None
        run.run_harvest(lease, beat_every=NEVER)

    waiting.refresh_from_db()
    assert next(batches) > 10
    assert (waiting.state, counts(waiting)["created"]) == (RunState.COMPLETED, RECORDS - 1)
    interrupted, interrupted_counts = state_of_everything(), counts(waiting)
    forget_everything()
    undisturbed = run_now(maps)
    assert (state_of_everything(), counts(undisturbed)) == (interrupted, interrupted_counts)


@contextlib.contextmanager
def celery_worker(portal: FaultyServer) -> Iterator["subprocess.Popen[bytes]"]:
    command = [*(sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker"), "--loglevel", "ERROR"]
    process = subprocess.Popen(
        [*command, "--concurrency", "1"],
        cwd=PROJECT,
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "OUTBOUND_ALLOW_HOSTS": portal.address,
        },
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


@pytest.mark.slow
def test_emptied_broker_and_killed_worker_only_cost_time(portal: FaultyServer):
    maps = source(portal.url("/data.json"), slug="maps")
    harvest_one_of_it_first(maps, portal)
    portal.replies["/data.json"] = file(catalogue())
    waiting = actions.queue_run(maps, now=timezone.now())
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete(QUEUE)
        tasks.start_due_harvests()
        assert redis.llen(QUEUE) == 1
        redis.delete(QUEUE)  # the nudge is lost; the run is not

    def nudge_again() -> None:
        Run.objects.filter(id=waiting.id).update(leased_until=timezone.now())  # rather than wait for it to run out
        tasks.start_due_harvests()

    nudge_again()
    with celery_worker(portal) as worker, transaction.atomic():
        Dataset.objects.select_for_update().get(origin_id=HELD)  # beyond it the worker doesn't come, however fast it is
        until(lambda: Run.objects.get(id=waiting.id).seen > 0, what="the first worker to store something")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(PATIENCE)
    wait_until_alone()
    killed = Run.objects.get(id=waiting.id)
    assert (killed.state, killed.seen < RECORDS) == (RunState.RUNNING, True)

    nudge_again()
    with celery_worker(portal):
        until(lambda: Run.objects.get(id=waiting.id).state == RunState.COMPLETED, what="the second worker to end")

    waiting.refresh_from_db()
    assert (counts(waiting)["created"], counts(waiting)["updated"]) == (RECORDS - 2, 1)
    interrupted, interrupted_counts = state_of_everything(), counts(waiting)
    forget_everything()
    maps.memory = {}
    maps.save()
    harvest_one_of_it_first(maps, portal)
    portal.replies["/data.json"] = file(catalogue())
    undisturbed = run_now(maps)
    assert (state_of_everything(), counts(undisturbed)) == (interrupted, interrupted_counts)
