"""Adding, replacing, patching, removing and reordering the files and links of an entry, one at a time.

Each is done under the entry's lock to what then stands: many may write to one entry at once and none loses anything.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.actions import amending
from catalogue.actions.amending import EditConflict
from catalogue.actions.entry import Stored
from catalogue.api.native import ResourceDetail
from catalogue.api.writing.bodies import ResourceBody, resource_body_of
from catalogue.api.writing.errors import Conflict
from catalogue.api.writing.examples import NEW_RESOURCE, ORDER, RESOURCE_PATCH
from catalogue.api.writing.parsers import merged
from catalogue.api.writing.preconditions import conflict, etag, etag_of, expected_point
from catalogue.api.writing.proposals import KEY, ProposalBody, held_answer
from catalogue.api.writing.views import (
    IDEMPOTENCY_KEY,
    WriteView,
    by,
    checked,
    dataset_answer,
    dataset_for_write,
    refuse,
    refuse_withdrawn,
)
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.models import Dataset, Resource
from catalogue.proposed import proposal_with_file
from catalogue.serializers.native import DatasetSerializer, ResourceDetailSerializer
from publishers.permissions import Permission, publisher_ids_with

RESOURCE_ID = OpenApiParameter("resource_id", UUID, OpenApiParameter.PATH, description="Its UUID.")
IF_MATCH_HERE = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the entry that the resource belongs to. Without it the change is made to whatever stands.",
)


class DatasetResources(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="resources_create",
        request=ResourceBody,
        responses={201: ResourceDetailSerializer, 202: ProposalBody},
        parameters=[KEY, IF_MATCH_HERE, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("A CSV file", NEW_RESOURCE, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Add a file, document or API to an entry, at the end."""

        def add() -> Response:
            dataset = open_for_resources(request, key)
            body = ResourceBody(data=request.data)
            checked(body)
            resource_id = uuid4()
            resource = replace(body.draft(), id=resource_id)
            stored = _amend(request, dataset, lambda draft: amending.with_resource(draft, resource))
            if stored.waits:
                return held_answer(request, dataset.id, stored, resource_id=resource_id)
            response = _answer(request, resource_id, stored, status=201)
            response["Location"] = f"/api/v1/resources/{resource_id}"
            return response

        return self.once(request, add)


class OrderBody(serializers.Serializer):
    order = serializers.ListField(child=serializers.UUIDField(), max_length=10_000)


