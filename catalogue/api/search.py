"""/api/v1/search: the site's own search page, for programs."""

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.errors import ServiceUnavailable
from catalogue.api.parameters import one_of, whole_number
from catalogue.api.reading import ReadView
from catalogue.search.query import SearchRequest, SearchUnavailable, search
from catalogue.search.walk import PageStart
from catalogue.search_labels import named_now
from catalogue.search_parameters import FILTERS, LAST_PAGE, LONGEST_QUERY, SORTS, SearchParameters
from catalogue.search_scope import SCOPE_PARAMETERS, problems
from catalogue.serializers.search import SearchAnswerSerializer, answer_body

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class Search(ReadView):
    """Search as the site's own page does: same words, same order, same facets.

    A filter may repeat: values of one filter mean OR, different filters AND.
    """

    parameters = frozenset(
        {"q", "sort", "page", "page_size", "cursor", *SCOPE_PARAMETERS}
        | {f"filters[{name}]{end}" for name in FILTERS for end in ("", "[]")}
    )

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description=f"Words to search for; the first {LONGEST_QUERY} characters count."),
            *(
                OpenApiParameter(f"filters[{name}]", str, many=True, description=f"Only this {name}.")
                for name in FILTERS
            ),
            OpenApiParameter(
                "area",
                str,
                description="Only entries about this place or covering ground of it: its name, ONS code or a postcode."
                " Those whose area fits it best come first.",
            ),
            OpenApiParameter(
                "bbox",
                str,
                description="Only entries whose area meets this box: west, south, east, north in degrees, with commas"
                " between. Those whose area fits it best come first.",
            ),
            *(
                OpenApiParameter(name, str, description=f"{meaning} A day, month or year: 2019-03-31, 2019-03, 2019.")
                for name, meaning in (
                    ("covers_from", "Only entries whose data covers some time from this day on."),
                    ("covers_to", "Only entries whose data covers some time up to this day."),
                    ("updated_from", "Only entries last updated on or after this day."),
                    ("updated_to", "Only entries last updated on or before this day."),
                )
            ),
            OpenApiParameter("sort", str, enum=SORTS, default=SORTS[0], description="Order of the results."),
            OpenApiParameter(
                "page",
                {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
                description="Or follow “next”.",
            ),
            OpenApiParameter(
                "cursor",
                str,
                description="From “next” of an earlier answer: where the page begins, whatever “page” says. A walk goes"
                " to the last result and costs the same however deep. What matches all the while comes exactly once,"
                " though others come, change or go; by relevance, for as long as no hour passes between two pages.",
            ),
            OpenApiParameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
                description=f"Results to a page, at most {MAX_PAGE_SIZE}.",
            ),
        ],
        responses=SearchAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        sort = one_of(request, "sort", SORTS, default=SORTS[0])
        page = whole_number(request, "page", default=1, lowest=1, highest=LAST_PAGE)
        page_size = whole_number(request, "page_size", default=PAGE_SIZE, lowest=1, highest=MAX_PAGE_SIZE)
        if wrong := problems(request.query_params):
            raise ValidationError({name: [sentence] for name, sentence in wrong.items()})
        asked = named_now(SearchParameters.read(request.query_params))
        begin = self._begin(request)
        try:
            found = search(
                SearchRequest(
                    asked.q,
                    asked.filters,
                    sort,
                    1 if begin else page,
                    page_size,
                    scope=asked.scope,
                    after=begin,
                )
            )
        except SearchUnavailable as error:
            raise ServiceUnavailable(str(error)) from error
        return Response(answer_body(found, following=_address_after(request, found.following)))

    def _begin(self, request: Request) -> PageStart | None:
        text = request.query_params.get("cursor", "")
        begin = PageStart.read(text)
        if text and begin is None:
            raise ValidationError({"cursor": ["This is no cursor of a search: follow “next”, or begin without one."]})
        return begin


def _address_after(request: Request, following: PageStart | None) -> str | None:
    if following is None:
        return None
    query = request.query_params.copy()
    query.pop("page", None)
    query["cursor"] = following.written()
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"
