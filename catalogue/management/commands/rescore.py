"""`manage.py rescore`: score every dataset anew, after a change of the rules or whenever in doubt."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from catalogue.actions import quality, rollups
from catalogue.models import Dataset


class Command(BaseCommand):
    help = "Score every dataset anew. Safe to stop and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *, json: bool, **options: Any) -> None:
        with tqdm(total=Dataset.objects.count(), unit=" datasets", disable=None) as bar:
            counts = quality.rescore(None, now=timezone.now(), progress=bar.update)
        rollups.refresh(now=timezone.now(), everything=True)
        self.stdout.write(_as_json(counts) if json else _in_words(counts))


def _as_json(counts: quality.RescoreCounts) -> str:
    return json.dumps(asdict(counts))


def _in_words(counts: quality.RescoreCounts) -> str:
    return f"Scored {counts.scored:,} datasets; the score of {counts.changed:,} changed."
