"""How fast a catalogue is scored anew and rolled up, and how the real data.gov.uk of April 2016 fares.

    REAL_DATA_DIR=… python -m config.embedded exec python bench/quality.py [--limit N] [--copies N] [--page FILE]

Stores the real packages as a harvest does, scored as of 30 April 2016 (judged today, data of then would be late
without exception). `--page` writes the page of figures (`docs/quality-of-2016.md`): counts and
averages alone, no record. `--copies` multiplies the rows in the database before the speeds are taken. Works in a
scratch database.
"""

import argparse
import datetime
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from quality_page import page

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


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def scratch_database() -> Iterator[None]:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def load(limit: int) -> None:
    """Store the real packages as a harvest would, through the same normaliser, checks and actions.

    Each belongs to the organisation that it names. Nothing is kept of where it came from: that is the harvest's part.
    """
    from django.utils.text import slugify

    from catalogue.actions.store import By, Entry, upsert_many
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


def timed(title: str, work: Callable[[], Any], rows: int = 0) -> Any:
    started, used = time.perf_counter(), time.process_time()
    result = work()
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    rate = f"{rows / seconds:>12,.0f}" if rows else f"{'':>12}"
    say(f"{title:<52}{seconds:>10.2f}{processor:>12.2f}{rate}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="load only so many packages")
    parser.add_argument("--copies", type=int, default=0, help="multiply the rows so many times")
    parser.add_argument("--page", help="write the page of figures to this file")
    parser.add_argument("--no-speeds", action="store_true", help="stop once the page is written")
    arguments = parser.parse_args()
    if not os.environ.get("REAL_DATA_DIR"):
        parser.error("Set REAL_DATA_DIR to a folder of real catalogue metadata.")
    with scratch_database():
        measure(arguments)


def measure(arguments: argparse.Namespace) -> None:
    from django.db import connection, transaction
    from django.test import Client
    from django.utils import timezone

    from catalogue.actions import quality, rollups
    from catalogue.models import Dataset, QualityReport
    from catalogue.quality.score import RULES_VERSION

    load(arguments.limit)
    if arguments.page:
        Path(arguments.page).write_text(page(AS_OF))
        say(f"Wrote {arguments.page}.")
    if arguments.no_speeds:
        return
    if arguments.copies:
        with transaction.atomic():
            copy(arguments.copies)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    rows = Dataset.objects.count()
    say(f"\n{rows:,} datasets\n{'':<52}{'seconds':>10}{'of our CPU':>12}{'rows/s':>12}")
    now = timezone.now()
    QualityReport.objects.update(rules_version=RULES_VERSION - 1)
    timed("new rules: score everything anew", lambda: list(_in_turns(now)), rows)
    timed("nothing is due: look for it", lambda: quality.rescore_due(now=timezone.now()))
    timed("roll up everything, for the first time", lambda: rollups.refresh(now=timezone.now(), everything=True))
    timed("roll up everything again", lambda: rollups.refresh(now=timezone.now(), everything=True))
    timed("nothing changed: roll up", lambda: rollups.refresh(now=timezone.now()))
    few = list(Dataset.objects.order_by("id").values_list("id", flat=True)[:50])
    Dataset.objects.filter(id__in=few).update(description="")
    timed("50 datasets changed: score them", lambda: quality.rescore(few, now=timezone.now()), 50)
    timed("50 datasets changed: roll up", lambda: rollups.refresh(now=timezone.now()))
    client = Client(SERVER_NAME="127.0.0.1")
    for address in ("/", "/quality", "/quality/publishers", "/quality/criteria/links", "/quality/criteria/contact"):
        client.get(address)
        timed(f"GET {address}", lambda address=address: client.get(address))


def _in_turns(now: datetime.datetime) -> Iterator[int]:
    """As beat does it: ten thousand at a time, until none is due."""
    from catalogue.actions import quality

    while scored := quality.rescore_due(now=now).scored:
        yield scored


if __name__ == "__main__":
    main()
