"""How fast the workplace's lists are with many entries: each asked as an operator and as a department's officer.

    python -m config.embedded exec python bench/workplace.py [--datasets 300000] [--rounds 7]

Makes a scratch database, filled by SQL with entries of 1,500 publishers, each with three files and their links, and one
in a hundred with a change that waits for approval. Times are of whole requests within this process: clock, and those
of the processor, ours and that of the connection's PostgreSQL process (read from /proc, so on Linux only), since other
work on the machine lengthens only the former. PostgreSQL works in one process here: helpers of its own would not be
counted.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scratch import say, scratch_database

if TYPE_CHECKING:
    from publishers.models import User

#: Table → the columns that matter here, as SQL, and where their rows come from. The rest is filled with nothing.
_TABLES: dict[str, tuple[dict[str, str], str]] = {
    "publishers_publisher": (
        {
            "id": "md5('p' || n)::uuid",
            "slug": "'body-' || n",
            "title": "'Body ' || n",
            "kind": "'other'",
            "parent_id": "CASE WHEN n > 40 THEN md5('p' || (n % 40 + 1))::uuid END",
            "contact_email": "'ask@body.example'",
        },
        "generate_series(1, 1500) AS n",
    ),
    "catalogue_dataset": (
        {
            "id": "md5('d' || n)::uuid",
            "name": "'dataset-' || n",
            "kind": "'dataset'",
            "title": "initcap(word) || ' of ' || place || ' ' || n",
            "description": "repeat(word || ' counted by wardens in ' || place || '. ', 12)",
            "tags": "ARRAY[word, place]",
            "access": "'open'",
            "classification": "'not_applicable'",
            "frequency": "(ARRAY['monthly', 'annual', 'daily', 'unknown'])[n % 4 + 1]",
            "modified": "current_date - (n % 4000)",
            "origin_id": "CASE WHEN n % 3 > 0 THEN 'guid-' || n ELSE '' END",
            "state": "CASE WHEN n % 50 = 0 THEN 'draft' WHEN n % 97 = 0 THEN 'in_review' ELSE 'published' END",
            "visibility": "CASE WHEN n % 10 = 0 THEN 'officials' ELSE 'public' END",
            "published_at": "now()",
            "modified_at": "now() - n * interval '1 minute'",
            "version": "1",
            "publisher_id": "md5('p' || (1 + floor(1499 * power((n % 1000) / 1000.0, 2))::int))::uuid",
            "topic_id": "'environment'",
            "licence_id": "'uk-ogl'",
        },
        """(
            SELECT n, (ARRAY['salmon', 'bridges', 'schools', 'spending', 'trees', 'crime'])[n % 6 + 1] AS word,
                (ARRAY['Leeds', 'York', 'Bath', 'Kent', 'Ely'])[n % 5 + 1] AS place
            FROM generate_series(1, {count}) AS n
        ) AS made""",
    ),
    "catalogue_resource": (
        {
            "id": "md5(name || f)::uuid",
            "position": "f",
            "kind": "'data'",
            "title": "'File ' || f",
            "url": "'https://body.example/' || name || '/' || f || '.csv'",
            "format": "'CSV'",
            "dataset_id": "id",
        },
        "catalogue_dataset, generate_series(0, 2) AS f",
    ),
    "catalogue_linkcheck": (
        {
            "resource_id": "id",
            "host": "'body.example'",
            "state": "CASE WHEN get_byte(uuid_send(id), 0) < 20 THEN 'broken' ELSE 'ok' END",
            "failing_since": "now()",
            "checked_at": "now()",
        },
        "catalogue_resource",
    ),
    "catalogue_qualityreport": (
        {
            "dataset_id": "id",
            "score": "get_byte(uuid_send(id), 1) % 101",
            "band": "CASE WHEN get_byte(uuid_send(id), 1) % 101 < 40 THEN 'poor' ELSE 'good' END",
            "results": "'[]'::jsonb",
            "rules_version": "1",
        },
        "catalogue_dataset",
    ),
    "catalogue_proposal": (
        {
            "dataset_id": "id",
            "state": "'waiting'",
            "opened_at": "now()",
            "changed_at": "modified_at",
        },
        "catalogue_dataset WHERE state = 'published' AND get_byte(uuid_send(id), 2) < 3",
    ),
    "catalogue_proposaledition": (
        {
            "proposal_id": "id",
            "number": "1",
            "base": "1",
            "snapshot": "'{}'::jsonb",
            "person_name": "'Somebody'",
            "route": "'form'",
            "at": "changed_at",
        },
        "catalogue_proposal",
    ),
    "catalogue_standing": (
        {
            "dataset_id": "dataset_id",
            "publisher_id": "publisher_id",
            "state": "state",
            "score": "score",
            "band": "band",
            "broken_links": """(
                SELECT count(*)
                FROM catalogue_resource AS file JOIN catalogue_linkcheck AS link ON resource_id = file.id
                WHERE file.dataset_id = catalogue_dataset.id AND link.state = 'broken'
            )""",
            "late_after": """modified + CASE frequency
                WHEN 'daily' THEN 3 WHEN 'monthly' THEN 39 WHEN 'annual' THEN 425 END""",
        },
        "catalogue_dataset JOIN catalogue_qualityreport ON dataset_id = id",
    ),
}

#: What stands in a column that must hold something, by its type.
_NOTHING = {
    "jsonb": "'{}'::jsonb",
    "ARRAY": "'{}'",
    "boolean": "false",
    "smallint": "0",
    "integer": "0",
    "bigint": "0",
    "double precision": "0",
    "timestamp with time zone": "now()",
}

_REQUIRED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--datasets", type=int, default=30_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with scratch_database():
        from django.conf import settings
        from django.test.utils import setup_test_environment

        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        setup_test_environment()
        started = time.perf_counter()
        fill(options.datasets)
        say(f"Filled {options.datasets:,} entries in {time.perf_counter() - started:.0f} s.\n")
        measure(options.datasets, options.rounds)


def fill(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table, (known, source) in _TABLES.items():
            cursor.execute(_REQUIRED, [table])
            columns = {column: _NOTHING.get(kind, "''") for column, kind in cursor.fetchall()} | known
            names, values = ", ".join(columns), ", ".join(columns.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {source.replace('{count}', str(count))}"
            )
        cursor.execute("VACUUM ANALYZE")


def measure(count: int, rounds: int) -> None:
    from publishers.models import Membership, Publisher, User

    operator = User.objects.create_superuser("operator@bench.example", "correct horse")
    officer = User.objects.create_user("officer@bench.example", "correct horse")
    Membership.objects.create(user=officer, publisher=Publisher.objects.get(slug="body-1"), role="editor")
    entries = "/admin/catalogue/dataset/"
    pages = {
        "home": "/admin/",
        "datasets": entries,
        **({"datasets, page 20": f"{entries}?p=20"} if count >= 50_000 else {}),
        "datasets by quality": f"{entries}?o=4",
        "search: salmon leeds": f"{entries}?q=salmon+leeds",
        "search: a number": f"{entries}?q=12345",
        "filter: drafts": f"{entries}?needs=draft",
        "filter: broken links": f"{entries}?needs=links",
        "filter: overdue": f"{entries}?needs=overdue",
        "filter: poor quality": f"{entries}?needs=quality",
        "filter: for officials": f"{entries}?visibility__exact=officials",
        "link checks": "/admin/catalogue/linkcheck/",
        "link checks: working": "/admin/catalogue/linkcheck/?state=ok",
        "link checks of a host": "/admin/catalogue/linkcheck/?q=body.example",
        "publishers": "/admin/publishers/publisher/",
        "proposed changes": "/admin/catalogue/proposal/?state__exact=waiting",
        "inventory search": "/inventory?q=salmon",
    }
    say("| page | operator: ms | ours | PostgreSQL | queries | officer: ms | ours | PostgreSQL | queries |")
    say("|---|---|---|---|---|---|---|---|---|")
    for page, address in pages.items():
        cells = [cell for user in (operator, officer) for cell in timed(user, address, rounds)]
        say(f"| {page} | {' | '.join(cells)} |")


def timed(user: "User", address: str, rounds: int) -> list[str]:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(user)
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
    clock, processor, database = [], [], []
    for _ in range(rounds):
        cache.clear()
        began, busy, served = time.perf_counter(), time.process_time(), processor_time(server)
        response = client.get(address)
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - busy))
        database.append(1000 * (processor_time(server) - served))
        assert response.status_code == 200, (address, response.status_code)
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return [
        f"{statistics.median(clock):.0f} ({max(clock):.0f})",
        f"{statistics.median(processor):.0f}",
        f"{statistics.median(database):.0f}",
        str(len(queries)),
    ]


def processor_time(process: int) -> float:
    """Seconds that a process has had a processor; 0 where that can't be read."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    main()
