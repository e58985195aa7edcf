"""`manage.py check_standards`: which public datasets lack what DCAT-AP, DCAT-US and the UK exchange model ask for."""

import csv
import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalogue.models import Dataset
from catalogue.serializers.entries import walk
from catalogue.serializers.missing import STANDARDS, missing


class Command(BaseCommand):
    help = "Count the public datasets that lack a fact which a standard asks for; with --list, name each as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="name each dataset and what it lacks, as CSV")
        parser.add_argument("--publisher", metavar="SLUG", help="only this publisher's")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *, list: bool, publisher: str | None, json: bool, **options: Any) -> None:
        datasets = Dataset.objects.public()
        if publisher:
            datasets = datasets.filter(publisher__slug=publisher)
        table = csv.writer(self.stdout) if list else None
        if table:
            table.writerow(["publisher", "standard", "missing", "title", "address"])
        total, lacking, facts = 0, Counter[str](), Counter[tuple[str, str]]()
        with tqdm(total=datasets.count(), unit=" datasets", disable=True if list or json else None) as bar:
            for entry in walk(datasets):
                total += 1
                bar.update(1)
                for standard, names in missing(entry).items():
                    lacking[standard] += 1
                    facts.update((standard, name) for name in names)
                    if table:
                        address = f"{settings.SITE_URL}/dataset/{entry.dataset.id}"
                        publisher_slug = entry.dataset.publisher.slug
                        table.writerow([publisher_slug, standard, ", ".join(names), entry.dataset.title, address])
        if json:
            self.stdout.write(_as_json(total, lacking, facts))
        elif not table:
            self.stdout.write(_in_words(total, lacking, facts))


def _as_json(total: int, lacking: Counter[str], facts: Counter[tuple[str, str]]) -> str:
    standards = {
        standard: {
            "lacking": lacking[standard],
            "missing": {name: count for (of, name), count in facts.most_common() if of == standard},
        }
        for standard in STANDARDS
    }
    return json.dumps({"datasets": total, "standards": standards})


def _in_words(total: int, lacking: Counter[str], facts: Counter[tuple[str, str]]) -> str:
    lines = []
    for standard in STANDARDS:
        lines.append(f"{standard}: {total - lacking[standard]:,} of {total:,} datasets have all that it asks for.")
        lines += [f"  {count:,} lack {name}" for (of, name), count in facts.most_common() if of == standard]
    return "\n".join(lines)
