"""`manage.py find_duplicates`"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from harvest.pipeline import duplicates


class Command(BaseCommand):
    help = "Looks for entries from different sources that are likely one dataset. The admin lists them for operators."

    def handle(self, *args: Any, **options: Any) -> None:
        count = duplicates.find(now=timezone.now())
        self.stdout.write(f"{count:,} {'pair waits' if count == 1 else 'pairs wait'} for an operator's word.")
