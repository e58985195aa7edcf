"""How fast one worker checks links while it is polite: real requests, rows and turns, over many hosts on loopback.

    python -m config.embedded exec python bench/links.py [--hosts 200 400 800] [--links-per-host 32] [--claims 1000000]

Each row of the first table: links of so many hosts (addresses 127.1.x.y of one server process) go from due to recorded,
scores and change log included; first when every state is news, then again when none is. A host is asked twice a second
at most, so that 200 hosts can't give more than 400 requests a second, however fast the worker. Of 20 links, one refuses
HEAD (so that GET must follow) and one is missing. The last three columns are from the server's own log: its clock sees
two starts closer than half a second where a busy machine delays the first. `--claims N` times claims from N links, of
which a third are on one host. Needs Linux for its addresses, and a machine with nothing else to do.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from scratch import say, scratch_database

ANSWER_AFTER = 0.02  # seconds
LINKS_PER_DATASET = 4


class Answering(asyncio.Protocol):
    """A server that answers as the path says, and notes (started, ended) of each request by host."""

    log: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def connection_made(self, transport: Any) -> None:
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            first, *headers = head.decode("latin-1").split("\r\n")
            host = next(line[6:] for line in headers if line.lower().startswith("host: "))
            method, path, _ = first.split(" ")
            asyncio.get_running_loop().call_later(ANSWER_AFTER, self.answer, method, path, host, time.monotonic())

    def answer(self, method: str, path: str, host: str, started: float) -> None:
        status = (
            404 if path.startswith("/missing") else 405 if (path.startswith("/get"), method) == (True, "HEAD") else 200
        )
        body = b"a,b\n1,2\n" if status == 200 else b""
        head = f"HTTP/1.1 {status} -\r\nContent-Type: text/csv\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.log[host].append((started, time.monotonic()))
        self.transport.write(head + (b"" if method == "HEAD" else body))


async def serve() -> None:
    """Print the port, serve; at each line of standard input print what the log says, and begin a new one."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "0.0.0.0", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while await loop.run_in_executor(None, sys.stdin.readline):
        spans = [sorted(spans) for spans in Answering.log.values()]
        pairs = [pair for mine in spans for pair in itertools.pairwise(mine)]
        found = {
            "requests": sum(map(len, spans)),
            "at_once": sum(later[0] < earlier[1] for earlier, later in pairs),
            "closest": min((later[0] - earlier[0] for earlier, later in pairs), default=0.0),
            "most_in_5_s": max((most_within([start for start, _ in mine], 5) for mine in spans), default=0),
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        Answering.log.clear()


def most_within(times: list[float], seconds: float) -> int:
    """The most of these sorted times that lie within so many seconds."""
    most = first = 0
    for last, time_of_last in enumerate(times):
        while time_of_last - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


class Server:
    def __enter__(self) -> "Server":
        command = [sys.executable, __file__, "--serve"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.process.kill()
        self.process.communicate()

    def log(self) -> dict[str, float]:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


def seed(hosts: list[str], port: int, links_per_host: int, now: datetime) -> None:
    from catalogue.actions.entry import By, Entry
    from catalogue.actions.store import upsert_many
    from catalogue.drafts import DatasetDraft, ResourceDraft
    from catalogue.enums import Route, State
    from catalogue.models import Dataset
    from publishers.models import Publisher

    Dataset.objects.all().delete()
    publisher, _ = Publisher.objects.get_or_create(slug="bench", defaults={"title": "Bench"})
    kinds = ["get", "missing", *["ok"] * 18]
    entries = [
        Entry(
            DatasetDraft(
                title=f"{host} {first}",
                publisher_id=publisher.id,
                resources=tuple(
                    ResourceDraft(url=f"http://{host}:{port}/{kinds[(number + place) % 20]}/{number}.csv", format="CSV")
                    for number in range(first, first + LINKS_PER_DATASET)
                ),
            ),
            state=State.PUBLISHED,
        )
        for place, host in enumerate(hosts)
        for first in range(0, links_per_host, LINKS_PER_DATASET)
    ]
    for start in range(0, len(entries), 500):
        upsert_many(entries[start : start + 500], by=By(Route.COMMAND, label="bench"), now=now)


def measure_checks(server: Server, count: int, links_per_host: int) -> None:
    from django.conf import settings
    from django.utils import timezone

    from catalogue.actions import link_queue, link_run

    hosts = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(count)]
    settings.OUTBOUND_ALLOW_HOSTS = [f"{host}:{server.port}" for host in hosts]
    seed(hosts, server.port, links_per_host, timezone.now())
    for news in ("all new", "no news"):
        link_queue.make_all_due(now=timezone.now())
        time.sleep(0.6)  # so that the pass before takes no turns from this one
        server.log()
        started, cpu = time.monotonic(), time.process_time()
        result = link_run.check_due(now=timezone.now)
        took, cpu = time.monotonic() - started, time.process_time() - cpu
        log, checked = server.log(), result.recorded.states.total()
        assert checked == count * links_per_host, (checked, result)
        say(
            f"| {count:,} | {news} | {checked:,} | {took:.1f} | **{checked / took:,.0f}** "
            f"| {log['requests'] / took:,.0f} | {2 * count:,} | {1000 * cpu / checked:.2f} "
            f"| {1000 * log['closest']:.0f} | {log['most_in_5_s']} | {log['at_once']} |"
        )


def measure_claims(total: int) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from catalogue.actions import link_queue
    from catalogue.models import Dataset

    seed(["one.example"], 80, LINKS_PER_DATASET, timezone.now())
    dataset = Dataset.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO catalogue_resource (id, dataset_id, position, source_id, kind, title, description, url,
                   format, format_text, media_type, checksum, conforms_to, period_text, extras, columns, created_at)
               SELECT gen_random_uuid(), %s, number, '', 'data', '', '',
                   'http://h' || CASE WHEN number %% 3 = 0 THEN 0 ELSE number %% 5000 END || '.example/' || number,
                   'CSV', '', '', '', '', '', '{}', '[]', now() FROM generate_series(1, %s) AS number""",
            [dataset.id, total],
        )
        cursor.execute(
            """INSERT INTO catalogue_linkcheck (resource_id, host, state, reason, final_url, media_type, etag,
                   last_modified, failure_count, success_count, next_check_at)
               SELECT id, split_part(url, '/', 3), 'unchecked', '', '', '', '', '', 0, 0,
                   now() - random() * interval '1 hour' FROM catalogue_resource WHERE url LIKE 'http://h%%'"""
        )
        cursor.execute("ANALYZE catalogue_resource, catalogue_linkcheck")
        cursor.execute("SELECT min(next_check_at), count(DISTINCT host) FROM catalogue_linkcheck WHERE host LIKE 'h%'")
        earliest, hosts = cursor.fetchone()
    say(f"\nClaims of up to 1,000 from {total:,} links of {hosts:,} hosts, milliseconds:\n")
    say("| due | claimed | first | median of 9 more |")
    say("|---|---:|---:|---:|")
    for words, now in (
        ("all", timezone.now() + timedelta(hours=1)),
        ("one second's worth", earliest + timedelta(seconds=1)),
        ("none", earliest - timedelta(seconds=1)),
    ):
        times, claimed, last = [], 0, ""
        with transaction.atomic():
            for turn in range(10):
                started = time.perf_counter()
                links = link_queue.claim_due(now, limit=1_000, after_host=last)
                times.append(1000 * (time.perf_counter() - started))
                claimed, last = (len(links) if turn == 0 else claimed), links[-1].host if links else ""
            transaction.set_rollback(True)
        say(f"| {words} | {claimed:,} | {times[0]:.1f} | {sorted(times[1:])[4]:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, nargs="*", default=[200, 400, 800])
    parser.add_argument("--links-per-host", type=int, default=32)
    parser.add_argument("--claims", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    with scratch_database():
        from django.conf import settings

        settings.REDIS_URL = settings.REDIS_URL.rpartition("/")[0] + "/8"  # beside workers that may be running
        if options.hosts:
            say(
                "| hosts | states | links | seconds | links/s | requests/s | most allowed | ms of CPU a link "
                "| closest starts, ms | most of a host in 5 s | at once |"
            )
            say("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        with Server() as server:
            for count in options.hosts:
                measure_checks(server, count, options.links_per_host)
        if options.claims:
            measure_claims(options.claims)


if __name__ == "__main__":
    main()
