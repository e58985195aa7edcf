"""Which links are broken, for readers: by publisher, by host, one by one. Of what everybody may see."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from catalogue.enums import BROKEN_LINK_STATES
from catalogue.models import Dataset, LandingCheck, LinkCheck

#: Publishers and hosts that a page lists.
MOST_ROWS = 100

COLUMNS = (
    "link",
    "state",
    "reason",
    "status",
    "broken since",
    "checked",
    "file",
    "entry",
    "entry address",
    "publisher",
)


@dataclass(frozen=True, slots=True)
class PublisherRow:
    slug: str
    title: str
    broken: int
    entries: int


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host with broken links, `links` of it in all. `is_dead`: none of its links works."""

    host: str
    broken: int
    links: int
    entries: int
    publishers: int
    since: datetime.datetime | None

    @property
    def is_dead(self) -> bool:
        return self.broken == self.links and self.broken > 1


def broken_links(*, publisher: str = "", host: str = "") -> QuerySet[LinkCheck]:
    """Broken links with file, entry and publisher, longest broken first."""
    links = _public().filter(state__in=BROKEN_LINK_STATES)
    if publisher:
        links = links.filter(resource__dataset__publisher__slug=publisher)
    if host:
        links = links.filter(host=host)
    return links.select_related("resource__dataset__publisher").order_by("failing_since", "resource_id")


def by_publisher() -> list[PublisherRow]:
    """The publishers with most broken links."""
    publisher = "resource__dataset__publisher"
    rows = (
        _public()
        .filter(state__in=BROKEN_LINK_STATES)
        .values_list(f"{publisher}__slug", f"{publisher}__title")
        .annotate(broken=Count("pk"), entries=Count("resource__dataset", distinct=True))
        .order_by("-broken", f"{publisher}__title", f"{publisher}__slug")
    )
    return [PublisherRow(*row) for row in rows[:MOST_ROWS]]


def by_host() -> list[HostRow]:
    """The hosts with most broken links."""
    is_broken = Q(state__in=BROKEN_LINK_STATES)
    broken = _public().filter(is_broken).exclude(host="").values_list("host").annotate(count=Count("pk"))
    hosts = [host for host, _ in broken.order_by("-count", "host")[:MOST_ROWS]]
    rows = (
        _public()
        .filter(host__in=hosts)
        .values_list("host")
        .annotate(
            broken=Count("pk", filter=is_broken),
            links=Count("pk"),
            entries=Count("resource__dataset", filter=is_broken, distinct=True),
            publishers=Count("resource__dataset__publisher", filter=is_broken, distinct=True),
            since=Min("failing_since", filter=is_broken),
        )
        .order_by("-broken", "host")
    )
    return [HostRow(*row) for row in rows]


def landing_pages() -> list[LandingCheck]:
    """Landing pages that don't work, longest broken first."""
    pages = LandingCheck.objects.filter(state__in=BROKEN_LINK_STATES, dataset__in=Dataset.objects.public())
    return list(pages.select_related("dataset__publisher").order_by("failing_since", "pk")[:MOST_ROWS])


def lines(links: Iterable[LinkCheck], *, site: str) -> Iterator[tuple[object, ...]]:
    """The names of the columns, then a line for each link. `site`: what addresses of entries begin with."""
    yield COLUMNS
    for link in links:
        entry = link.resource.dataset
        yield (
            link.resource.url,
            link.get_state_display(),
            link.reason,
            link.status_code or "",
            link.failing_since.isoformat() if link.failing_since else "",
            link.checked_at.isoformat() if link.checked_at else "",
            link.resource.title,
            entry.title,
            f"{site}{entry.get_absolute_url()}",
            entry.publisher.title,
        )


def _public() -> QuerySet[LinkCheck]:
    return LinkCheck.objects.filter(resource__dataset__in=Dataset.objects.public()).order_by()
