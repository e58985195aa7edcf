"""Creating, replacing, patching, publishing and withdrawing entries."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import series
from catalogue.actions import datasets, workflow
from catalogue.actions.amending import EditConflict, amend
from catalogue.actions.entry import Release
from catalogue.api.native import DatasetDetail, DatasetList
from catalogue.api.writing.bodies import DatasetBody, body_of
from catalogue.api.writing.errors import Conflict
from catalogue.api.writing.examples import NEW_DATASET, PATCH, REASON, RELEASE
from catalogue.api.writing.fields import WordsField
from catalogue.api.writing.parsers import merged
from catalogue.api.writing.preconditions import conflict, etag_of, expected_point
from catalogue.api.writing.proposals import KEY, ProposalBody, held_answer
from catalogue.api.writing.saying import UnknownResource, said_of
from catalogue.api.writing.views import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    WriteView,
    ask,
    by,
    checked,
    dataset_answer,
    dataset_for_write,
    refuse,
    refuse_taken_name,
    refuse_withdrawn,
)
from catalogue.drafts import DatasetDraft
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from catalogue.serializers.native import DatasetSerializer
from publishers.models import Publisher
from publishers.permissions import Permission


class Datasets(WriteView, DatasetList):
    """Datasets that you may see, the most recently changed first."""

    http_method_names = ["get", "head", "options", "post"]

    @extend_schema(
        operation_id="datasets_create",
        request=DatasetBody,
        responses={201: DatasetSerializer},
        parameters=[IDEMPOTENCY_KEY],
        examples=[OpenApiExample("A dataset with one file", NEW_DATASET, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Register an entry. It is a draft, which only its publisher sees, until it is published."""
        return self.once(request, lambda: self._create(request))

    def _create(self, request: Request) -> Response:
        body = DatasetBody(data=request.data)
        checked(body)
        publisher: Publisher = body.validated_data["publisher"]
        ask(request, Permission.CREATE_DATASET, publisher.id)
        draft = _with_series(request, body.draft(), member=None, current=None)
        refuse_taken_name(draft.name, None)
        try:
            draft = said_of(DatasetDraft(title="", publisher_id=publisher.id), draft, publisher)
        except UnknownResource as error:
            refuse({"resources": {error.place: {"id": ["A new entry has no resources yet: leave “id” out."]}}})
        stored = datasets.create(
            draft, by=by(request), now=timezone.now(), visibility=body.validated_data.get("visibility")
        )
        response = dataset_answer(request, stored.dataset_id, status=201)
        response["Location"] = f"/api/v1/datasets/{stored.dataset_id}"
        return response


