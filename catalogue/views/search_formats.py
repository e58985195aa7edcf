"""A search's results as Atom (to follow), CSV (to count) and JSON (to program with): /search.atom, .csv, .json."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from catalogue.search.facets import DEFAULT_FACETS
from catalogue.search.query import Hit, SearchPage, SearchRequest, SearchUnavailable, search
from catalogue.search_labels import named_now
from catalogue.search_parameters import LAST_PAGE, SearchParameters
from catalogue.search_scope import problems
from catalogue.serializers.search import answer_body
from catalogue.text import plain_text
from catalogue.views.reader import public_page

#: Results to a page of each format; `page=` asks for the next.
FEED_SIZE: Final = 50
ROWS: Final = 1_000
_AT_ONCE: Final = 100

_COLUMNS: Final[tuple[tuple[str, Callable[[Hit], object]], ...]] = (
    ("Title", lambda hit: hit.title),
    ("Publisher", lambda hit: hit.publisher_title),
    ("Address", lambda hit: settings.SITE_URL + hit.url),
    ("Formats", lambda hit: ", ".join(hit.formats)),
    ("Licence", lambda hit: hit.licence_code),
    ("Access", lambda hit: hit.access),
    ("Topic", lambda hit: hit.topic),
    ("Tags", lambda hit: ", ".join(hit.tags)),
    ("Last updated", lambda hit: hit.updated_at.isoformat()),
    ("Quality score", lambda hit: "" if hit.quality_score is None else hit.quality_score),
    ("ID", lambda hit: hit.id),
)


@public_page
def results(request: HttpRequest, extension: str) -> HttpResponse:
    """400 with a sentence where a limit can't be meant: a program should not get other results instead."""
    if wrong := problems(request.GET):
        lines = [f"{name}: {sentence}" for name, sentence in wrong.items()]
        return HttpResponse("\n".join(lines) + "\n", status=400, content_type="text/plain; charset=utf-8")
    parameters = named_now(SearchParameters.read(request.GET))
    if extension == "atom" and "sort" not in request.GET:
        parameters = parameters.sorted_by("recent").on_page(parameters.page)
    try:
        response = _FORMATS[extension](parameters)
    except SearchUnavailable as error:
        response = HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
        response["Retry-After"] = "60"
    response["X-Robots-Tag"] = "noindex"
    return response


def _ask(parameters: SearchParameters, *, page: int, size: int, facets: tuple[str, ...] = ()) -> SearchPage:
    return search(
        SearchRequest(
            parameters.q, parameters.filters, parameters.sort, page, size, facets=facets, scope=parameters.scope
        )
    )


def _neighbours(parameters: SearchParameters, path: str, *, pages: int) -> dict[str, str]:
    """Addresses of the pages before and after, by their relation."""
    page = parameters.page
    links = {"previous": page - 1} if page > 1 else {}
    links |= {"next": page + 1} if page < min(pages, LAST_PAGE) else {}
    return {relation: settings.SITE_URL + parameters.on_page(number).url(path) for relation, number in links.items()}


def _link_header(response: HttpResponse, links: dict[str, str]) -> None:
    if links:
        response["Link"] = ", ".join(f'<{href}>; rel="{relation}"' for relation, href in links.items())


class _PagedAtom(Atom1Feed):
    """Atom with links from page to page (RFC 5005, 3)."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for relation, href in self.feed["neighbours"].items():
            handler.addQuickElement("link", "", {"rel": relation, "href": href})


def _atom(parameters: SearchParameters) -> HttpResponse:
    found = _ask(parameters, page=parameters.page, size=FEED_SIZE)
    about = f"Datasets about “{parameters.q}”" if parameters.q else "Datasets"
    address = settings.SITE_URL + parameters.url("/search.atom")
    feed = _PagedAtom(
        title=f"{about} – Domesday",
        link=settings.SITE_URL + parameters.url(),
        description="",
        feed_url=address,
        feed_guid=settings.SITE_URL + parameters.on_page(1).url("/search.atom"),
        language="en-GB",
        neighbours=_neighbours(parameters, "/search.atom", pages=found.pages),
    )
    for hit in found.hits:
        day = hit.updated_at
        feed.add_item(
            title=hit.title,
            link=settings.SITE_URL + hit.url,
            description=plain_text(str(hit.snippet_html)),
            unique_id=f"urn:uuid:{hit.id}",
            author_name=hit.publisher_title,
            categories=hit.tags,
            updateddate=datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _csv(parameters: SearchParameters) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([title for title, _ in _COLUMNS])
    first = (parameters.page - 1) * ROWS // _AT_ONCE + 1
    pages = 1
    for page in range(first, first + ROWS // _AT_ONCE):
        found = _ask(parameters, page=page, size=_AT_ONCE)
        pages = found.pages
        writer.writerows([_cell(value(hit)) for _, value in _COLUMNS] for hit in found.hits)
        if page >= pages:
            break
    # With a byte order mark, without which Excel takes UTF-8 for Windows-1252
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="datasets.csv"'
    _link_header(response, _neighbours(parameters, "/search.csv", pages=-(-pages * _AT_ONCE // ROWS)))
    return response


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is held as text by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _json(parameters: SearchParameters) -> HttpResponse:
    found = _ask(parameters, page=parameters.page, size=_AT_ONCE, facets=DEFAULT_FACETS)
    links = _neighbours(parameters, "/search.json", pages=found.pages)
    response = JsonResponse(answer_body(found, following=links.get("next")), json_dumps_params={"ensure_ascii": False})
    _link_header(response, links)
    return response


_FORMATS: Final[dict[str, Callable[[SearchParameters], HttpResponse]]] = {"atom": _atom, "csv": _csv, "json": _json}
