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
from django.utils import timezone

from catalogue.models import Change, Dataset
from harvest.enums import RunState
from harvest.models import Record, Run
from tests.factories.harvest import counts, data_json, record, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.integration.harvest.test_interruptions import state_of_everything

MANAGE = Path(__file__).parents[3] / "manage.py"
RECORDS = 5_000


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


def wait_for_progress(process: "subprocess.Popen[bytes]", seen: int) -> None:
    """Until more records are stored than that, or the process has ended."""
    ends = time.monotonic() + 120
    while process.poll() is None and _seen() <= seen:
        assert time.monotonic() < ends, "Nothing was stored for two minutes."
        time.sleep(0.02)


def _seen() -> int:
    return sum(Run.objects.values_list("seen", flat=True))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_process_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path):
    rng = random.Random(7)
    path = tmp_path / "data.json"
    records: list[Any] = [record(f"r{number}", f"Title {number % 900}") for number in range(RECORDS)]
    records[700] = record("r699", "A second r699")
    records[1200] = record("r1200") | {"title": ""}
    path.write_bytes(data_json(records))
    publisher = PublisherFactory(slug="maps")
    maps = source(str(path), publisher=publisher)

    kills = 0
    while True:
        process = command(path)
        if kills < 4:
            wait_for_progress(process, _seen())
            time.sleep(rng.random() * 0.2)
        else:
            process.wait(120)
        if process.poll() is None and Run.objects.filter(state=RunState.RUNNING, seen__lt=RECORDS - 1_000).exists():
            process.send_signal(signal.SIGKILL)
            kills += 1
            process.wait()
            # Rather than half a minute later, the next one finds the lease run out at once.
            Run.objects.filter(state=RunState.RUNNING).update(leased_until=timezone.now())
            continue
        process.wait(120)
        break

    run = Run.objects.get()
    assert kills >= 2
    assert process.returncode == 0
    assert run.state == RunState.COMPLETED
    killed, killed_counts = state_of_everything(), counts(run)
    Dataset.objects.all().delete()
    Run.objects.all().delete()
    Change.objects.all().delete()
    Record.objects.all().delete()

    undisturbed = run_now(maps)

    assert counts(undisturbed) == killed_counts
    assert state_of_everything() == killed
