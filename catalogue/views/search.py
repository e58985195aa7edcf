"""The search page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalogue.inventory.search import internal_entries
from catalogue.search.query import SearchPage, SearchRequest, SearchUnavailable, search
from catalogue.search_labels import Facet, labelled
from catalogue.search_parameters import SearchParameters
from catalogue.views.reader import public_page, reader
from publishers.models import User

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the address that lets go of it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class SortLink:
    label: str
    url: str
    selected: bool


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """What `templates/search/results.html` shows."""

    found: SearchPage
    parameters: SearchParameters
    facets: list[Facet]

    @property
    def q(self) -> str:
        return self.parameters.q

    @property
    def hits(self) -> list:
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
    def sort_links(self) -> list[SortLink]:
        return [
            SortLink(label, self.parameters.sorted_by(sort).url(), sort == self.parameters.sort)
            for sort, label in (("best", "Best match"), ("recent", "Most recent"))
        ]

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(f"{facet.title}: {option.label}", self.parameters.without(facet.name, option.value).url())
            for facet in self.facets
            for option in facet.options
            if option.selected
        ]

    @property
    def clear_url(self) -> str:
        return self.parameters.without_filters().url()

    @property
    def url_for_page(self) -> Callable[[int], str]:
        return lambda number: self.parameters.on_page(number).url()


@public_page
def results(request: HttpRequest) -> HttpResponse:
    parameters = SearchParameters.read(request.GET)
    try:
        found = search(
            SearchRequest(
                q=parameters.q,
                filters=parameters.filters,
                sort=parameters.sort,
                page=parameters.page,
                page_size=PAGE_SIZE,
                scope=parameters.scope,
            )
        )
    except SearchUnavailable as error:
        unavailable = render(request, "errors/search_unavailable.html", {"message": str(error)}, status=503)
        unavailable["Retry-After"] = "60"
        return unavailable
    if parameters.page > found.pages:
        return redirect(parameters.on_page(found.pages).url())
    page = ResultsPage(found, parameters, labelled(found.facets))
    official = reader(request)
    for_officials = internal_entries(official, q=parameters.q).count() if isinstance(official, User) else 0
    response = render(request, "search/results.html", {"page": page, "for_officials": for_officials})
    response["X-Robots-Tag"] = "noindex"
    return response
