"""Writing many datasets at once: the one place where their rows, history and changes are made.

One transaction writes datasets, names, resources, link checks, revisions, changes and quality reports, so that
nothing downstream can see one without the others. `actions.datasets` gives the verbs that people and harvests use.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from catalogue import overlay
from catalogue.actions import names, rows
from catalogue.actions.entry import By, Entry, Stored
from catalogue.actions.entry_rows import write_rows
from catalogue.actions.entry_work import Work, identifiers_of
from catalogue.actions.joining_series import JoinableSeries, joinable_series, joined
from catalogue.actions.resource_identity import match
from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS
from catalogue.enums import State
from catalogue.models import Dataset, Resource
from catalogue.proposed import snapshot_of


def upsert_many(entries: Sequence[Entry], *, by: By, now: datetime.datetime) -> list[Stored]:
    """Make or change these datasets, all or none, and say for each what became of it, in the order given.

    An entry that says just what is stored writes nothing but `last_seen_at` and other provenance.
    Raises `django.db.Error` if the database refuses a row: the caller's batch is then as it was before.
    """
    with transaction.atomic():
        works = _open(entries)
        _name(works)
        taken, series = _taken_resource_ids(works), joinable_series(works, now)
        for work in works:
            _fill(work, taken, series, now)
        write_rows(works, by=by, now=now)
    return [Stored(work.dataset.id, work.result, work.dataset.version) for work in works]


def _open(entries: Sequence[Entry]) -> list[Work]:
    """Fetch and lock what is there, in one order everywhere, so that two writers never wait for each other."""
    ids = [entry.dataset_id for entry in entries if entry.dataset_id]
    if len(set(ids)) != len(ids):
        raise ValueError("A dataset may stand only once in a batch.")
    present = {d.id: d for d in Dataset.objects.select_for_update().filter(id__in=ids).order_by("id")} if ids else {}
    resources: dict[UUID, list[Resource]] = {}
    if present:
        for resource in Resource.objects.filter(dataset_id__in=present).order_by("position", "id"):
            resources.setdefault(resource.dataset_id, []).append(resource)
    works = []
    for entry in entries:
        dataset = present.get(entry.dataset_id) if entry.dataset_id else None
        stored = resources.get(dataset.id, []) if dataset else []
        work = Work(
            entry=entry,
            dataset=dataset or rows.new(Dataset, id=entry.dataset_id or uuid.uuid4(), version=0),
            is_new=dataset is None,
            resources=stored,
            stored_resources={resource.id: resource for resource in stored},
        )
        if dataset:
            work.before = snapshot_of(dataset, stored)
            work.identifiers = identifiers_of(dataset, stored)
        works.append(work)
    return works


def _name(works: list[Work]) -> None:
    """Give new entries a name, and old ones a new name where one is wished for."""
    wishes = [
        (work.dataset.id, work.entry.draft.name or work.entry.draft.title)
        for work in works
        if work.is_new or (work.entry.draft.name and work.entry.draft.name != work.dataset.name)
    ]
    allotted = names.allot(wishes)
    for work in works:
        work.dataset.name = allotted.get(work.dataset.id, work.dataset.name)


def _taken_resource_ids(works: list[Work]) -> set[UUID]:
    """Wished-for resource ids that belong to another dataset: there they stay."""
    wished = [
        resource.id
        for work in works
        for resource in work.entry.draft.resources
        if resource.id and resource.id not in work.stored_resources
    ]
    twice = {resource_id for resource_id, times in Counter(wished).items() if times > 1}
    return twice | set(Resource.objects.filter(id__in=wished).values_list("id", flat=True)) if wished else set()


def _fill(work: Work, taken: set[UUID], series: dict[UUID, JoinableSeries], now: datetime.datetime) -> None:
    """Bring the dataset and its resources to what the draft says, in memory."""
    dataset, draft, entry = work.dataset, work.entry.draft, work.entry
    if entry.origin:
        draft, dataset.overlay = overlay.harvested(joined(draft, series), dataset.overlay)
    elif work.before and dataset.is_harvested:
        dataset.overlay = overlay.corrected(draft, work.before, dataset.overlay)
    for field in DATASET_FIELDS:
        value = getattr(draft, field)
        setattr(dataset, field, list(value) if isinstance(value, tuple) else value)
    if dataset.in_series_id not in series or dataset.in_series_id == dataset.id:
        dataset.in_series_id = None
    if work.is_new:
        dataset.created_at = now
    if entry.state:
        dataset.state = entry.state
    if entry.visibility:
        dataset.visibility = entry.visibility
    if entry.release:
        dataset.release_at = entry.release.at
    if dataset.state == State.PUBLISHED:
        dataset.published_at = dataset.published_at or now
        dataset.withdrawn_at, dataset.withdrawn_reason, dataset.replaced_by_id = None, "", None
        dataset.redirects_to_replacement = False
    if entry.origin:
        dataset.origin_id, dataset.origin_url, dataset.origin_title = (
            entry.origin.id,
            entry.origin.url,
            entry.origin.title,
        )
        dataset.source_created_at, dataset.source_modified_at = entry.origin.created_at, entry.origin.modified_at
        dataset.last_seen_at = now

    ids = match(draft.resources, work.resources)
    work.resources = []
    for position, (resource_draft, resource_id) in enumerate(zip(draft.resources, ids, strict=True)):
        wish = resource_draft.id if resource_draft.id not in taken else None
        says = {field: getattr(resource_draft, field) for field in RESOURCE_FIELDS}
        new_id = resource_id or wish or uuid.uuid4()
        work.resources.append(rows.new(Resource, id=new_id, dataset_id=dataset.id, position=position, **says))
    work.after = snapshot_of(dataset, work.resources)


def seen_again(dataset_ids: Sequence[UUID], *, now: datetime.datetime) -> None:
    """Note that a harvest found these datasets unchanged."""
    Dataset.objects.filter(id__in=dataset_ids).update(last_seen_at=now)
