"""`manage.py load_demo`: what `make demo` shows. Run again, it brings the same demo up to date."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from harvest import actions
from harvest.demo.publishers import JOURNEYS, RIVERS, DemoPublisher, demo_publishers
from harvest.demo.server import host_of
from harvest.enums import RunState, SourceKind
from harvest.management.foreground import Bar, Busy, harvest_now
from harvest.models import Source
from publishers.actions import add
from publishers.enums import Role
from publishers.models import Membership, Publisher, User

#: Printed at every start, for an instance that only this machine can reach.
PASSWORD = "domesday-demo"

OPERATOR = "operator@domesday.example"
#: Data officers, and the department that each works for.
OFFICERS = {"officer@rivers-and-coasts.example": RIVERS, "officer@journeys.example": JOURNEYS}


class Command(BaseCommand):
    help = "Registers the demo's publishers, sources and people, and harvests every source over HTTP."

    def handle(self, *args: Any, **options: Any) -> None:
        port = _port()
        publishers = {demo.slug: _publisher(demo) for demo in demo_publishers()}
        totals = dict.fromkeys(("seen", "created", "updated", "retired", "problems"), 0)
        for demo in demo_publishers():
            run = self._harvest(_source(publishers[demo.slug], f"http://{host_of(demo)}:{port}{demo.data_json_path}"))
            for name in totals:
                totals[name] += getattr(run, name)
        self.stdout.write(
            "{seen:,} records from {sources} sources: {created:,} new, {updated:,} changed, {retired:,} withdrawn,"
            " {problems:,} problems.".format(sources=len(publishers), **totals)
        )
        _user(OPERATOR, name="Olive Operator", is_superuser=True)
        for email, slug in OFFICERS.items():
            officer = _user(email, name=f"Data officer, {publishers[slug].title}")
            Membership.objects.get_or_create(user=officer, publisher=publishers[slug], defaults={"role": Role.EDITOR})
        self._print_logins(publishers)

    def _harvest(self, source: Source) -> Any:
        with Bar(source.title) as bar:
            try:
                run = harvest_now(source, on_progress=bar.show)
            except Busy as busy:
                raise CommandError(str(busy)) from busy
        if run.state not in (RunState.COMPLETED, RunState.QUARANTINED):
            raise CommandError(f"{source}: {run.message} Is the demo's server running (manage.py demo_sources)?")
        return run

    def _print_logins(self, publishers: dict[str, Publisher]) -> None:
        self.stdout.write(f"Sign in at {settings.SITE_URL}/admin/ (password of all: {PASSWORD})")
        self.stdout.write(f"  {OPERATOR:<36} operator: everything")
        for email, slug in OFFICERS.items():
            self.stdout.write(f"  {email:<36} data officer of the {publishers[slug].title}")


def _port() -> int:
    """The port of the demo's sources. Refuses a place where known passwords would be dangerous."""
    port = os.environ.get("DEMO_SOURCES_PORT", "")
    if not port.isdecimal():
        raise CommandError("DEMO_SOURCES_PORT is not set: use `make demo`, or run manage.py demo_sources and set it.")
    if urlsplit(settings.SITE_URL).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise CommandError(
            "The demo's passwords are known to everyone, so it only loads where SITE_URL is this machine."
        )
    return int(port)


def _publisher(demo: DemoPublisher) -> Publisher:
    found = Publisher.objects.filter(slug=demo.slug).first()
    if found:
        return found
    return add(
        slug=demo.slug,
        title=demo.title,
        kind=demo.kind,
        parent=Publisher.objects.get(slug=demo.parent_slug) if demo.parent_slug else None,
        description=demo.description,
        contact_name=demo.contact_name,
        contact_email=demo.contact_email,
    )


def _source(publisher: Publisher, url: str) -> Source:
    """The publisher's source; at a new address where the demo's server has moved to another port."""
    now = timezone.now()
    source = Source.objects.filter(slug=publisher.slug).first()
    if source is None:
        return actions.add_source(
            kind=SourceKind.DATA_JSON,
            url=url,
            publisher=publisher,
            slug=publisher.slug,
            title=f"{publisher.title}: data.json",
            is_due=False,
            now=now,
        )
    return source if source.url == url else actions.edit_source(source, url=url, now=now)


def _user(email: str, *, name: str, is_superuser: bool = False) -> User:
    user = User.objects.filter(email__iexact=email).first() or User(email=email, name=name)
    user.is_superuser, user.is_staff, user.is_active = is_superuser, True, True
    user.set_password(PASSWORD)
    user.save()
    return user
