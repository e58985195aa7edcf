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
import io
import json
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from csv import DictWriter
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)  # the clocks change within the month

#: What goes wrong with an answer, and how often of a hundred answers on a bad day.
FAULTS = {"error": 6, "page": 4, "cut": 6, "reset": 4, "empty": 3, "half": 5, "twice": 5, "stuck": 3}
BAD_DAYS = 0.3
KILLS = 0.05

#: How much larger a large source is, from how many new or changed records on its runs are shared, by how many processes
#: beside the worker, in what portions, and how many of a hundred portions are the last that a process gets.
LARGER, WORTHWHILE, HANDS, PORTION, HANDS_KILLED = 20, 100, 2, 25, 0.05


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Portal:
    """One source's truth, and how it gives it. `number` names it in addresses."""

    number: int
    kind: str
    rng: random.Random
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    made: int = 0
    is_bad: bool = False
    is_large: bool = False

    def add(self, now: datetime.datetime) -> None:
        self.made += 1
        key = f"{self.number:03}-{self.made:06}"
        self.records[key] = {"title": f"Record {self.made} of {self.number}", "changed": now.isoformat(), "words": ""}

    def live(self, now: datetime.datetime) -> None:
        """A day passes: records come, change and go; now and then most go at once."""
        keys = list(self.records)
        touched = len(keys) if self.is_large and self.rng.random() < 0.5 else self.rng.randrange(4)
        for key in self.rng.sample(keys, k=min(len(keys), touched)):
            self.records[key] |= {"words": f"{self.rng.random()}", "changed": now.isoformat()}
        gone = len(keys) * 2 // 3 if self.rng.random() < 0.02 else self.rng.randrange(3)
        for key in self.rng.sample(keys, k=min(len(keys), gone)):
            del self.records[key]
        for _ in range(self.rng.randrange(4) if len(keys) > 10 else 20):
            self.add(now)
        self.is_bad = self.rng.random() < BAD_DAYS

    def fault(self) -> str:
        if not self.is_bad:
            return ""
        names = [*FAULTS, ""]
        return self.rng.choices(names, weights=[*FAULTS.values(), 100 - sum(FAULTS.values())])[0]

    def answer(self, path: str, query: dict[str, list[str]], fault: str) -> bytes | None:
        """The body; None where there is nothing at this address."""
        records = sorted(self.records.items())
        if fault == "empty":
            records = []
        elif fault == "half":
            records = records[::2]
        elif fault == "twice":
            records += records[:3]
        if self.kind == "ckan":
            return self._ckan(records, query, fault) if path.endswith("/package_search") else None
        return self._data_json(records) if self.kind == "data-json" else self._csv(records)

    def _data_json(self, records: list[tuple[str, dict[str, str]]]) -> bytes:
        bodies = [
            {"identifier": key, "title": one["title"], "description": one["words"], "modified": one["changed"][:10],
             "distribution": [{"downloadURL": f"https://data.example.gov.uk/{key}.csv"}]}
            for key, one in records
        ]  # fmt: skip
        return json.dumps({"dataset": bodies}).encode()

    def _csv(self, records: list[tuple[str, dict[str, str]]]) -> bytes:
        text = io.StringIO()
        writer = DictWriter(text, ["identifier", "title", "description", "url"])
        writer.writeheader()
        for key, one in records:
            url = f"https://data.example.gov.uk/{key}.csv"
            writer.writerow({"identifier": key, "title": one["title"], "description": one["words"], "url": url})
        return text.getvalue().encode()

    def _ckan(self, records: list[tuple[str, dict[str, str]]], query: dict[str, list[str]], fault: str) -> bytes:
        start, rows = int(query.get("start", ["0"])[0]), int(query.get("rows", ["10"])[0])
        since = query.get("fq", [""])[0].partition("metadata_modified:[")[2][:19]
        found = [
            {"id": key, "name": key, "title": one["title"], "notes": one["words"], "metadata_modified": one["changed"],
             "resources": [{"id": f"{key}-1", "url": f"https://data.example.gov.uk/{key}.csv"}]}
            for key, one in records
            if one["changed"] >= since
        ]  # fmt: skip
        page = found[:rows] if fault == "stuck" else found[start : start + rows]
        return json.dumps({"success": True, "result": {"count": len(found), "results": page}}).encode()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime.datetime:
        return self.now


