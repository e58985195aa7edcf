"""Changing part of an entry: read, change and write under one lock, so that of two writers neither loses anything."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from catalogue.actions.datasets import EditConflict, draft_of
from catalogue.actions.store import By, Entry, Stored, upsert_many
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import State, Visibility
from catalogue.models import Dataset


class NoSuchResource(Exception):
    """The entry has no resource of this id."""


def amend(
    dataset_id: UUID,
    change: Callable[[DatasetDraft], DatasetDraft],
    *,
    by: By,
    now: datetime.datetime,
    expected_version: int | None = None,
    state: State | None = None,
    visibility: Visibility | None = None,
) -> Stored:
    """Make an entry say what `change` makes of what it says.

    `change` is called while the entry is locked: what it is given is what stands, however many write at once.
    Raises `EditConflict` if `expected_version` is given and is not the one that stands, `Dataset.DoesNotExist`,
    and whatever `change` raises; then nothing is written.
    """
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update(of=("self",)).get(id=dataset_id)
        if expected_version is not None and dataset.version != expected_version:
            raise EditConflict(expected=expected_version, current=dataset.version)
        draft = change(draft_of(dataset))
        return upsert_many([Entry(draft, dataset_id, state=state, visibility=visibility)], by=by, now=now)[0]


def with_resource(draft: DatasetDraft, resource: ResourceDraft) -> DatasetDraft:
    """The draft with one resource more, at the end."""
    return replace(draft, resources=(*draft.resources, resource))


def with_resource_replaced(draft: DatasetDraft, resource: ResourceDraft) -> DatasetDraft:
    """The draft with the resource of this id said anew, in its place. Raises `NoSuchResource`."""
    if all(own.id != resource.id for own in draft.resources):
        raise NoSuchResource
    return replace(draft, resources=tuple(resource if own.id == resource.id else own for own in draft.resources))


def without_resource(draft: DatasetDraft, resource_id: UUID) -> DatasetDraft:
    """The draft without this resource. Raises `NoSuchResource`."""
    kept = tuple(own for own in draft.resources if own.id != resource_id)
    if len(kept) == len(draft.resources):
        raise NoSuchResource
    return replace(draft, resources=kept)


def with_resources_reordered(draft: DatasetDraft, order: Sequence[UUID]) -> DatasetDraft:
    """The draft with the resources named in `order` first, as they stand there; the others follow as they stood.

    Raises `NoSuchResource` where one is named that the entry doesn't have.
    """
    own = {resource.id: resource for resource in draft.resources}
    if not set(order) <= own.keys():
        raise NoSuchResource
    first = list(dict.fromkeys(order))
    rest = [resource for resource in draft.resources if resource.id not in set(first)]
    return replace(draft, resources=(*(own[resource_id] for resource_id in first), *rest))
