"""Weeks of harvests in minutes: many sources that change and misbehave, under a clock of our own, with workers that are
killed and an operator who decides. At the end the catalogue must be what the sources say, byte for byte: equal to one
that harvested them for the first time.

    python -m config.embedded exec python bench/soak.py [--sources 50] [--days 30] [--seed 1] [--records 30] [--large 0]

`--large`: so many of the sources have twenty times the records, of which all change every other day; two more processes
share each such run, and are killed as well. Works in a scratch database. Exit code 1, and the first differences, where
the two catalogues differ.
"""

import argparse
import datetime
import random
import sys
import time
import uuid
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, it is found from the project's folder

from bench.soak_catalogue import catalogue, differences, forget_entries
from bench.soak_hands import Sharing, mortal_hands
from bench.soak_portals import LARGER, START, Clock, Portal, served

#: How many of a hundred looks at its progress a worker does not survive.
KILLS = 0.05


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Soak:
    """`runs` counts how runs ended; `differences` is empty where the catalogue is right."""

    runs: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    sharing: Sharing = field(default_factory=Sharing)
    decisions: int = 0
    entries: int = 0
    versions: int = 0
    differences: list[str] = field(default_factory=list)


def soak(*, sources: int, days: int, records: int, seed: int, large: int = 0, every_hours: int = 1) -> Soak:
    """Run the soak in the present database, which is emptied of entries and sources on the way."""
    from django.conf import settings
    from django.utils import timezone

    from harvest import actions
    from harvest.enums import RunState, Schedule, SourceKind
    from harvest.models import Run
    from publishers.actions import add
    from publishers.models import User

    rng, clock, result = random.Random(seed), Clock(), Soak()
    kinds = ["data-json", "ckan", "csv"]
    portals = [Portal(number, kinds[number % 3], random.Random(rng.random())) for number in range(sources)]
    for portal in portals:
        portal.is_large = portal.number < large
        for _ in range(records * LARGER if portal.is_large else records):
            portal.add(clock.now)
    operator = User.objects.create_superuser(f"soak-{seed}@example.gov.uk", "soak")
    hands = mortal_hands(random.Random(seed)) if large else nullcontext(Sharing())
    with served(portals, clock) as port, hands as result.sharing:
        settings.OUTBOUND_ALLOW_HOSTS = [f"127.0.0.1:{port}"]
        rows = [
            actions.add_source(
                kind=SourceKind(portal.kind),
                url=f"http://127.0.0.1:{port}/{portal.number}{'/list' if portal.kind != 'ckan' else ''}",
                publisher=add(slug=f"soak-{portal.number}", title=f"Soak {portal.number}"),
                title=f"Soak {portal.number}",
                schedule=rng.choice([*[Schedule.DAILY] * 5, Schedule.HOURLY]),
                now=clock.now,
                config={"rows": 100 if portal.is_large else 10} if portal.kind == "ckan" else {},
            )
            for portal in portals
        ]
        for hour in range(0, days * 24, every_hours):
            clock.now = START + datetime.timedelta(hours=hour, minutes=7)
            if hour % 24 == 0:
                for portal in portals:
                    portal.live(clock.now)
            _beat(actions, clock, rng, result)
            if hour % 24 < every_hours:
                _decide(portals, rows, operator, clock, rng, result)
        for portal in portals:
            portal.is_bad = False
        for _ in range(2):  # whoever was cut off is healed by the first, the second finds nothing to do
            clock.now += datetime.timedelta(hours=2)
            _beat(actions, clock, random.Random(0), result, kills=0)
            for row in rows:
                actions.queue_run(row, now=clock.now, forced=True)
            _beat(actions, clock, random.Random(0), result, kills=0)
            _decide(portals, rows, operator, clock, random.Random(0), result, sure=True)
        result.runs.update(Run.objects.values_list("state", flat=True))
        assert not Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).exists(), "A run is stuck."
        soaked, result.entries, result.versions = catalogue()
        forget_entries()
        clock.now = max(clock.now, timezone.now())
        for row in rows:
            row.refresh_from_db()
            row.memory = {}
            row.save()
            actions.queue_run(row, now=clock.now)
        _beat(actions, clock, random.Random(0), result, kills=0)
        fresh, _, _ = catalogue()
    result.differences = differences(soaked, fresh)
    return result


def _beat(actions: Any, clock: Clock, rng: random.Random, result: Soak, *, kills: float = KILLS) -> None:
    """What beat and workers do at this moment."""

    from harvest.models import Run
    from harvest.pipeline import claim
    from harvest.pipeline.run import run_harvest

    actions.queue_due(now=clock.now)
    for run_id in actions.take_nudges(now=clock.now):
        lease = claim.claim(run_id, now=clock.now)
        if lease is None:
            continue

        def perhaps_die(job: Any, run_id: int = run_id) -> None:
            if rng.random() < kills:
                Run.objects.filter(id=run_id).update(lease_token=uuid.uuid4())  # its lease is left behind
                raise Killed

        try:
            run_harvest(lease, clock=clock, on_progress=perhaps_die, beat_every=3600)
        except Killed:
            result.kills += 1


def _decide(
    portals: list[Portal],
    rows: list[Any],
    operator: Any,
    clock: Clock,
    rng: random.Random,
    result: Soak,
    *,
    sure: bool = False,
) -> None:
    """The operator looks at what waits, and knows the truth; sometimes he has other things to do."""
    from harvest import actions
    from harvest.enums import RunState
    from harvest.models import Record, Run

    for portal, row in zip(portals, rows, strict=True):
        waiting = Run.objects.filter(source=row, state=RunState.QUARANTINED).first()
        if waiting is None or (not sure and rng.random() < 0.4):
            continue
        vanished = Record.objects.filter(source=row, state="vanished").values_list("guid", flat=True)
        result.decisions += 1
        if any(guid in portal.records for guid in vanished):
            actions.reject_retirement(waiting, user=operator)
        else:
            actions.confirm_retirement(waiting, user=operator, now=clock.now)


def main() -> None:
    from scratch import scratch_database  # here, since a test imports this module, from where there is no `scratch`

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--records", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", type=int, default=0)
    arguments = parser.parse_args()
    started = time.perf_counter()
    with scratch_database():
        result = soak(**vars(arguments))
    runs = ", ".join(f"{count:,} {state}" for state, count in result.runs.most_common())
    sys.stdout.write(
        f"{arguments.sources} sources, {arguments.days} days in {time.perf_counter() - started:.0f} s."
        f" Runs: {runs}; workers killed {result.kills:,} times; {result.decisions:,} decisions of an operator;"
        f" {result.sharing.shared:,} times a process joined a run, {result.sharing.killed:,} of them were killed."
        f" {result.entries:,} entries published, {result.versions:,} versions kept.\n"
        + (f"{len(result.differences):,} differences:\n" if result.differences else "No difference.\n")
        + "".join(f"  {line[:500]}\n" for line in result.differences[:20])
    )
    sys.exit(1 if result.differences else 0)


if __name__ == "__main__":
    main()