class ResourceOrder(WriteView):
    http_method_names = ["put", "options"]

    @extend_schema(
        operation_id="resources_reorder",
        request=OrderBody,
        responses={200: DatasetSerializer, 202: ProposalBody},
        parameters=[KEY, IF_MATCH_HERE, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("Two that come first", ORDER, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Put an entry's resources in order: those named come first, the others follow as they stood."""

        def reorder() -> Response:
            dataset = open_for_resources(request, key)
            order = checked(OrderBody(data=request.data))["order"]
            try:
                stored = _amend(request, dataset, lambda draft: amending.with_resources_reordered(draft, order))
            except amending.NoSuchResource:
                refuse({"order": ["The entry doesn’t have all of these resources: read it again."]})
            if stored.waits:
                return held_answer(request, dataset.id, stored)
            return dataset_answer(request, dataset.id)

        return self.once(request, reorder)


class ResourceItem(WriteView, ResourceDetail):
    """One file, document or API, with what is known of its link."""

    http_method_names = ["get", "head", "options", "put", "patch", "delete"]

    def get_queryset(self) -> QuerySet[Resource]:
        return super().get_queryset().annotate(dataset_version=F("dataset__version"))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        resource = self.get_object()
        data = self.get_serializer(resource).data
        version = resource.dataset_version  # type: ignore[attr-defined]
        return Response(data, headers={"ETag": etag_of(version, data)})

    @extend_schema(
        operation_id="resources_replace",
        request=ResourceBody,
        responses={200: ResourceDetailSerializer, 202: ProposalBody},
        parameters=[RESOURCE_ID, IF_MATCH_HERE, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("All that is said of it", NEW_RESOURCE, request_only=True)],
    )
    def put(self, request: Request, resource_id: UUID) -> Response:
        """Say anew all that is said of a resource. A changed address starts its link history anew."""
        return self.once(request, lambda: self._say(request, resource_id, lambda current: request.data))

    @extend_schema(
        operation_id="resources_patch",
        request={"application/merge-patch+json": {"type": "object"}, "application/json": {"type": "object"}},
        responses={200: ResourceDetailSerializer, 202: ProposalBody},
        parameters=[RESOURCE_ID, IF_MATCH_HERE, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("A new address", RESOURCE_PATCH, request_only=True)],
    )
    def patch(self, request: Request, resource_id: UUID) -> Response:
        """Change some of what is said of a resource, by JSON Merge Patch (RFC 7396)."""
        return self.once(
            request,
            lambda: self._say(request, resource_id, lambda current: merged(resource_body_of(current), request.data)),
        )

    @extend_schema(
        operation_id="resources_delete",
        request=None,
        responses={202: ProposalBody, 204: OpenApiResponse(description="Removed.")},
        parameters=[RESOURCE_ID, IF_MATCH_HERE],
    )
    def delete(self, request: Request, resource_id: UUID) -> Response:
        """Remove a resource from its entry."""
        dataset = open_of_resource(request, resource_id)
        try:
            stored = _amend(request, dataset, lambda draft: amending.without_resource(draft, resource_id))
        except amending.NoSuchResource:
            raise Http404 from None
        if stored.waits:
            return held_answer(request, dataset.id, stored, resource_id=resource_id)
        return Response(status=204)

    def _say(self, request: Request, resource_id: UUID, body_from: Callable[[ResourceDraft], Any]) -> Response:
        dataset = open_of_resource(request, resource_id)
        if not isinstance(request.data, dict):
            refuse(["Give an object."])

        def change(draft: DatasetDraft) -> DatasetDraft:
            current = next((resource for resource in draft.resources if resource.id == resource_id), None)
            if current is None:
                raise amending.NoSuchResource
            body = ResourceBody(data=body_from(current))
            checked(body)
            said = replace(body.draft(), id=resource_id, source_id=current.source_id)
            return amending.with_resource_replaced(draft, said)

        try:
            stored = _amend(request, dataset, change)
        except amending.NoSuchResource:
            raise Http404 from None
        if stored.waits:
            return held_answer(request, dataset.id, stored, resource_id=resource_id)
        return _answer(request, resource_id, stored)


def open_for_resources(request: Request, key: str) -> Dataset:
    dataset = dataset_for_write(request, key, Permission.EDIT_DATASET)
    refuse_withdrawn(dataset)
    if dataset.is_harvested:
        raise Conflict("The entry is harvested: its files and links follow its source. Change them there.")
    return dataset


def open_of_resource(request: Request, resource_id: UUID) -> Dataset:
    found = queries.resources_visible_to(request.user).filter(id=resource_id).values_list("dataset_id", flat=True)
    editable = publisher_ids_with(request.user, Permission.EDIT_DATASET)
    dataset_id = found.first() or proposal_with_file(resource_id, editable)
    if dataset_id is None:
        raise Http404
    return open_for_resources(request, str(dataset_id))


def _amend(request: Request, dataset: Dataset, change: Callable[[DatasetDraft], DatasetDraft]) -> Stored:
    expected = expected_point(request, dataset, is_needed=False)
    try:
        return amending.amend(dataset.id, change, by=by(request), now=timezone.now(), expected=expected)
    except EditConflict as error:
        raise conflict(request, dataset, error) from None


def _answer(request: Request, resource_id: UUID, stored: Stored, *, status: int = 200) -> Response:
    resource = queries.resources_visible_to(request.user).get(id=resource_id)
    return Response(ResourceDetailSerializer(resource).data, status, headers={"ETag": etag(stored.version)})
