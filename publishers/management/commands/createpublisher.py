"""`manage.py createpublisher SLUG TITLE [--kind KIND] [--parent SLUG]`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishers import actions
from publishers.enums import PublisherKind
from publishers.models import Publisher


class Command(BaseCommand):
    help = "Register a publisher."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in addresses: lower-case letters, digits and hyphens")
        parser.add_argument("title", help="what it is called")
        parser.add_argument("--kind", choices=PublisherKind.values, default=PublisherKind.OTHER)
        parser.add_argument("--parent", default="", help="slug of the body that it is part of")

    def handle(self, *, slug: str, title: str, kind: str, parent: str, **options: Any) -> None:
        above = Publisher.objects.filter(slug=parent).first() if parent else None
        if parent and above is None:
            raise CommandError(f"There is no publisher “{parent}”: create it first, or leave --parent out.")
        if not actions.is_well_formed(slug):
            raise CommandError(f"“{slug}” can’t stand in addresses: use lower-case letters, digits and hyphens.")
        try:
            publisher = actions.add(slug=slug, title=title, kind=kind, parent=above)
        except actions.NameTaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Registered {publisher.title} at {publisher.get_absolute_url()}")
