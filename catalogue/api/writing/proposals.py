"""What a write answers where it waits for approval; and reading, approving, sending back and taking back what waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.actions import proposals
from catalogue.actions.entry import Stored
from catalogue.api.writing.bodies import DatasetBody, body_of
from catalogue.api.writing.errors import Conflict
from catalogue.api.writing.fields import WordsField
from catalogue.api.writing.preconditions import etag, proposal_point
from catalogue.api.writing.views import (
    IDEMPOTENCY_KEY,
    WriteView,
    ask,
    by,
    checked,
    dataset_answer,
)
from catalogue.edit_point import EditPoint
from catalogue.enums import ProposalState
from catalogue.models import Dataset
from catalogue.proposed import WorkingCopy, working_copy
from catalogue.serializers.native import DatasetSerializer
from publishers.permissions import Permission, publisher_ids_with

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="UUID, name or past name.")
SEEN = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the proposed change that you looked at. Without it the answer is 428; if somebody changed "
    "the entry or the proposal meanwhile it is 412.",
)


class ChangedField(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.JSONField(help_text="What the entry says.")
    after = serializers.JSONField(help_text="What it would say.")
    clashes = serializers.BooleanField(help_text="Whether somebody changed this field of the entry meanwhile.")


class ProposalBody(serializers.Serializer):
    """A change of a published entry that waits for approval. Readers see the entry as it was."""

    state = serializers.ChoiceField([ProposalState.WAITING.value, ProposalState.RETURNED.value])
    message = serializers.CharField()
    dataset = serializers.UUIDField()
    url = serializers.URLField(help_text="Where to read it again, and to take it back with DELETE.")
    review_url = serializers.URLField(help_text="The page on which people decide on it.")
    version = serializers.IntegerField(help_text="The version of the entry that it is compared with.")
    edition = serializers.IntegerField(help_text="How many times somebody has worked on it.")
    proposed_by = serializers.CharField(help_text="Who worked on it last.")
    changed_at = serializers.DateTimeField()
    resource_id = serializers.UUIDField(required=False, help_text="The file or link that this call was about.")
    changed = ChangedField(many=True)
    says = DatasetBody(help_text="All that the entry would say, as PUT takes it.")


_MESSAGES = {
    ProposalState.WAITING: "This waits for approval. Readers see the entry as it was until somebody approves it.",
    ProposalState.RETURNED: "This was sent back: change it, and it waits for approval again.",
}


def held_answer(request: Request, dataset_id: UUID, stored: Stored, *, resource_id: UUID | None = None) -> Response:
    """202 with what waits; where nothing waits any more, the entry says all that was asked for: 200."""
    if not stored.edition:
        return dataset_answer(request, dataset_id)
    copy = working_copy(Dataset.objects.get(id=dataset_id))
    answer = _proposal(copy) | ({"resource_id": str(resource_id)} if resource_id else {})
    headers = {"ETag": etag(stored.point), "Location": f"/api/v1/datasets/{dataset_id}/proposal"}
    return Response(answer, 202, headers=headers)


def _proposal(copy: WorkingCopy) -> dict[str, Any]:
    proposal, edition = copy.proposal, copy.edition
    if proposal is None or edition is None:
        raise Http404
    return {
        "state": proposal.state,
        "message": _MESSAGES[ProposalState(proposal.state)],
        "dataset": str(copy.dataset.id),
        "url": f"{settings.SITE_URL}/api/v1/datasets/{copy.dataset.id}/proposal",
        "review_url": f"{settings.SITE_URL}/admin/catalogue/dataset/{copy.dataset.id}/review/",
        "version": copy.dataset.version,
        "edition": edition.number,
        "proposed_by": edition.person_name,
        "changed_at": edition.at.isoformat(),
        "changed": [
            {
                "field": field,
                "before": copy.published.get(field),
                "after": copy.said.get(field),
                "clashes": field in copy.clashes,
            }
            for field in copy.fields
        ],
        "says": body_of(copy.draft) | {"visibility": copy.said["visibility"]},
    }


class ProposalItem(WriteView):
    """The change of an entry that waits for approval. Only those who work for its publisher are told of it."""

    http_method_names = ["get", "head", "options", "delete"]

    @extend_schema(operation_id="proposals_retrieve", responses=ProposalBody, parameters=[KEY])
    def get(self, request: Request, key: str) -> Response:
        """What is proposed, beside what the entry says."""
        copy = working_copy(_theirs(request, key, Permission.VIEW_UNPUBLISHED))
        return Response(_proposal(copy), headers={"ETag": etag(copy.point)})

    @extend_schema(
        operation_id="proposals_take_back",
        request=None,
        responses={204: OpenApiResponse(description="Taken back.")},
        parameters=[KEY],
    )
    def delete(self, request: Request, key: str) -> Response:
        """Take a proposed change back: the entry stays as it is."""
        dataset = _theirs(request, key, Permission.EDIT_DATASET)
        with _refusals_told():
            proposals.take_back(dataset, by=by(request), now=timezone.now())
        return Response(status=204)


class ApprovalBody(serializers.Serializer):
    comment = WordsField(max_length=2000, required=False, help_text="For those who work on the entry.")


class ReturnBody(serializers.Serializer):
    comment = WordsField(max_length=2000, help_text="What it still needs.")


class Approve(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="proposals_approve",
        request=ApprovalBody,
        responses=DatasetSerializer,
        parameters=[KEY, SEEN, IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, key: str) -> Response:
        """Make an entry say what is proposed. It takes the right to publish it."""

        def approve() -> Response:
            dataset, seen = _to_decide(request, key)
            comment = checked(ApprovalBody(data=request.data)).get("comment", "")
            with _refusals_told():
                proposals.approve(dataset, seen=seen, by=by(request), now=timezone.now(), comment=comment)
            return dataset_answer(request, dataset.id)

        return self.once(request, approve)


class SendBack(WriteView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="proposals_send_back",
        request=ReturnBody,
        responses=ProposalBody,
        parameters=[KEY, SEEN, IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, key: str) -> Response:
        """Give a proposed change back to those who made it, and say what it still needs."""

        def send_back() -> Response:
            dataset, seen = _to_decide(request, key)
            comment = checked(ReturnBody(data=request.data))["comment"]
            with _refusals_told():
                proposals.send_back(dataset, seen=seen, by=by(request), now=timezone.now(), comment=comment)
            copy = working_copy(dataset)
            return Response(_proposal(copy), headers={"ETag": etag(copy.point)})

        return self.once(request, send_back)


@contextmanager
def _refusals_told() -> Iterator[None]:
    """What can't be decided as things stand is a conflict, with the sentence that says why."""
    try:
        yield
    except proposals.CannotDecide as error:
        raise Conflict(str(error)) from None


def _theirs(request: Request, key: str, permission: Permission) -> Dataset:
    """An entry that the caller works on: for everybody else there is nothing beside it, not even a refusal."""
    dataset_id = queries.dataset_id_of(key)
    theirs = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
    entries = Dataset.objects.all() if theirs is None else Dataset.objects.filter(publisher_id__in=theirs)
    dataset = entries.filter(id=dataset_id).select_related("publisher").first() if dataset_id else None
    if dataset is None:
        raise Http404
    ask(request, permission, dataset.publisher_id)
    return dataset


def _to_decide(request: Request, key: str) -> tuple[Dataset, EditPoint | None]:
    """The entry, and what the caller saw of it. It takes the right to publish it where it is and where it would go."""
    dataset = _theirs(request, key, Permission.PUBLISH_DATASET)
    copy = working_copy(dataset)
    if copy.proposal is None:
        raise Http404
    ask(request, Permission.PUBLISH_DATASET, copy.draft.publisher_id)
    return dataset, proposal_point(request, copy)
