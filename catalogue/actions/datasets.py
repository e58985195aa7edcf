"""What people and machines do to one dataset: create, edit, publish, withdraw, restore.

Permission is the caller's to check (`publishers.permissions`); these make sure that what is stored is whole.
"""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from catalogue.actions import changes
from catalogue.actions.entry import By, Entry, Release, Stored
from catalogue.actions.holding import put_many
from catalogue.actions.store import upsert_many
from catalogue.drafts import DatasetDraft
from catalogue.enums import ChangeKind, State, Visibility
from catalogue.models import Dataset, Resource, Revision
from catalogue.snapshots import draft_from, snapshot

#: How often a new entry is tried to be stored while others take the name that it would have.
_ATTEMPTS = 20


def draft_of(dataset: Dataset) -> DatasetDraft:
    """What a stored dataset says, as a draft: the way to change one field and keep the rest."""
    resources = Resource.objects.filter(dataset=dataset).order_by("position", "id")
    return draft_from(snapshot(dataset, resources, name=dataset.name))


def create(
    draft: DatasetDraft,
    *,
    by: By,
    now: datetime.datetime,
    state: State = State.DRAFT,
    visibility: Visibility | None = None,
    release: Release | None = None,
) -> Stored:
    """Register a new entry."""
    entry = Entry(draft, state=state, visibility=visibility, release=release)
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            with transaction.atomic():
                return upsert_many([entry], by=by, now=now)[0]
        except IntegrityError:
            # Another writer took the same name for its own new entry meanwhile: the next attempt sees it
            if not attempts_left:
                raise
    raise AssertionError("unreachable")


def edit(
    dataset_id: UUID,
    draft: DatasetDraft,
    *,
    by: By,
    now: datetime.datetime,
    state: State | None = None,
    visibility: Visibility | None = None,
    release: Release | None = None,
) -> Stored:
    """Make an entry say what the draft says; where its author may not publish that, propose it.

    Raises `Dataset.DoesNotExist` if there is no such entry.
    """
    with transaction.atomic():
        Dataset.objects.select_for_update().only("id").get(id=dataset_id)
        entry = Entry(draft, dataset_id, state=state, visibility=visibility, release=release)
        return put_many([entry], by=by, now=now)[0]


def publish(dataset: Dataset, *, by: By, now: datetime.datetime, release: Release | None = None) -> Stored:
    """Show an entry to its readers, from its release time, where it has one. Publishing twice changes nothing.

    `release` sets that time; None leaves it as it is.
    """
    return move_to(dataset.id, State.PUBLISHED, by=by, now=now, release=release)


def move_to(
    dataset_id: UUID, state: State, *, by: By, now: datetime.datetime, release: Release | None = None
) -> Stored:
    """Bring an entry to another state; what it says stays as it is."""
    with transaction.atomic():
        locked = Dataset.objects.select_for_update().get(id=dataset_id)
        return upsert_many([Entry(draft_of(locked), locked.id, state=state, release=release)], by=by, now=now)[0]


def withdraw(
    dataset: Dataset,
    *,
    reason: str,
    by: By,
    now: datetime.datetime,
    replaced_by: Dataset | None = None,
    redirects: bool = False,
) -> Stored:
    """Take an entry out of the catalogue; its address goes on saying what it was and why it went.

    With `redirects` it leads straight to what replaces it, for as long as the reader may see that.
    """
    with transaction.atomic():
        locked = Dataset.objects.select_for_update().get(id=dataset.id)
        Dataset.objects.filter(id=locked.id).update(
            withdrawn_at=now,
            withdrawn_reason=reason,
            replaced_by=replaced_by,
            redirects_to_replacement=redirects and replaced_by is not None,
        )
        stored = upsert_many([Entry(draft_of(locked), locked.id, state=State.WITHDRAWN)], by=by, now=now)[0]
        changes.record([locked.id], ChangeKind.WITHDRAWN, now=now)
        return stored


def withdraw_many(dataset_ids: Sequence[UUID], *, reason: str, by: By, now: datetime.datetime) -> list[UUID]:
    """Withdraw the entries among these that are not withdrawn yet, all or none; return which ones those were."""
    with transaction.atomic():
        locked = list(
            Dataset.objects.select_for_update().filter(id__in=dataset_ids).exclude(state=State.WITHDRAWN).order_by("id")
        )
        ids = [dataset.id for dataset in locked]
        Dataset.objects.filter(id__in=ids).update(
            withdrawn_at=now, withdrawn_reason=reason, replaced_by=None, redirects_to_replacement=False
        )
        resources: dict[UUID, list[Resource]] = {dataset_id: [] for dataset_id in ids}
        for resource in Resource.objects.filter(dataset_id__in=ids).order_by("position", "id"):
            resources[resource.dataset_id].append(resource)
        entries = [
            Entry(
                draft_from(snapshot(dataset, resources[dataset.id], name=dataset.name)),
                dataset.id,
                state=State.WITHDRAWN,
            )
            for dataset in locked
        ]
        if entries:
            upsert_many(entries, by=by, now=now)
            changes.record(ids, ChangeKind.WITHDRAWN, now=now)
        return ids


def restore(dataset: Dataset, *, number: int, by: By, now: datetime.datetime) -> Stored:
    """Make an entry say again what it said in revision `number`. Its state and name stay as they are.

    Raises `Revision.DoesNotExist` for a number it never had, `ValueError` for one that was erased.
    """
    revision = Revision.objects.get(dataset=dataset, number=number)
    if revision.snapshot is None:
        raise ValueError(f"Revision {number} was erased on {revision.erased_at:%d %B %Y} and can't be restored.")
    draft = draft_from(revision.snapshot).with_changes(name="")
    return edit(dataset.id, draft, by=by, now=now)