class DatasetItem(WriteView, DatasetDetail):
    """One dataset, by its UUID, its name or a name that it had. One that was withdrawn answers 410 and says why."""

    http_method_names = ["get", "head", "options", "put", "patch", "delete"]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and response.status_code == 200 and "version" in response.data:
            response["ETag"] = etag_of(response.data["version"], response.data)
        return response

    @extend_schema(
        operation_id="datasets_replace",
        request=DatasetBody,
        responses={200: DatasetSerializer, 202: ProposalBody},
        parameters=[KEY, IF_MATCH, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("All that the entry says", NEW_DATASET, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Make an entry say what the body says and nothing else: fields left out become empty.

        You may send back what you read: fields that only answers have are let pass. Resources with an “id” keep their
        link history; those left out are removed.
        """
        return self.once(request, lambda: _change(request, key, lambda current: request.data))

    @extend_schema(
        operation_id="datasets_patch",
        request={"application/merge-patch+json": {"type": "object"}, "application/json": {"type": "object"}},
        responses={200: DatasetSerializer, 202: ProposalBody},
        parameters=[KEY, IF_MATCH, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("A new title; no topic any more", PATCH, request_only=True)],
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change some fields by JSON Merge Patch (RFC 7396): null empties a field, a list replaces the whole list."""
        return self.once(request, lambda: _change(request, key, lambda current: merged(body_of(current), request.data)))

    @extend_schema(
        operation_id="datasets_withdraw",
        request=None,
        responses={204: OpenApiResponse(description="Withdrawn.")},
        parameters=[KEY, IF_MATCH],
    )
    def delete(self, request: Request, key: str) -> Response:
        """Withdraw an entry. Its address goes on saying what it was; to say why, POST to `/withdraw` instead."""
        return _withdraw(request, key, reason="")


def _with_series(request: Request, draft: DatasetDraft, *, member: UUID | None, current: UUID | None) -> DatasetDraft:
    """The draft in the series that it names. Raises `ValidationError` for one that can't be it."""
    key = str(draft.in_series_id or "")
    try:
        return replace(draft, in_series_id=series.wished(key, request.user, member=member, current=current))
    except series.NoSuchSeries as error:
        refuse({"in_series": [str(error)]})


def _change(request: Request, key: str, body_from: Any) -> Response:
    dataset = dataset_for_write(request, key, Permission.EDIT_DATASET)
    refuse_withdrawn(dataset)
    expected = expected_point(request, dataset)
    if not isinstance(request.data, dict):
        refuse(["Give an object."])
    wished = request.data.get("visibility")  # what is none is refused with the rest of the body
    visibility = Visibility(wished) if wished in Visibility.values else None

    def change(current: DatasetDraft) -> DatasetDraft:
        body = DatasetBody(data=body_from(current))
        checked(body)
        publisher: Publisher = body.validated_data["publisher"]
        if publisher.id != dataset.publisher_id:
            if dataset.is_harvested:
                raise Conflict("The entry is harvested: it stays with the publisher that its source says.")
            ask(request, Permission.CREATE_DATASET, publisher.id)
        draft = _with_series(request, body.draft(), member=dataset.id, current=current.in_series_id)
        refuse_taken_name(draft.name, dataset)
        try:
            told = bool(body.validated_data.get("inventory"))
            draft = said_of(current, draft, publisher, says_inventory=told)
        except UnknownResource as error:
            refuse({"resources": {error.place: {"id": ["The entry has no resource of this id: leave it out."]}}})
        if dataset.is_harvested and draft.resources != current.resources:
            raise Conflict("The entry is harvested: its files and links follow its source. Change them there.")
        return draft

    try:
        stored = amend(
            dataset.id,
            change,
            by=by(request),
            now=timezone.now(),
            expected=expected,
            visibility=visibility,
        )
    except EditConflict as error:
        raise conflict(request, dataset, error) from None
    if stored.waits:
        return held_answer(request, stored.dataset_id, stored)
    return dataset_answer(request, stored.dataset_id)


class ReasonBody(serializers.Serializer):
    reason = WordsField(max_length=2000, help_text="Shown in its place.")


class CommentBody(serializers.Serializer):
    comment = WordsField(max_length=2000, required=False, help_text="For those who work on the entry.")


class PublishBody(CommentBody):
    release_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Nobody sees the entry before this minute. Null ends an embargo; left out, the time stays as it is.",
    )


class Withdraw(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="datasets_withdraw_with_reason",
        request=ReasonBody,
        responses={204: OpenApiResponse(description="Withdrawn.")},
        parameters=[KEY, IF_MATCH, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("Why", REASON, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Withdraw an entry and say why."""
        said = checked(ReasonBody(data=request.data))
        return self.once(request, lambda: _withdraw(request, key, reason=said["reason"]))


def _withdraw(request: Request, key: str, *, reason: str) -> Response:
    dataset = dataset_for_write(request, key, Permission.WITHDRAW_DATASET)
    expected_point(request, dataset)
    if dataset.state != State.WITHDRAWN:
        workflow.withdraw(dataset, reason=reason, by=by(request, reason), now=timezone.now())
    return Response(status=204)


class Publish(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="datasets_publish",
        request=PublishBody,
        responses=DatasetSerializer,
        parameters=[KEY, IDEMPOTENCY_KEY],
        examples=[OpenApiExample("At the minute of a release", RELEASE, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Publish a draft, or a withdrawn entry again: at once, or at the minute that “release_at” names.

        Publishing what is published changes nothing. Where a publisher’s entries need approval, editors submit them.
        """

        def publish() -> Response:
            dataset: Dataset = dataset_for_write(request, key, Permission.PUBLISH_DATASET)
            said = checked(PublishBody(data=request.data))
            release = Release(said["release_at"]) if "release_at" in said else None
            comment = said.get("comment", "")
            workflow.publish(dataset, by=by(request, comment), now=timezone.now(), comment=comment, release=release)
            return dataset_answer(request, dataset.id)

        return self.once(request, publish)


class Submit(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="datasets_submit",
        request=CommentBody,
        responses=DatasetSerializer,
        parameters=[KEY, IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, key: str) -> Response:
        """Send an entry for review: those who may publish it are told."""

        def submit() -> Response:
            dataset = dataset_for_write(request, key, Permission.EDIT_DATASET)
            comment = checked(CommentBody(data=request.data)).get("comment", "")
            try:
                workflow.submit(dataset, by=by(request, comment), now=timezone.now(), comment=comment)
            except workflow.WrongStep as error:
                raise Conflict(str(error)) from None
            return dataset_answer(request, dataset.id)

        return self.once(request, submit)
