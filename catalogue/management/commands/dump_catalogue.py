"""`manage.py dump_catalogue`: write the copies of the whole catalogue that anybody may download."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalogue.actions import dumps
from catalogue.models import Dataset


class Command(BaseCommand):
    help = "Write the whole catalogue as JSON Lines, CSV, Parquet, RDF, data.json. Safe to stop and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the manifest as one JSON object")

    def handle(self, *, json: bool, **options: Any) -> None:
        with tqdm(total=Dataset.objects.public().count(), unit=" datasets", disable=None) as bar:
            try:
                manifest = dumps.make(now=timezone.now(), progress=bar.update)
            except dumps.AlreadyRunning as error:
                raise CommandError("Another process makes a dump at this moment: wait until it is done.") from error
        self.stdout.write(_as_json(manifest) if json else _in_words(manifest))


def _as_json(manifest: dumps.Manifest) -> str:
    return json.dumps(manifest.as_json())


def _in_words(manifest: dumps.Manifest) -> str:
    total = sum(file.size for file in manifest.files)
    return f"Wrote {manifest.datasets:,} datasets to {len(manifest.files)} files, {total:,} bytes together."
