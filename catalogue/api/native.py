"""/api/v1: parse, query, serialize. Reads need no key."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.actions import changes
from catalogue.api.errors import Gone
from catalogue.api.filters import DatasetFilter, PublisherFilter, ResourceFilter
from catalogue.api.pagination import CursorPagination
from catalogue.api.parameters import whole_number
from catalogue.api.reading import ReadView
from catalogue.api.sparse import PARAMETER, SparseView, chosen_fields
from catalogue.models import Change, Dataset, Resource
from catalogue.serializers import native
from publishers.models import Publisher


class DatasetList(SparseView, generics.ListAPIView[Dataset]):
    """Datasets that you may see, the most recently changed first."""

    serializer_class = native.DatasetSerializer
    filterset_class = DatasetFilter

    def get_queryset(self) -> QuerySet[Dataset]:
        return queries.with_page_relations(Dataset.objects.visible_to(self.request.user), self.request.user)


class DatasetDetail(SparseView):
    """One dataset, by its UUID, its name or a name that it had. One that was withdrawn answers 410 and says why."""

    @extend_schema(
        operation_id="datasets_retrieve",
        parameters=[
            OpenApiParameter("key", str, OpenApiParameter.PATH, description="UUID, name or past name."),
            PARAMETER,
        ],
        responses=native.DatasetSerializer,
    )
    def get(self, request: Request, key: str) -> Response:
        fields = chosen_fields(request, native.DatasetSerializer)
        dataset_id = queries.dataset_id_of(key)
        if dataset_id is None:
            raise Http404
        dataset = queries.dataset_for_page(dataset_id, request.user)
        if dataset is not None:
            return Response(native.DatasetSerializer(dataset, context={"request": request, "fields": fields}).data)
        withdrawn = queries.tombstone_for_page(dataset_id)
        if withdrawn is None:
            raise Http404
        raise Gone(f"“{withdrawn.title}” was withdrawn. {withdrawn.withdrawn_reason or 'No reason was given.'}")


class ResourcePagination(CursorPagination):
    ordering = ("id",)


class ResourceList(SparseView, generics.ListAPIView[Resource]):
    """Files, documents and APIs of the datasets that you may see, by id."""

    serializer_class = native.ResourceDetailSerializer
    pagination_class = ResourcePagination
    filterset_class = ResourceFilter

    def get_queryset(self) -> QuerySet[Resource]:
        return queries.resources_visible_to(self.request.user)


class ResourceDetail(SparseView, generics.RetrieveAPIView[Resource]):
    """One file, document or API, with what is known of its link."""

    serializer_class = native.ResourceDetailSerializer
    lookup_field = "id"
    lookup_url_kwarg = "resource_id"

    @extend_schema(
        parameters=[OpenApiParameter("resource_id", UUID, OpenApiParameter.PATH, description="Its UUID."), PARAMETER]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.retrieve(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Resource]:
        return queries.resources_visible_to(self.request.user)


class PublisherPagination(CursorPagination):
    ordering = ("slug",)


class PublisherList(SparseView, generics.ListAPIView[Publisher]):
    """Every publisher, by slug, those that have closed too."""

    serializer_class = native.PublisherSerializer
    pagination_class = PublisherPagination
    filterset_class = PublisherFilter

    def get_queryset(self) -> QuerySet[Publisher]:
        return queries.publishers_for_api()


class PublisherDetail(SparseView, generics.RetrieveAPIView[Publisher]):
    """One publisher, by its slug or one that it had."""

    serializer_class = native.PublisherSerializer
    lookup_field = "slug"

    @extend_schema(
        parameters=[OpenApiParameter("slug", str, OpenApiParameter.PATH, description="Slug or past slug."), PARAMETER]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.retrieve(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Publisher]:
        return queries.publishers_for_api()

    def get_object(self) -> Publisher:
        found = queries.publisher_for_api(self.kwargs["slug"])
        if found is None:
            raise Http404
        return found


class ChangePagination(CursorPagination):
    ordering = ("position",)
    page_size = 100
    max_page_size = 1000


class ChangeList(ReadView, generics.ListAPIView[Change]):
    """What changed, oldest first. Keep the last “position” that you saw and ask with “since” for what came after.

    An entry that waits for its release time has no changes here; when the time comes, those it had take
    their places, and a new one tells of the release.
    """

    serializer_class = native.ChangeSerializer
    pagination_class = ChangePagination
    parameters = frozenset({"since"})

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "since",
                {"type": "integer", "minimum": 0, "maximum": 2**63 - 1, "default": 0},
                description="Only changes after this position.",
            )
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if queries.some_change_waits_for_its_position():
            changes.assign_positions()
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Change]:
        return queries.public_changes(since=whole_number(self.request, "since", default=0, highest=2**63 - 1))
