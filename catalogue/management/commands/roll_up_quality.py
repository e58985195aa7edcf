"""`manage.py roll_up_quality [--verify]`: count quality anew, or show that frozen figures are what was frozen."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.actions import rollups
from catalogue.models import QualitySnapshot


class Command(BaseCommand):
    help = "Count the quality figures of the catalogue, publishers and topics anew; freeze quarters that have ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--verify", action="store_true", help="only walk the chain of frozen figures; fails if one was altered"
        )

    def handle(self, *, verify: bool, **options: Any) -> None:
        if verify:
            altered = rollups.first_altered()
            if altered is not None:
                raise CommandError(f"Row {altered:,} of the frozen figures is not what was frozen.")
            self.stdout.write(f"{QualitySnapshot.objects.count():,} frozen rows, all of them as they were frozen.")
            return
        refreshed = rollups.refresh(now=timezone.now(), everything=True)
        if refreshed is None:
            raise CommandError("Another process is counting at this moment: try again in a minute.")
        frozen = f" Froze {', '.join(refreshed.frozen)}." if refreshed.frozen else ""
        self.stdout.write(f"{refreshed.written:,} figures changed.{frozen}")
