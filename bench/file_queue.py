"""What the queue of files costs with many links: enqueueing what was checked lately, a step of the walk, a claim.

    python -m config.embedded exec python bench/file_queue.py [--links 300000] [--plans]

In an empty database of its own, filled by SQL: links checked over a week, half of them with a file looked into.
`--plans` prints PostgreSQL's plan of each statement.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from scratch import say, scratch_database, set_up

ROUNDS = 9


def fill(count: int) -> None:
    from django.db import connection

    from tests.factories.catalogue import csv_file, dataset

    entry = dataset(title="Bench", resources=(csv_file(),))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_linkcheck")
        cursor.execute("DELETE FROM catalogue_resource")
        cursor.execute(
            """INSERT INTO catalogue_resource (id, dataset_id, position, source_id, kind, title, description, url,
                   format, format_text, media_type, checksum, conforms_to, period_text, extras, columns, created_at)
               SELECT gen_random_uuid(), %s, number, '', 'data', '', '', 'http://h.example/' || number,
                   'CSV', '', '', '', '', '', '{}', '[]', now() FROM generate_series(1, %s) AS number""",
            [entry.id, count],
        )
        cursor.execute(
            """INSERT INTO catalogue_linkcheck (resource_id, host, state, reason, final_url, media_type, etag,
                   last_modified, failure_count, success_count, next_check_at, checked_at)
               SELECT id, 'h.example', CASE WHEN random() < 0.8 THEN 'ok' ELSE 'unchecked' END, '', '', '', '', '', 0,
                   0, now(), now() - random() * interval '7 days' FROM catalogue_resource"""
        )
        cursor.execute(
            """INSERT INTO files_resourcefile (resource_id, url, state, reason, format, format_title, encoding, digest,
                   document, members, sheets, failure_count, fetched_at)
               SELECT id, url, 'previewed', '', 'CSV', '', '', 'x', '{}', '[]', '[]', 0, now()
               FROM catalogue_resource WHERE position % 2 = 0"""
        )
        cursor.execute("ANALYZE catalogue_resource, catalogue_linkcheck, files_resourcefile")


def measure(label: str, call: Callable[[], Any], *, plans: bool) -> None:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    times, count = [], 0
    for _ in range(ROUNDS):
        with transaction.atomic():
            started = time.monotonic()
            count = call()
            times.append(1000 * (time.monotonic() - started))
            transaction.set_rollback(True)
    say(f"| {label} | {count if isinstance(count, int) else 1:,} | {statistics.median(times):.0f} ({max(times):.0f}) |")
    if plans:
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            call()
            transaction.set_rollback(True)
        with transaction.atomic(), connection.cursor() as cursor:
            for query in captured.captured_queries:
                words = query["sql"].lstrip()
                if words.startswith(("INSERT INTO files_res", "UPDATE files_res", "SELECT")) and "JOIN" in words:
                    cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {words.replace('%', '%%')}")
                    say("\n".join(f"    {row[0]}" for row in cursor.fetchall()))
            transaction.set_rollback(True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--links", type=int, default=300_000)
    parser.add_argument("--plans", action="store_true")
    options = parser.parse_args()
    set_up()
    from django.utils import timezone

    from files.actions import queue
    from files.models import QueuePlace

    with scratch_database():
        fill(options.links)
        now = timezone.now()

        def lately() -> int:
            QueuePlace.objects.update_or_create(
                id=1, defaults={"checked_until": now, "swept_to": None, "next_sweep_at": now + timedelta(days=1)}
            )
            return queue.enqueue(now=now)

        def step() -> int:
            QueuePlace.objects.update_or_create(
                id=1, defaults={"checked_until": now, "swept_to": None, "next_sweep_at": None}
            )
            return queue.enqueue(now=now)

        say(f"{options.links:,} links; milliseconds, median (longest) of {ROUNDS}\n")
        say("| what | files | ms |\n|---|---:|---:|")
        measure("what was checked in the last two minutes", lately, plans=options.plans)
        measure("the same, and 20,000 links of the walk", step, plans=options.plans)
        queue.enqueue_all(now=now)
        measure("a claim, of half of the working links due", lambda: queue.claim(now=now), plans=options.plans)


if __name__ == "__main__":
    main()
