"""How fast pages and APIs are on real entries, and where the time goes.

    REAL_DATA_DIR=… python -m config.embedded exec python bench/pages.py [--limit N] [--pages N] [--seconds N]

Harvests N of data.gov.uk's packages of 2016 into a scratch database and indexes them. Then asks the WSGI application in
this process, one request at a time, for dataset pages and for a Zipf mix of searches (empty, one and two words, a
filter, an area, by date) as pages, of /api/v1/search and of CKAN's package_search: by the clock and in processor time,
with garbage collection as Python has it and as `config/wsgi.py` sets it; and says how much of the processor time is the
search engine's, SQL's (Django's part and psycopg's), templates' or serializers' and the rest's. Last, one gunicorn
process is asked over HTTP by eight connections at once.
"""

import argparse
import asyncio
import gc
import importlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

from scratch import say, scratch_database, scratch_url

CONNECTIONS = 8

Ask = Callable[[str], int]


def addresses(titles: list[str], pages: list[str], count: int) -> dict[str, list[str]]:
    """Searches and dataset pages. The k-th commonest query is asked 1/k as often as the commonest."""
    chance = random.Random(86)
    words = Counter(word.lower().strip(",.()") for title in titles for word in title.split() if len(word) > 3)
    common = [word for word, _ in words.most_common(400)]
    queries = ["", *(common[place] for place in range(0, 200, 2))]
    queries += [f"{common[place]} {common[place + 1]}" for place in range(0, 398, 2)]
    chance.shuffle(queries[1:])
    weights = [1 / rank for rank in range(1, len(queries) + 1)]
    ways = ["", "", "", "", "", "&sort=recent", "&filters[format]=CSV", "&filters[topic]=environment", "&area=leeds"]
    searches = [f"/search?q={quote(query)}{chance.choice(ways)}" for query in chance.choices(queries, weights, k=count)]
    ckan = "/api/3/action/package_search?rows=20&q="
    return {
        "search": searches,
        "dataset": [chance.choice(pages) for _ in range(count)],
        "/api/v1/search": [f"/api/v1{address}" for address in searches],
        "package_search": [ckan + quote(query) for query in chance.choices(queries, weights, k=count)],
    }


@contextmanager
def spent_in(parts: dict[str, float]) -> Iterator[None]:
    """Adds to `parts` the processor seconds that requests spend in search, queries and drawing. What one does within
    another is its own alone: a query that a template asks for is a query."""
    from django.db.models.query import QuerySet
    from django.template.backends.jinja2 import Template
    from rest_framework.renderers import JSONRenderer

    from catalogue.api import search as api
    from catalogue.api.ckan import package_search
    from catalogue.views import dataset, search
    from services import ready_rows

    within: list[float] = []

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            started = time.thread_time()
            within.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = time.thread_time() - started
                parts[part] += took - within.pop()
                if within:
                    within[-1] += took

        return wrapper

    engine, database, drawing = "search engine", "ORM and SQL", "templates and JSON"
    with ExitStack() as stack:
        for owner, name, part in (
            *((search, "search", engine), (api, "search", engine), (package_search, "ranked_ids", engine)),
            (dataset, "similar", engine),
            *((QuerySet, name, database) for name in ("_fetch_all", "count", "get", "exists")),
            (ready_rows, "_fetched", database),
            *((Template, "render", drawing), (JSONRenderer, "render", drawing)),
        ):
            stack.enter_context(mock.patch.object(owner, name, timed(part, getattr(owner, name))))
        yield