@contextmanager
def served(portals: list[Portal], clock: Clock) -> Iterator[int]:
    """The port at which all portals answer, each below its number."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            portal = portals[int(parts.path.split("/")[1])]
            fault = portal.fault()
            body = portal.answer(parts.path, parse_qs(parts.query), fault)
            if fault == "reset":
                self.close_connection = True
                return
            if fault == "page":
                body = b"<!DOCTYPE html><html><title>Down for maintenance</title></html>"
            status = 503 if fault == "error" else 404 if body is None else 200
            body = body or b"{}"
            self.send_response_only(status)
            self.send_header("Date", format_datetime(clock.now, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = self.close_connection or fault == "cut"

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Soak:
    """`runs` counts how runs ended; `differences` is empty where the catalogue is right."""

    runs: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    shared: int = 0
    hands_killed: int = 0
    decisions: int = 0
    entries: int = 0
    versions: int = 0
    differences: list[str] = field(default_factory=list)


@contextmanager
def mortal_hands(rng: random.Random, result: Soak) -> Iterator[None]:
    """Large runs are shared, and now and then a process that shares one is killed, amid its portion or soon after."""
    from django.conf import settings

    from harvest.pipeline import crew, gather

    say, portion, worthwhile, hands = crew._Hand._say, crew.BATCH, crew.WORTHWHILE, settings.HARVEST_HANDS
    read = gather.READ_BATCH

    def say_and_kill(hand: crew._Hand, words: object) -> None:
        say(hand, words)
        result.shared += isinstance(words, crew.Task)
        if isinstance(words, tuple) and rng.random() < HANDS_KILLED:
            threading.Timer(rng.random() / 4, hand._process.kill).start()
            result.hands_killed += 1

    crew._Hand._say, crew.BATCH, crew.WORTHWHILE = say_and_kill, PORTION, WORTHWHILE  # type: ignore[method-assign, assignment]
    settings.HARVEST_HANDS, gather.READ_BATCH = HANDS, WORTHWHILE
    try:
        yield
    finally:
        crew._Hand._say, crew.BATCH, crew.WORTHWHILE = say, portion, worthwhile  # type: ignore[method-assign]
        settings.HARVEST_HANDS, gather.READ_BATCH = hands, read


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
    with served(portals, clock) as port, mortal_hands(random.Random(seed), result) if large else nullcontext():
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
        soaked, result.entries, result.versions = _catalogue()
        _forget_entries()
        clock.now = max(clock.now, timezone.now())
        for row in rows:
            row.refresh_from_db()
            row.memory = {}
            row.save()
            actions.queue_run(row, now=clock.now)
        _beat(actions, clock, random.Random(0), result, kills=0)
        fresh, _, _ = _catalogue()
    result.differences = _differences(soaked, fresh)
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


def _catalogue() -> tuple[dict[str, str], int, int]:
    """What the public sees of each entry, as text by (source, identity); how many entries and versions there were."""
    from django.db.models import Sum

    from catalogue.enums import State
    from catalogue.models import Dataset, Resource
    from catalogue.snapshots import snapshot
    from harvest.models import Record

    seen = {}
    for record in Record.objects.filter(dataset__state=State.PUBLISHED).select_related("dataset"):
        entry = record.dataset
        assert entry is not None
        body = snapshot(entry, Resource.objects.filter(dataset=entry).order_by("position"), name="")
        for resource in body["resources"]:
            resource.pop("id", None)
        key = f"{record.source_id} {record.guid}"
        seen[key] = json.dumps([str(entry.id), record.content_hash, body], sort_keys=True, default=str)
    published = Dataset.objects.filter(state=State.PUBLISHED)
    assert published.count() == len(seen), "An entry stands twice, or belongs to no record."
    return seen, published.count(), Dataset.objects.aggregate(versions=Sum("version"))["versions"] or 0


def _forget_entries() -> None:
    from catalogue.models import Change, Dataset, DatasetName, Revision
    from harvest.models import Record, Run

    for model in (Change, Record, Run, Revision, DatasetName, Dataset):
        model.objects.all().delete()


def _differences(soaked: dict[str, str], fresh: dict[str, str]) -> list[str]:
    found = [f"{key} is there and should not be" for key in sorted(soaked.keys() - fresh.keys())]
    found += [f"{key} is missing" for key in sorted(fresh.keys() - soaked.keys())]
    return found + [
        f"{key} says {soaked[key]} and should say {fresh[key]}"
        for key in sorted(soaked.keys() & fresh.keys())
        if soaked[key] != fresh[key]
    ]


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
        f" {result.shared:,} times a process joined a run, {result.hands_killed:,} of them were killed."
        f" {result.entries:,} entries published, {result.versions:,} versions kept.\n"
        + (f"{len(result.differences):,} differences:\n" if result.differences else "No difference.\n")
        + "".join(f"  {line[:500]}\n" for line in result.differences[:20])
    )
    sys.exit(1 if result.differences else 0)


if __name__ == "__main__":
    main()
