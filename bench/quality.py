"""How fast a catalogue is scored anew and rolled up, and how the real data.gov.uk of April 2016 fares.

    REAL_DATA_DIR=… python -m config.embedded exec python bench/quality.py [--limit N] [--copies N] [--page FILE] …

Stores the real packages as a harvest does, scored as of 30 April 2016 (judged today, data of then would be late
without exception). `--page` writes the page of figures (`docs/quality-of-2016.md`): counts and
averages alone, no record. `--copies` multiplies the rows in the database before the speeds are taken: 11 make 309,804
datasets. One link in ten is then called broken and the rest working, and three years of history are written, since
nothing of 2016 has either. Works in a scratch database; `--keep` leaves it there, filled, for the next run.
"""

import argparse
import datetime
import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from quality_page import page
from scratch import say, scratch_database

AS_OF = datetime.datetime(2016, 4, 30, 12, tzinfo=datetime.UTC)
PACKAGES = "a_ckan/data.gov.uk-2016/packages.jsonl.gz"

#: Table → columns that a copy has of its own: SQL of their values, given the number of the copy.
COPIED: dict[str, dict[str, str]] = {
    "catalogue_dataset": {"id": "md5(id::text || {n})::uuid", "name": "'copy-{n}-' || md5(id::text)"},
    "catalogue_resource": {
        "id": "md5(id::text || {n})::uuid",
        "dataset_id": "md5(dataset_id::text || {n})::uuid",
    },
    "catalogue_linkcheck": {"resource_id": "md5(resource_id::text || {n})::uuid"},
    "catalogue_qualityreport": {"dataset_id": "md5(dataset_id::text || {n})::uuid"},
}

#: What link checks might have found: one in ten broken.
CHECKED = """
    UPDATE catalogue_linkcheck SET checked_at = now() - interval '2 days', failing_since = now() - interval '9 days',
        state = CASE WHEN get_byte(uuid_send(resource_id), 0) < 26 THEN 'broken' ELSE 'ok' END
"""

#: A day's row for what stands, every day (the whole, topics) or one in thirty (publishers); the sum of scores swings.
HISTORY = """
    INSERT INTO catalogue_qualityday (scope, key, day, rules_version, figures)
    SELECT scope, key, day, rules_version, jsonb_set(figures, '{score_sum}', to_jsonb(
        round(coalesce((figures->>'score_sum')::int, 0) * (0.9 + 0.05 * sin(ago / 90.0)))::int
    ))
    FROM catalogue_qualityrollup, generate_series(1, 1095) AS ago, LATERAL (SELECT current_date - ago AS day) AS days
    WHERE datasets > 0 AND scope != 'cell' AND (scope IN ('whole', 'topic') OR ago % 30 = 0)
    ON CONFLICT DO NOTHING
"""

PAGES = (
    "/",
    "/quality",
    "/quality/publishers",
    "/quality/publishers?sort=worst&with=below&page=5",
    "/quality/publishers.csv",
    "/quality/topics",
    "/quality/topics/environment",
    "/quality/snapshots",
    "/quality/method",
    "/quality/criteria/links",
    "/quality/criteria/contact",
    "/quality/criteria/consistent",
    "/quality/criteria/contact?page=200",
    "/api/v1/quality",
    "/api/v1/quality/publishers",
    "/api/v1/quality/history",
)


def load(limit: int) -> None:
    """Store the real packages as a harvest would, through the same normaliser, checks and actions.

    Each belongs to the organisation that it names. Nothing is kept of where it came from: that is the harvest's part.
    """
    from django.utils.text import slugify

    from catalogue.actions.entry import By, Entry
    from catalogue.actions.store import upsert_many
    from catalogue.enums import Route, State
    from harvest.normalise.ckan import CkanNormaliser
    from harvest.pipeline.validate import validate
    from publishers.models import Publisher

    normalise, by = CkanNormaliser(), By(Route.IMPORT, label="bench")
    publishers: dict[str, Publisher] = {}
    unnamed = Publisher.objects.create(slug="unnamed", title="No publisher named")
    with gzip.open(Path(os.environ["REAL_DATA_DIR"]) / PACKAGES, "rt") as lines:
        packages = islice(lines, limit or None)
        while batch := list(islice(packages, 500)):
            entries = []
            for package in map(json.loads, batch):
                found = normalise(package, publisher_id=unnamed.id)
                publisher, organisation = unnamed, found.organisation
                if organisation:
                    key = organisation.name or organisation.title
                    if key not in publishers:
                        slug = f"{slugify(key)[:80]}-{len(publishers)}"
                        publishers[key] = Publisher.objects.create(slug=slug, title=organisation.title[:300])
                    publisher = publishers[key]
                draft, _ = validate(replace(found.draft, publisher_id=publisher.id))
                if draft:
                    entries.append(Entry(draft, found.uuid, state=State.PUBLISHED))
            upsert_many(entries, by=by, now=AS_OF)
    say(f"{len(publishers):,} publishers")