def measure(ask: Ask, asked: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock and of processor time for each address."""
    wall, cpu = [], []
    for address in asked:
        clock, work = time.perf_counter(), time.thread_time()
        status = ask(address)
        wall.append((time.perf_counter() - clock) * 1000)
        cpu.append((time.thread_time() - work) * 1000)
        assert status == 200, address
    return wall, cpu


def percentiles(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"{cuts[49]:6.1f} {cuts[94]:6.1f} {cuts[98]:6.1f}"


def in_process(asked: dict[str, list[str]]) -> None:
    from django.test import Client

    client = Client()

    def ask(address: str) -> int:
        return client.get(address).status_code

    say(f"\n{'':<34}{'clock p50    p95    p99':>24}{'processor p50 p95 p99':>24}   requests/s of processor time")
    for collection in ("Python's", "settled"):
        if collection == "settled":
            importlib.import_module("config.wsgi").settle_garbage()
        for page, some in asked.items():
            measure(ask, some[:50])
            wall, cpu = measure(ask, some)
            rate = 1000 / statistics.mean(cpu)
            say(f"{page + ', garbage ' + collection:<34}{percentiles(wall):>24}{percentiles(cpu):>24}{rate:>10.0f}")
    gc.unfreeze()
    for page, some in asked.items():
        parts: dict[str, float] = defaultdict(float)
        with spent_in(parts):
            _, cpu = measure(ask, some)
        total = sum(cpu) / 1000
        parts["framework and view"] = total - sum(parts.values())
        split = ", ".join(f"{part} {1000 * spent / len(some):.1f} ms" for part, spent in sorted(parts.items()))
        say(f"{page}: {1000 * total / len(some):.1f} ms of processor time = {split}")


@contextmanager
def server(search_dir: str) -> Iterator[tuple[int, Callable[[], float]]]:
    """One gunicorn process with one thread, as a node has several, on this database and index. Gives its port, and what
    tells the processor seconds that it has spent."""
    port = 20_000 + random.randrange(20_000)
    environment = os.environ | {"DATABASE_URL": scratch_url(), "SEARCH_DIR": search_dir, "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--threads", "1", "--no-control-socket", "--log-level", "warning"], env=environment
    )
    try:
        time.sleep(6)
        worker = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        ticks = os.sysconf("SC_CLK_TCK")
        yield (
            port,
            lambda: sum(map(int, Path(f"/proc/{worker}/stat").read_text().rsplit(")")[1].split()[11:13])) / ticks,
        )
    finally:
        process.terminate()
        process.wait()


async def over_http(port: int, asked: list[str], seconds: float) -> list[float]:
    """Milliseconds of each answer that arrived."""
    waits: list[float] = []
    until = time.monotonic() + seconds

    async def one(offset: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        place = offset
        while time.monotonic() < until:
            address = asked[place % len(asked)]
            place += CONNECTIONS
            started = time.perf_counter()
            writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), (address, head[:100])
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            await reader.readexactly(int(fields[b"content-length"]))
            waits.append((time.perf_counter() - started) * 1000)
            if fields.get(b"connection") == b"close":
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(one(offset) for offset in range(CONNECTIONS)))
    return waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=3_000, help="packages harvested")
    parser.add_argument("--pages", type=int, default=400, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=10, help="of load over HTTP for each kind")
    arguments = parser.parse_args()
    real = os.environ.get("REAL_DATA_DIR")
    if not real:
        sys.exit("Set REAL_DATA_DIR to the folder of real catalogue metadata.")
    packages = Path(real) / "a_ckan/data.gov.uk-2016/packages.jsonl.gz"
    with scratch_database(), tempfile.TemporaryDirectory(prefix="domesday-bench-") as folder:
        from django.conf import settings
        from django.core.management import call_command

        from catalogue.actions import changes
        from catalogue.models import Dataset
        from catalogue.search.build import rebuild
        from publishers.actions import add

        settings.SEARCH_DIR = Path(folder) / "search"
        settings.ALLOWED_HOSTS = ["*"]
        add(slug="bench", title="Bench")
        with open(os.devnull, "w") as nowhere:
            call_command(
                *("harvest", "ckan", str(packages)),
                publisher="bench",
                max_records=arguments.limit,
                stdout=nowhere,
                stderr=nowhere,
            )
        changes.assign_positions()
        rebuild()
        found = Dataset.objects.public().order_by("id")
        titles = list(found.values_list("title", flat=True))
        asked = addresses(titles, [entry.get_absolute_url() for entry in found[:500]], arguments.pages)
        say(f"{len(titles):,} datasets")
        in_process(asked)
        say("")
        with server(str(settings.SEARCH_DIR)) as (port, spent):
            for page, some in asked.items():
                asyncio.run(over_http(port, some, 2))
                before = spent()
                waits = asyncio.run(over_http(port, some, arguments.seconds))
                rate, own = len(waits) / arguments.seconds, (spent() - before) / len(waits)
                say(f"{page} over HTTP: {rate:.0f} requests/s, ms p50 p95 p99 {percentiles(waits)};")
                say(f"the server's processor time {own * 1000:.1f} ms a request, {1 / own:.0f} requests/s of it")
        shutil.rmtree(settings.SEARCH_DIR, ignore_errors=True)


if __name__ == "__main__":
    main()
