"""Changing part of an entry: read, change and write under one lock, so that of two writers neither loses anything."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from catalogue.actions.datasets import draft_of
from catalogue.actions.entry import By, Entry, Stored
from catalogue.actions.holding import put_many
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.edit_point import EditPoint
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from catalogue.proposed import copy_for


class EditConflict(Exception):
    """Somebody else changed the entry, or what is proposed of it, since it was read. `current` is what stands now."""

    def __init__(self, *, expected: EditPoint, current: EditPoint) -> None:
        super().__init__(
            f"This entry was changed by somebody else: you read version {expected}, it now stands at version {current}."
        )
        self.expected, self.current = expected, current


class NoSuchResource(Exception):
    """The entry has no resource of this id."""


def amend(
    dataset_id: UUID,
    change: Callable[[DatasetDraft], DatasetDraft],
    *,
    by: By,
    now: datetime.datetime,
    expected: EditPoint | None = None,
    state: State | None = None,
    visibility: Visibility | None = None,
) -> Stored:
    """Make an entry say what `change` makes of what it says; where its author may not publish that, propose it.

    `change` is called while the entry is locked: what it is given is what stands, however many write at once, and for
    those whose changes wait for approval what stands with all that waits.
    Raises `EditConflict` if `expected` is given and is not what stands, `Dataset.DoesNotExist`, and whatever `change`
    raises; then nothing is written.
    """
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update(of=("self",)).get(id=dataset_id)
        copy = copy_for(by.user, dataset)
        current = copy.point if copy else EditPoint(dataset.version)
        if expected is not None and expected != current:
            raise EditConflict(expected=expected, current=current)
        draft = change(copy.draft if copy else draft_of(dataset))
        return put_many([Entry(draft, dataset_id, state=state, visibility=visibility)], by=by, now=now)[0]


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