def copy(times: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table, own in COPIED.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            columns = [name for (name,) in cursor.fetchall()]
            cursor.execute(f"CREATE TEMP TABLE original ON COMMIT DROP AS SELECT * FROM {table}")
            for number in range(1, times + 1):
                values = ", ".join(own.get(name, f'"{name}"').format(n=number) for name in columns)
                names = ", ".join(f'"{name}"' for name in columns)
                cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM original")
            cursor.execute("DROP TABLE original")
        cursor.execute("ANALYZE")


class Clock:
    """What passed since it was made: by the clock, of our processor time, and of our PostgreSQL backend's."""

    def __init__(self) -> None:
        self.started = time.perf_counter(), time.process_time(), self._backend()

    def spent(self) -> tuple[float, float, float]:
        wall, ours, theirs = self.started
        return time.perf_counter() - wall, time.process_time() - ours, self._backend() - theirs

    def _backend(self) -> float:
        """Processor seconds of the backend; parallel workers of its queries aren't in it. Linux alone tells."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(title: str, work: Callable[[], Any], rows: int = 0) -> Any:
    clock = Clock()
    result = work()
    seconds, ours, theirs = clock.spent()
    rate = f"{rows / seconds:>12,.0f}" if rows else ""
    say(f"{title:<52}{seconds:>10.2f}{ours:>12.2f}{theirs:>12.2f}{rate}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="load only so many packages")
    parser.add_argument("--copies", type=int, default=0, help="multiply the rows so many times")
    parser.add_argument("--page", help="write the page of figures to this file")
    parser.add_argument("--no-speeds", action="store_true", help="stop once the database is filled")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use what an earlier run kept")
    parser.add_argument("--turns", type=int, help="score only so many times 10,000 datasets anew")
    parser.add_argument("--pages-only", action="store_true", help="take the speed of pages alone")
    arguments = parser.parse_args()
    if not os.environ.get("REAL_DATA_DIR"):
        parser.error("Set REAL_DATA_DIR to a folder of real catalogue metadata.")
    with scratch_database(kept=arguments.keep) as is_filled:
        if not is_filled:
            fill(arguments)
        if not arguments.no_speeds:
            measure(arguments)


def fill(arguments: argparse.Namespace) -> None:
    from django.db import connection, transaction

    load(arguments.limit)
    if arguments.page:
        Path(arguments.page).write_text(page(AS_OF))
        say(f"Wrote {arguments.page}.")
    if arguments.copies:
        with transaction.atomic():
            copy(arguments.copies)
    with connection.cursor() as cursor:
        cursor.execute(CHECKED)
        cursor.execute("VACUUM ANALYZE")


def measure(arguments: argparse.Namespace) -> None:
    from django.utils import timezone

    from catalogue.actions import quality, rollups
    from catalogue.models import Dataset, QualityReport, QualitySnapshot
    from catalogue.quality.score import RULES_VERSION

    rows = Dataset.objects.count()
    say(f"\n{rows:,} datasets\n{'':<52}{'seconds':>10}{'our CPU':>12}{'its CPU':>12}{'rows/s':>12}")
    if not arguments.pages_only:
        now = timezone.now()
        QualityReport.objects.update(rules_version=RULES_VERSION - 1)
        every = rows if arguments.turns is None else min(rows, 10_000 * arguments.turns)
        timed(f"new rules: score {every:,} anew", lambda: list(islice(_in_turns(now), arguments.turns)), every)
        QualityReport.objects.update(rules_version=RULES_VERSION)
        timed("nothing is due: look for it", lambda: quality.rescore_due(now=timezone.now()))
        timed("roll up everything, for the first time", lambda: rollups.refresh(now=timezone.now(), everything=True))
        timed("roll up everything again", lambda: rollups.refresh(now=timezone.now(), everything=True))
        timed("nothing changed: roll up", lambda: rollups.refresh(now=timezone.now()))
        few = list(Dataset.objects.order_by("id").values_list("id", flat=True)[:50])
        Dataset.objects.filter(id__in=few).update(description=str(now))
        timed("50 datasets changed: score them", lambda: quality.rescore(few, now=timezone.now()), 50)
        timed("50 datasets changed: roll up", lambda: rollups.refresh(now=timezone.now()))
        if not QualitySnapshot.objects.exists():
            write_history()
            timed("freeze twelve quarters", lambda: rollups.refresh(now=timezone.now()))
        timed("walk the chain of frozen figures", rollups.first_altered)
    measure_pages()


def write_history() -> None:
    """Three years: of the whole and of topics every day, of publishers one day a month; the score goes up and down."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(HISTORY)
        cursor.execute("VACUUM ANALYZE")


def measure_pages() -> None:
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from catalogue.models import QualityRollup
    from publishers.models import Publisher

    # Files of styles by their own names: `collectstatic` needs not have run
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    largest = QualityRollup.objects.filter(scope="publisher").order_by("-datasets", "key").values_list("key", flat=True)
    slug = Publisher.objects.get(id=largest[0]).slug
    client = Client(SERVER_NAME="127.0.0.1")
    say(f"\n{'median of 7, milliseconds':<60}{'clock':>10}{'our CPU':>12}{'its CPU':>12}{'queries':>12}{'kB':>8}")
    for address in (*PAGES, f"/quality/publishers/{slug}", f"/quality/criteria/links?publisher={slug}"):
        client.get(address)  # templates are compiled once
        spent = []
        for _ in range(7):
            cache.clear()
            clock = Clock()
            response = client.get(address)
            body = response.getvalue()
            spent.append(clock.spent())
        assert response.status_code == 200, (address, response.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        wall, ours, theirs = (1000 * sorted(column)[3] for column in zip(*spent, strict=True))
        shown = f"GET {address}"[:60].ljust(60)
        say(f"{shown}{wall:>10.0f}{ours:>12.0f}{theirs:>12.0f}{len(queries):>12}{len(body) / 1000:>8.0f}")


def _in_turns(now: datetime.datetime) -> Iterator[int]:
    """As beat does it: ten thousand at a time, until none is due."""
    from catalogue.actions import quality

    while scored := quality.rescore_due(now=now).scored:
        yield scored


if __name__ == "__main__":
    main()
