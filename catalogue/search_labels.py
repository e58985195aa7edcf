"""Facet values as people read them: a publisher's title for its slug, a licence's for its code."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.cache import cache
from django.db.models import F

from catalogue.enums import Access, Band, Delivery, Frequency, LinkHealth
from catalogue.gazetteer.lookup import label
from catalogue.gazetteer.place import place
from catalogue.models import Licence, Topic
from catalogue.search_parameters import SearchParameters
from publishers.models import Publisher, PublisherName

#: Facets in the order of the page, with their headings.
TITLES = {
    "publisher": "Publisher",
    "topic": "Topic",
    "format": "Format",
    "licence_code": "Licence",
    "open": "Open licences",
    "access": "Access",
    "frequency": "How often updated",
    "year": "Year covered",
    "place": "Place",
    "quality": "Quality",
    "link": "Links",
    "delivery": "API or file",
    "tag": "Tag",
}

#: How long labels may be old, in seconds. They change when somebody renames a publisher.
_AGE = 60


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    options: list[Option]


def _table(name: str, read: Callable[[], Iterable[tuple[str, str]]]) -> dict[str, str]:
    """A small table of labels, read at most once a minute."""
    table = cache.get(f"labels-{name}")
    if table is None:
        table = dict(read())
        cache.set(f"labels-{name}", table, _AGE)
    return table


def publisher_parents() -> Mapping[str, str]:
    """Slug of each publisher's parent by its own slug; those at the top are left out."""
    rows = Publisher.objects.exclude(parent=None)
    return _table("publisher-parents", lambda: rows.values_list("slug", "parent__slug"))


_publisher_typed: Final = re.compile(r"""(?<=\bpublisher:)("?)([a-z0-9_-]+)\1(?=\s|$)""", re.IGNORECASE)


def named_now(parameters: SearchParameters) -> SearchParameters:
    """The same search with names that publishers once had, or had before a merger, as they are now: addresses that
    somebody kept go on working, and what is drawn from them is current. A table of a minute ago, and nothing where no
    publisher is asked for."""
    chosen = parameters.filters.get("publisher", ())
    if not chosen and "publisher:" not in parameters.q.lower():
        return parameters
    rows = PublisherName.objects.exclude(slug=F("publisher__slug"))
    present = _table("publisher-past-names", lambda: rows.values_list("slug", "publisher__slug"))
    filters = dict(parameters.filters)
    if chosen:
        filters["publisher"] = tuple(dict.fromkeys(present.get(slug, slug) for slug in chosen))
    q = _publisher_typed.sub(lambda asked: present.get(asked[2].lower(), asked[0]), parameters.q)
    return replace(parameters, filters=filters, q=q)


class _PlaceLabels(dict[str, str]):
    """Labels of places, made as they are asked for: there are hundreds, and a page shows ten."""

    def get(self, code: str, default: str = "") -> str:  # type: ignore[override]
        found = place(code)
        return label(found) if found else default


_PLACES = _PlaceLabels()

_LABELS: dict[str, Callable[[], Mapping[str, str]]] = {
    "publisher": lambda: _table("publisher", lambda: Publisher.objects.values_list("slug", "title")),
    "topic": lambda: _table("topic", lambda: Topic.objects.values_list("slug", "title")),
    "licence_code": lambda: _table("licence", lambda: Licence.objects.values_list("code", "title")),
    "place": lambda: _PLACES,
    "quality": lambda: dict(Band.choices),
    "open": lambda: {"yes": "Open licences only"},
    "access": lambda: dict(Access.choices),
    "frequency": lambda: dict(Frequency.choices),
    "link": lambda: dict(LinkHealth.choices),
    "delivery": lambda: dict(Delivery.choices),
}


def labelled(facets: Mapping[str, Iterable[Any]]) -> list[Facet]:
    """Facets in page order, chosen options first, then by count; quality bands from best to worst."""
    found = []
    for name, title in TITLES.items():
        counts = list(facets.get(name, ()))
        labels = _LABELS[name]() if name in _LABELS else {}
        options = [Option(c.value, labels.get(c.value, c.value), c.count, c.selected) for c in counts]
        if name == "year":
            options.sort(key=lambda option: option.value, reverse=True)
        elif name == "quality":
            order = {band: place for place, band in enumerate(Band.values)}
            options.sort(key=lambda option: order.get(option.value, len(order)))  # an address may name any band
        else:
            options.sort(key=lambda option: (not option.selected, -option.count, option.label))
        if options:
            found.append(Facet(name, title, options))
    return found
