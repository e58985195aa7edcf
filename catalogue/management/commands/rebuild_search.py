"""`manage.py rebuild_search [--json]`"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalogue.actions import changes
from catalogue.models import Dataset
from catalogue.search.build import rebuild
from catalogue.search.index import IndexDamaged
from catalogue.search.location import BuildRunning


class Command(BaseCommand):
    help = (
        "Builds this machine's search index anew from the database and switches to it. Searches go on meanwhile,"
        " and a running follow_search takes the new index over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        total = Dataset.objects.public().count()
        try:
            with tqdm(total=total, desc="Indexing", unit=" datasets", disable=options["json"] or None) as bar:
                result = rebuild(sequence=changes.assign_positions, progress=bar.update)
        except BuildRunning as error:
            raise CommandError(str(error)) from error
        except IndexDamaged as error:
            raise CommandError(f"The index could not be written: {error}. The one in use was left as it is.") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(result)))
        else:
            self.stdout.write(
                f"Indexed {result.datasets:,} datasets in {result.seconds:.1f} seconds (change {result.position:,})."
            )
