"""What the page of results shows besides the results: chosen filters, where and when, the same in other formats."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from catalogue.gazetteer.lookup import find, label
from catalogue.gazetteer.place import Place
from catalogue.gazetteer.sheet import Rectangle, rectangle
from catalogue.jinja import date, day
from catalogue.places import Box
from catalogue.search.query import Hit, SearchPage, related
from catalogue.search_labels import Facet
from catalogue.search_parameters import SearchParameters
from catalogue.search_scope import Scope

#: Values of a facet that stand beside the results; all of them have a page of their own.
SHOWN_VALUES = 10

_iso_day = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the address that lets go of it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same results in another format."""

    href: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class Where:
    """The filter by area: what was typed, what it means, and what else it could mean."""

    typed: str
    place: Place | None
    others: list[Link]
    box: Box | None
    rectangle: Rectangle | None

    @property
    def is_chosen(self) -> bool:
        return bool(self.typed or self.place or self.box)

    @property
    def box_text(self) -> str:
        return self.box.as_text() if self.box else ""


@dataclass(frozen=True)
class ResultsPage:
    """What `templates/search/results.html` shows. `typed` is the address's own text of each limit of where and when."""

    found: SearchPage
    parameters: SearchParameters
    facets: list[Facet]
    typed: dict[str, str]
    problems: dict[str, str]

    @property
    def q(self) -> str:
        return self.parameters.q

    @property
    def did_you_mean_url(self) -> str:
        return self.parameters.asking(self.found.did_you_mean).url()

    @property
    def related(self) -> list[Link]:
        """Searches that may interest whoever made this one."""
        return [Link(words, SearchParameters(q=words).url()) for words in related(self.found, self.q)] if self.q else []

    @property
    def hits(self) -> list[Hit]:
        return self.found.hits

    @property
    def total(self) -> int:
        return self.found.total

    @property
    def page(self) -> int:
        return self.parameters.page

    @property
    def pages(self) -> int:
        return self.found.pages

    @property
    def sort(self) -> str:
        return self.parameters.sort

    @property
    def sort_links(self) -> list[Link]:
        return [
            Link(words, self.parameters.sorted_by(sort).url(), sort == self.parameters.sort)
            for sort, words in (("best", "Best match"), ("recent", "Most recent"), ("title", "Title"))
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        chosen = [
            Chip(f"{facet.title}: {option.label}", self.parameters.without(facet.name, option.value).url())
            for facet in self.facets
            for option in facet.options
            if option.selected
        ]
        return scope_chips(self.parameters) + chosen

    @cached_property
    def where(self) -> Where:
        scope = self.parameters.scope
        typed = ("area" in self.problems and self.typed.get("area")) or (label(scope.place) if scope.place else "")
        others = find(self.typed.get("area", "")) if scope.place else ()
        return Where(
            typed=typed,
            place=scope.place,
            others=[
                Link(label(each), self.parameters.in_place(each).url())
                for each in others
                if each is not scope.place and each.is_current
            ],
            box=scope.area,
            rectangle=rectangle(scope.ground) if scope.ground else None,
        )

    @property
    def day_text(self) -> Callable[[str], str]:
        """A limit of time as its field shows it: as it was typed, but for the dates of our own addresses."""
        return self._day_text

    def _day_text(self, name: str) -> str:
        typed = self.typed.get(name, "").strip()
        chosen: datetime.date | None = getattr(self.parameters.scope, name)
        return day(chosen) if chosen and _iso_day.fullmatch(typed) else typed

    @property
    def clear_url(self) -> str:
        return self.parameters.without_filters().url()

    @property
    def url_for_page(self) -> Callable[[int], str]:
        return lambda number: self.parameters.on_page(number).url()

    @property
    def url_for_values(self) -> Callable[[str], str]:
        return lambda facet: self.parameters.on_page(1).url(f"/search/filters/{facet}")

    @property
    def api_url(self) -> str:
        return settings.SITE_URL + self.parameters.on_page(1).url("/api/v1/search")

    @property
    def saved_url(self) -> str:
        """The address to keep: it finds what is new tomorrow."""
        return settings.SITE_URL + self.parameters.on_page(1).url()

    @cached_property
    def alternates(self) -> list[Alternate]:
        about = f"Results for “{self.q}”" if self.q else "Results"
        first = self.parameters.on_page(1)
        return [
            # By title its first entries would never tell of a new one
            Alternate(first.sorted_by("best").url("/search.atom"), "application/atom+xml", f"{about}, newest first"),
            Alternate(first.url("/search.csv"), "text/csv", f"{about} as CSV"),
            Alternate(first.url("/search.json"), "application/json", f"{about} as JSON"),
        ]


def scope_chips(parameters: SearchParameters) -> list[Chip]:
    """Chips of where and when."""
    scope = parameters.scope
    chips = []
    if scope.place:
        chips.append(Chip(f"Area: {label(scope.place)}", parameters.without_scope("place").url()))
    if scope.area:
        chips.append(Chip("Area: box on the map", parameters.without_scope("area").url()))
    for title, first, last in (("Covers", "covers_from", "covers_to"), ("Updated", "updated_from", "updated_to")):
        words = _span(scope, first, last)
        if words:
            chips.append(Chip(f"{title} {words}", parameters.without_scope(first, last).url()))
    return chips


def _span(scope: Scope, first: str, last: str) -> str:
    start, end = getattr(scope, first), getattr(scope, last)
    if start and end:
        return f"{date(start)} to {date(end)}"
    if start:
        return f"from {date(start)}"
    return f"up to {date(end)}" if end else ""
