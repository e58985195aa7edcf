"""`manage.py merge_publishers OLD NEW [--undo]`: give everything of one publisher to another, however much it is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.actions import mergers
from catalogue.actions.entry import By
from catalogue.enums import Route
from publishers.models import Merger, Publisher


class Command(BaseCommand):
    help = "Merge a publisher into another: its entries, its names, its people and the bodies below it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("old", help="name in addresses of the publisher that ends")
        parser.add_argument("new", help="name in addresses of the publisher that goes on")
        parser.add_argument("--people-stay", action="store_true", help="end the roles of the old publisher's people")

        parser.add_argument("--undo", action="store_true", help="give back what came with their merger")

    def handle(self, *args: Any, **options: Any) -> None:
        old, new = self._found(options["old"]), self._found(options["new"])
        by = By(Route.COMMAND, label="merge_publishers")
        try:
            if options["undo"]:
                said = self._undone(old, new, by)
            else:
                moved = mergers.merge(old, new, by=by, now=timezone.now(), people_move=not options["people_stay"])
                said = f"{old} is merged into {new}: {moved:,} entries moved."
        except mergers.CannotMerge as error:
            raise CommandError(str(error)) from error
        self.stdout.write(said)

    def _undone(self, old: Publisher, new: Publisher, by: By) -> str:
        merger = Merger.objects.filter(old=old, new=new, undone_at=None).first()
        if merger is None:
            raise CommandError(f"{old} was not merged into {new}, or that was undone already.")
        back = mergers.undo(merger, by=by, now=timezone.now())
        return f"{old} is separate from {new} again: {back:,} entries are its own."

    def _found(self, slug: str) -> Publisher:
        found = Publisher.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"No publisher is called “{slug}”: give the name that stands in its address.")
        return found
