"""How fast a portal is harvested for the first time, and again when nothing has changed: HTTP, parsing, validation,
history, change log and quality scores included.

    python -m config.embedded exec python bench/harvest.py [--packages FILE] [--times N] [--limit N]

`--packages`: JSON Lines as `ckanapi dump` writes them, gzipped or not; without it REAL_DATA_DIR's data.gov.uk of 2016,
else packages made up on the spot. `--times` repeats them under other ids, to see whether memory and rate hold. A server
process of its own gives them page by page, as CKAN's `package_search` does. Works in a scratch database.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scratch import say, scratch_database

ROWS = 1_000


def packages_of(path: Path | None) -> Iterator[dict[str, Any]]:
    if path is None:
        for number in range(5_000):
            yield {
                "id": f"00000000-0000-4000-8000-{number:012}",
                "name": f"package-{number}",
                "title": f"Package {number} of things counted",
                "notes": "Everything there is to know about them, street by street and month by month. " * 5,
                "license_id": "uk-ogl",
                "tags": [{"name": "things"}, {"name": "counts"}],
                "metadata_modified": "2020-02-02T10:00:00.123456",
                "resources": [
                    {"url": f"https://data.example.gov.uk/{number}/{part}.csv", "format": "CSV", "name": f"Part {part}"}
                    for part in range(3)
                ],
            }
        return
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            yield json.loads(line)


class Portal(BaseHTTPRequestHandler):
    """Answers `package_search` from the bodies of its packages, which stay encoded."""

    bodies: list[bytes] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        start, rows = int(asked.get("start", 0)), min(int(asked.get("rows", 10)), ROWS)
        head = b'{"success": true, "result": {"count": %d, "results": [' % len(self.bodies)
        body = head + b",".join(self.bodies[start : start + rows]) + b"]}}"
        self.send_response(200 if "package_search" in self.path else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def serve(arguments: argparse.Namespace) -> None:
    """Print the port, then serve until killed."""
    path = Path(arguments.packages) if arguments.packages else None
    for package in packages_of(path):
        for turn in range(arguments.times):
            changed = package if turn == 0 else package | {"id": f"{package['id']}-{turn}"}
            Portal.bodies.append(json.dumps(changed).encode())
        if arguments.limit and len(Portal.bodies) >= arguments.limit:
            break
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    say(f"{server.server_port} {len(Portal.bodies)}")
    server.serve_forever()


@contextmanager
def portal(arguments: argparse.Namespace) -> Iterator[tuple[int, int]]:
    """A portal in a process of its own: its port, and how many packages it has."""
    command = [sys.executable, __file__, "--serve", *sys.argv[1:]]
    if arguments.packages and "--packages" not in sys.argv:
        command += ["--packages", arguments.packages]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        port, count = process.stdout.readline().split()
        yield int(port), int(count)
    finally:
        process.kill()
        process.communicate()


def harvest(source: Any) -> tuple[Any, float]:
    """One full harvest of the source, whatever it remembers: the run and how long it took."""
    from harvest.management.foreground import harvest_now

    source.memory = {}
    source.save()
    started = time.perf_counter()
    run = harvest_now(source)
    return run, time.perf_counter() - started


def spent() -> tuple[float, float, float]:
    """Seconds of processor time so far: this process's, its ended children's, and PostgreSQL's (where /proc tells)."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime, _of_postgres()


def _of_postgres() -> float:
    """All processes of the server that we are connected to: those that run, and those that have ended."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    try:
        parent = int(_stat(backend)[1])
        ticks = sum(int(number) for number in _stat(parent)[11:15])
        for folder in Path("/proc").glob("[0-9]*"):
            stat = _stat(folder.name)
            ticks += int(stat[11]) + int(stat[12]) if stat and int(stat[1]) == parent else 0
    except (OSError, IndexError):
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: int | str) -> list[str]:
    """The fields of /proc/PID/stat from the third on; none where the process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    real = os.environ.get("REAL_DATA_DIR")
    if not arguments.packages and real:
        arguments.packages = str(Path(real) / "a_ckan/data.gov.uk-2016/packages.jsonl.gz")
    if arguments.serve:
        serve(arguments)
        return
    with portal(arguments) as (port, count), scratch_database():
        from django.conf import settings
        from django.utils import timezone

        from harvest import actions
        from harvest.enums import PublisherRule, Schedule, SourceKind
        from publishers.actions import add

        settings.OUTBOUND_ALLOW_HOSTS = [f"127.0.0.1:{port}"]
        source = actions.add_source(
            kind=SourceKind.CKAN,
            url=f"http://127.0.0.1:{port}/",
            publisher=add(slug="bench", title="Bench"),
            publisher_rule=PublisherRule.CREATE,
            schedule=Schedule.MANUAL,
            now=timezone.now(),
        )
        say(f"{count:,} packages from {arguments.packages or 'nowhere: made up'}")
        say("Milliseconds of processor time are for each record: the worker's, those of processes that share the run")
        say(f"with it ({settings.HARVEST_HANDS} here), PostgreSQL's. Peaks of memory in MiB: the worker's, and theirs.")
        columns = ("records/s", "seconds", "worker ms", "hands ms", "PG ms", "peak", "hand's")
        say(f"{'':<18}{''.join(f'{column:>10}' for column in columns)}  what came of it")
        for title in ("first harvest", "again, unchanged"):
            before = spent()
            run, seconds = harvest(source)
            costs = [1000 * (after - was) / run.seen for was, after in zip(before, spent(), strict=True)]
            peaks = [
                resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            ]
            numbers = f"{run.seen / seconds:>10,.0f}{seconds:>10.1f}" + "".join(f"{cost:>10.2f}" for cost in costs)
            say(f"{title:<18}{numbers}{''.join(f'{peak:>10.0f}' for peak in peaks)}  {run.state}: {run.message}")


if __name__ == "__main__":
    main()
