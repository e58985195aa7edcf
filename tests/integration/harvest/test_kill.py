"""A real process, really killed: the next one ends where an undisturbed one would have."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalogue.models import Change, Dataset
from harvest import actions
from harvest.enums import RunState
from harvest.models import Record, Run, Source
from tests.connections import wait_until_alone
from tests.factories.harvest import counts, data_json, record, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.integration.harvest.test_interruptions import state_of_everything
from tests.waiting import PATIENCE, until

MANAGE = Path(__file__).parents[3] / "manage.py"
RECORDS = 2_000

#: Entries that were there before, beyond which no process comes while the test holds them: however fast it is and
#: however slow we are, it is killed in the middle of its work.
HELD = (500, 900, 1300, 1700)


def database_url() -> str:
    """The tests' own database, for processes of their own."""
    database = settings.DATABASES["default"]
    credentials = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    options = "&".join(f"{name}={quote(str(value))}" for name, value in database["OPTIONS"].items())
    host = f"host={quote(database['HOST'], safe='')}&port={database['PORT']}"
    return f"postgresql://{credentials}@/{database['NAME']}?{host}&{options}".rstrip("&")


def command(path: Path) -> "subprocess.Popen[bytes]":
    """`manage.py harvest` on the tests' own database."""
    arguments = [sys.executable, MANAGE, "harvest", "data-json", path, "--publisher", "maps", "--json"]
    return subprocess.Popen(
        arguments,
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _seen() -> int:
    return Run.objects.latest("id").seen


def harvest_some_of_it_first(maps: Source, path: Path) -> None:
    path.write_bytes(data_json(record(f"r{number}", "As it was before") for number in HELD))
    assert counts(run_now(maps)) == {"seen": len(HELD), "created": len(HELD)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_process_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path):
    rng = random.Random(7)
    path = tmp_path / "data.json"
    records: list[Any] = [record(f"r{number}", f"Title {number % 900}") for number in range(RECORDS)]
    records[700] = record("r699", "A second r699")
    records[1200] = record("r1200") | {"title": ""}
    publisher = PublisherFactory(slug="maps")
    maps = source(str(path), publisher=publisher)
    harvest_some_of_it_first(maps, path)
    path.write_bytes(data_json(records))
    waiting = actions.queue_run(maps, now=timezone.now())

    for number in HELD:
        with transaction.atomic():
            Dataset.objects.select_for_update().get(origin_id=f"r{number}")
            before = _seen()
            process = command(path)
            until(lambda before=before, process=process: _seen() > before or process.poll() is not None)
            time.sleep(rng.random() * 0.2)
            assert process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until_alone()
        # Rather than half a minute later, the next one finds the lease run out at once.
        assert Run.objects.filter(state=RunState.RUNNING).update(leased_until=timezone.now()) == 1
    assert command(path).wait(PATIENCE) == 0

    waiting.refresh_from_db()
    assert waiting.state == RunState.COMPLETED
    killed, killed_counts = state_of_everything(), counts(waiting)
    Dataset.objects.all().delete()
    Run.objects.all().delete()
    Change.objects.all().delete()
    Record.objects.all().delete()
    maps.memory = {}
    maps.save()

    harvest_some_of_it_first(maps, path)
    path.write_bytes(data_json(records))
    undisturbed = run_now(maps)

    assert counts(undisturbed) == killed_counts
    assert state_of_everything() == killed
