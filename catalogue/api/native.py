"""/api/v1: parse, query, serialize. Reads need no key."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.cache import patch_cache_control, patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogue import queries
from catalogue.actions import changes
from catalogue.api.errors import ServiceUnavailable
from catalogue.api.filters import DatasetFilter
from catalogue.api.pagination import CursorPagination
from catalogue.models import Change, Dataset, Resource
from catalogue.search.query import SearchRequest, SearchUnavailable, search
from catalogue.search_labels import labelled
from catalogue.search_parameters import FILTERS, LAST_PAGE, SORTS, SearchParameters
from catalogue.serializers import native
from catalogue.views.reader import PUBLIC_AGE
from publishers.models import Publisher


class Cached(APIView):
    """Anonymous answers may be shared for a minute; signed-in ones are kept nowhere."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        elif response.status_code == 200 and request.method in {"GET", "HEAD"}:
            patch_cache_control(response, public=True, max_age=PUBLIC_AGE)
        return response


class DatasetList(Cached, generics.ListAPIView[Dataset]):
    """Datasets that you may see, the most recently changed first."""

    serializer_class = native.DatasetSerializer
    filterset_class = DatasetFilter

    def get_queryset(self) -> QuerySet[Dataset]:
        return queries.with_page_relations(Dataset.objects.visible_to(self.request.user))


class DatasetDetail(Cached):
    """One dataset, by its UUID, its name or a name that it had."""

    @extend_schema(operation_id="datasets_retrieve", responses=native.DatasetSerializer)
    def get(self, request: Request, key: str) -> Response:
        try:
            dataset_id = UUID(key)
        except ValueError:
            named = queries.dataset_named(key)
            if named is None:
                raise Http404 from None
            dataset_id = named.id
        dataset = queries.dataset_for_page(dataset_id, request.user)
        if dataset is None:
            raise Http404
        return Response(native.DatasetSerializer(dataset).data)


class ResourceDetail(Cached, generics.RetrieveAPIView[Resource]):
    """One file, document or API, with what is known of its link."""

    serializer_class = native.ResourceDetailSerializer
    lookup_url_kwarg = "resource_id"

    def get_queryset(self) -> QuerySet[Resource]:
        visible = Dataset.objects.visible_to(self.request.user)
        return Resource.objects.filter(dataset__in=visible).select_related("link")


class PublisherPagination(CursorPagination):
    ordering = ("slug",)


class PublisherList(Cached, generics.ListAPIView[Publisher]):
    """Every publisher, by slug."""

    serializer_class = native.PublisherSerializer
    pagination_class = PublisherPagination
    queryset = queries.publishers_for_api()


class PublisherDetail(Cached, generics.RetrieveAPIView[Publisher]):
    """One publisher, by its slug."""

    serializer_class = native.PublisherSerializer
    queryset = queries.publishers_for_api()
    lookup_field = "slug"


class ChangePagination(CursorPagination):
    ordering = ("position",)
    page_size = 100
    max_page_size = 1000


class ChangeList(Cached, generics.ListAPIView[Change]):
    """What changed, oldest first. Keep the last “position” that you saw and ask with `since=` for what came after:
    nothing is missed and nothing comes twice."""

    serializer_class = native.ChangeSerializer
    pagination_class = ChangePagination

    @extend_schema(
        parameters=[OpenApiParameter("since", int, description="Only changes after this position.", required=False)]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        changes.assign_positions()
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Change]:
        since = _whole_number(self.request, "since", default=0, highest=2**63 - 1)
        return queries.public_changes(since=since)


class SearchHitSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.DictField(help_text="slug and title")
    url = serializers.CharField(help_text="Its page.")
    origin_id = serializers.CharField(help_text="Its identifier at the source it was harvested from; may be empty.")
    score = serializers.FloatField(help_text="How well it matches; comparable within one answer only.")
    highlights = serializers.DictField(help_text="title and text, matched words in <mark>; HTML-escaped otherwise.")
    formats = serializers.ListField(child=serializers.CharField())
    topic = serializers.CharField(allow_null=True)
    licence = serializers.CharField(allow_null=True)
    access = serializers.CharField()
    quality_score = serializers.IntegerField(allow_null=True)
    updated_at = serializers.DateField(allow_null=True)


class SearchAnswerSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    results = SearchHitSerializer(many=True)
    facets = serializers.DictField(help_text="facet → list of value, label, count, selected")


class Search(Cached):
    """Search as the site's own page does: same words, same order, same facets.

    A filter may repeat: values of one filter mean OR, different filters AND.
    """

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words to search for."),
            *(
                OpenApiParameter(f"filters[{name}]", str, many=True, description=f"Only this {name}.")
                for name in FILTERS
            ),
            OpenApiParameter("sort", str, enum=SORTS),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="At most 100."),
        ],
        responses=SearchAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        parameters = SearchParameters.read(request.query_params)
        page_size = _whole_number(request, "page_size", default=20, highest=100, lowest=1)
        try:
            found = search(
                SearchRequest(
                    q=parameters.q,
                    filters=parameters.filters,
                    sort=parameters.sort,
                    page=parameters.page,
                    page_size=page_size,
                )
            )
        except SearchUnavailable as error:
            raise ServiceUnavailable(str(error)) from error
        more = parameters.page < min(found.pages, LAST_PAGE)
        return Response(
            {
                "count": found.total,
                "next": self._next(request, parameters.page + 1) if more else None,
                "results": [_hit(hit) for hit in found.hits],
                "facets": {
                    facet.name: [
                        {"value": o.value, "label": o.label, "count": o.count, "selected": o.selected}
                        for o in facet.options
                    ]
                    for facet in labelled(found.facets)
                },
            }
        )

    def _next(self, request: Request, page: int) -> str:
        query = request.query_params.copy()
        query["page"] = str(page)
        return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


def _hit(hit: Any) -> dict[str, Any]:
    return {
        "id": str(hit.id),
        "name": hit.name,
        "title": hit.title,
        "publisher": {"slug": hit.publisher_slug, "title": hit.publisher_title},
        "url": settings.SITE_URL + hit.url,
        "origin_id": hit.origin_id,
        "score": hit.score,
        "highlights": {"title": str(hit.title_html), "text": str(hit.snippet_html)},
        "formats": list(hit.formats),
        "topic": hit.topic or None,
        "licence": hit.licence_code or None,
        "access": hit.access,
        "quality_score": hit.quality_score,
        "updated_at": hit.updated_at,
    }


class Quality(Cached):
    """The catalogue's quality in numbers."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        figures = queries.figures()
        return Response(
            {
                "datasets": figures.datasets,
                "average_score": figures.average_score and round(figures.average_score, 1),
                "bands": queries.band_counts(),
                "links": {
                    "checked": figures.links_checked,
                    "working": figures.links_working,
                    "broken": figures.links_broken,
                },
                "criteria": [
                    {"key": c.key, "title": c.title, "met_percent": c.met_percent} for c in queries.criteria_shares()
                ],
            }
        )


def _whole_number(request: Request, name: str, *, default: int, highest: int, lowest: int = 0) -> int:
    """A whole number of the query; 400 with a sentence for anything else."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and lowest <= int(text) <= highest):
        raise serializers.ValidationError({name: [f"Give a whole number from {lowest} to {highest}."]})
    return int(text)
