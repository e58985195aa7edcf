"""The search page, and the page that shows every value of one filter."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalogue.inventory.search import internal_entries
from catalogue.search.facets import DEFAULT_FACETS
from catalogue.search.query import SearchPage, SearchRequest, SearchUnavailable, search
from catalogue.search_labels import TITLES, Facet, labelled, named_now
from catalogue.search_parameters import SearchParameters
from catalogue.search_scope import SCOPE_PARAMETERS, problems
from catalogue.search_tree import as_tree
from catalogue.views.loosening import loosened
from catalogue.views.reader import public_page, reader
from catalogue.views.results_page import SHOWN_VALUES, ResultsPage
from publishers.models import User

PAGE_SIZE = 20

#: Values on the page of one filter. What is rarer is found by typing a part of it.
MOST_VALUES_SHOWN = 1_000


@public_page
def results(request: HttpRequest) -> HttpResponse:
    parameters = named_now(SearchParameters.read(request.GET))
    try:
        found = _ask(parameters, facet_limit=SHOWN_VALUES + 1)
        facets = labelled(found.facets)
        wider = [] if found.total else loosened(parameters, facets)
    except SearchUnavailable as error:
        return unavailable(request, error)
    if parameters.page > found.pages:
        return redirect(parameters.on_page(found.pages).url())
    typed = {name: request.GET.get(name, "").replace("\x00", "")[:200] for name in SCOPE_PARAMETERS}
    page = ResultsPage(found, parameters, facets, typed, problems(request.GET))
    official = reader(request)
    for_officials = internal_entries(official, q=parameters.q).count() if isinstance(official, User) else 0
    context = {
        "page": page,
        "shown_values": SHOWN_VALUES,
        "alternates": page.alternates,
        "for_officials": for_officials,
        "wider": wider,
        "asked_publishers": [
            option for facet in facets if facet.name == "publisher" for option in facet.options if option.selected
        ],
    }
    response = render(request, "search/results.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@public_page
def values(request: HttpRequest, facet: str) -> HttpResponse:
    """Every value of one filter within a search, to tick: publishers as the tree they form, the rest by count."""
    if facet not in TITLES:
        raise Http404("There is no such filter.")
    parameters = named_now(SearchParameters.read(request.GET))
    part = " ".join(request.GET.get("find", "").replace("\x00", "").split())[:100]
    try:
        found = _ask(parameters.on_page(1), facet_limit=MOST_VALUES_SHOWN, facets=(facet,), page_size=1)
    except SearchUnavailable as error:
        return unavailable(request, error)
    chosen = next(iter(labelled(found.facets)), Facet(facet, TITLES[facet], []))
    options = [option for option in chosen.options if option.selected or part.lower() in option.label.lower()]
    context = {
        "facet": chosen,
        "options": as_tree(facet, options),
        "find": part,
        "parameters": parameters,
        "kept": parameters.without_facet(facet).pairs(),
        "back": parameters.url(),
    }
    response = render(request, "search/values.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def unavailable(request: HttpRequest, error: SearchUnavailable) -> HttpResponse:
    response = render(request, "errors/search_unavailable.html", {"message": str(error)}, status=503)
    response["Retry-After"] = "60"
    return response


def _ask(
    parameters: SearchParameters,
    *,
    facet_limit: int,
    facets: tuple[str, ...] = DEFAULT_FACETS,
    page_size: int = PAGE_SIZE,
) -> SearchPage:
    request = SearchRequest(
        q=parameters.q,
        filters=parameters.filters,
        sort=parameters.sort,
        page=parameters.page,
        page_size=page_size,
        facets=facets,
        facet_limit=facet_limit,
        scope=parameters.scope,
    )
    return search(request)
