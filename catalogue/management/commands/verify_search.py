"""`manage.py verify_search [--json] [--mend]`"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalogue.models import Dataset
from catalogue.search.follow import abandon
from catalogue.search.index import IndexDamaged, SearchUnavailable
from catalogue.search.verify import Differences, MendingUnanswered, compare, mend, verify


class Command(BaseCommand):
    help = "Compares this machine's search index with the database, entry by entry. Exit code: 1 where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--mend", action="store_true", help="bring the entries that differ up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        total = Dataset.objects.public().count()
        try:
            with tqdm(total=total, desc="Comparing", unit=" datasets", disable=options["json"] or None) as bar:
                found = verify(progress=bar.update)
            left = found.differences
            if options["mend"] and not found.counts_agree:
                abandon()
            if left.all and options["mend"]:
                mend(found.differences)
                left = compare(found.differences.all)
        except SearchUnavailable as error:
            raise CommandError("There is no search index here: run follow_search or rebuild_search.") from error
        except IndexDamaged as error:
            raise CommandError(f"The search index can't be read ({error}): run rebuild_search.") from error
        except MendingUnanswered as error:
            raise CommandError(str(error)) from error
        mended = len(found.differences.all) - len(left.all)
        if options["json"]:
            counts = {"datasets": found.datasets, "documents": found.documents, "counts_agree": found.counts_agree}
            self.stdout.write(json.dumps(counts | found.differences.counts() | {"mended": mended}))
        else:
            self._tell(found.datasets, found.differences, mended)
            if not found.counts_agree:
                self.stdout.write(
                    "Facets are counted wrongly: "
                    + ("the index is being built anew." if options["mend"] else "run verify_search --mend.")
                )
        if left.all or not found.counts_agree:
            raise SystemExit(1)

    def _tell(self, datasets: int, differences: Differences, mended: int) -> None:
        if not differences.all:
            self.stdout.write(f"The index agrees with the database on all {datasets:,} datasets.")
            return
        counts = ", ".join(f"{count:,} {name}" for name, count in differences.counts().items() if count)
        self.stdout.write(f"The index differs from the database in {len(differences.all):,} entries: {counts}.")
        self.stdout.write(f"Mended: {mended:,}." if mended else "Run verify_search --mend to bring them up to date.")
