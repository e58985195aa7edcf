"""Writing many datasets at once: the one place where their rows, history and changes are made.

One transaction writes datasets, names, resources, link checks, revisions, changes and quality reports, so that
nothing downstream can see one without the others. `actions.datasets` gives the verbs that people and harvests use.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from catalogue import overlay
from catalogue.actions import audit_steps, changes, names, past_identifiers, quality, rows
from catalogue.actions.resource_identity import match
from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft
from catalogue.edit_point import EditPoint
from catalogue.enums import ChangeKind, DatasetKind, Route, State, Visibility
from catalogue.models import Dataset, DatasetName, LinkCheck, Resource, Revision
from catalogue.snapshots import Snapshot, digest, snapshot
from catalogue.web_addresses import netloc_of
from publishers.models import User


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    HELD = "held"
    """It waits beside the entry, which stays as it is (`actions.holding`)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a harvested entry comes from. Provenance, not metadata: a change of it alone makes no revision."""

    id: str
    url: str = ""
    title: str = ""
    created_at: datetime.datetime | None = None
    modified_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """From when anybody may see a published entry; `at` None: at once."""

    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One dataset as it should be.

    `dataset_id` names the dataset, which is made if it isn't there; None makes a new one with a new id.
    `state`, `visibility` and `release` None leave an existing dataset's as they are; a new one is a public draft, for
    release at once.
    """

    draft: DatasetDraft
    dataset_id: UUID | None = None
    state: State | None = None
    visibility: Visibility | None = None
    origin: Origin | None = None
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a change, and by which way. `user` None: a machine, which `label` names."""

    route: Route
    user: User | None = None
    label: str = ""
    comment: str = ""
    in_bulk: bool = False
    """Whether the audit log tells of this by a line of its own: of a change of many entries, of an approval."""
    batch_id: UUID | None = None
    """The change of many entries that this is part of."""

    @property
    def words(self) -> str:
        return self.label or (str(self.user) if self.user else "")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an entry."""

    dataset_id: UUID
    result: Result
    version: int
    edition: int = 0
    """Of what waits beside the entry, where its author goes on from that."""

    @property
    def point(self) -> EditPoint:
        return EditPoint(self.version, self.edition)

    @property
    def is_held(self) -> bool:
        """Whether the entry stays as it is, since this waits beside it."""
        return self.result is Result.HELD

    @property
    def waits(self) -> bool:
        """Whether what its author said last stands beside the entry, not in it."""
        return self.is_held or self.edition > 0


@dataclass(slots=True)
class _Work:
    """One dataset on its way into the database."""

    entry: Entry
    dataset: Dataset
    is_new: bool
    resources: list[Resource]
    stored_resources: dict[UUID, Resource]
    identifiers: frozenset[str] = frozenset()
    before: Snapshot | None = None
    after: Snapshot | None = None

    @property
    def result(self) -> Result:
        if self.is_new:
            return Result.CREATED
        return Result.UNCHANGED if self.before == self.after else Result.UPDATED


def upsert_many(entries: Sequence[Entry], *, by: By, now: datetime.datetime) -> list[Stored]:
    """Make or change these datasets, all or none, and say for each what became of it, in the order given.

    An entry that says just what is stored writes nothing but `last_seen_at` and other provenance.
    Raises `django.db.Error` if the database refuses a row: the caller's batch is then as it was before.
    """
    with transaction.atomic():
        works = _open(entries)
        _name(works)
        taken, series = _taken_resource_ids(works), _series(works, now)
        for work in works:
            _fill(work, taken, series, now)
        _write(works, by=by, now=now)
    return [Stored(work.dataset.id, work.result, work.dataset.version) for work in works]


def _open(entries: Sequence[Entry]) -> list[_Work]:
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
        work = _Work(
            entry=entry,
            dataset=dataset or rows.new(Dataset, id=entry.dataset_id or uuid.uuid4(), version=0),
            is_new=dataset is None,
            resources=stored,
            stored_resources={resource.id: resource for resource in stored},
        )
        if dataset:
            work.before = _snapshot(dataset, stored)
            work.identifiers = _identifiers(dataset, stored)
        works.append(work)
    return works


def _identifiers(dataset: Dataset, resources: Iterable[Resource]) -> frozenset[str]:
    """What it is called beside its UUID and its names."""
    return frozenset([dataset.origin_id, *dataset.identifiers, *(str(resource.id) for resource in resources)])


def _snapshot(dataset: Dataset, resources: Iterable[Resource]) -> Snapshot:
    return snapshot(
        dataset,
        resources,
        name=dataset.name,
        state=dataset.state,
        visibility=dataset.visibility,
        release_at=dataset.release_at,
    )


def _name(works: list[_Work]) -> None:
    """Give new entries a name, and old ones a new name where one is wished for."""
    wishes = [
        (work.dataset.id, work.entry.draft.name or work.entry.draft.title)
        for work in works
        if work.is_new or (work.entry.draft.name and work.entry.draft.name != work.dataset.name)
    ]
    allotted = names.allot(wishes)
    for work in works:
        work.dataset.name = allotted.get(work.dataset.id, work.dataset.name)


def _taken_resource_ids(works: list[_Work]) -> set[UUID]:
    """Wished-for resource ids that belong to another dataset: there they stay."""
    wished = [
        resource.id
        for work in works
        for resource in work.entry.draft.resources
        if resource.id and resource.id not in work.stored_resources
    ]
    twice = {resource_id for resource_id, times in Counter(wished).items() if times > 1}
    return twice | set(Resource.objects.filter(id__in=wished).values_list("id", flat=True)) if wished else set()


@dataclass(frozen=True, slots=True)
class _Series:
    """A series that entries of this batch wish to be part of."""

    publisher_id: UUID
    is_public: bool


def _series(works: list[_Work], now: datetime.datetime) -> dict[UUID, _Series]:
    """Those of the wished-for series that there are, or will be once this batch is stored."""
    corrections = (work.dataset.overlay.get("in_series_id", {}).get("ours") for work in works)
    wished = {UUID(text) for text in corrections if text}
    wished |= {wish for work in works if (wish := work.entry.draft.in_series_id)}
    if not wished:
        return {}
    stored = Dataset.objects.filter(id__in=wished, kind=DatasetKind.SERIES).order_by()
    public = set(stored.public(now).values_list("id", flat=True))
    found = {key: _Series(owner, key in public) for key, owner in stored.values_list("id", "publisher_id")}
    for work in works:
        if work.dataset.id in wished:
            found.pop(work.dataset.id, None)
            if work.entry.draft.kind == DatasetKind.SERIES:
                is_public = work.dataset.id in public or _is_new_and_public(work.entry, is_new=work.is_new)
                found[work.dataset.id] = _Series(work.entry.draft.publisher_id, is_public)
    return found


def _is_new_and_public(entry: Entry, *, is_new: bool) -> bool:
    is_open = entry.visibility in (None, Visibility.PUBLIC) and entry.release is None
    return is_new and is_open and entry.state == State.PUBLISHED


def _joined(draft: DatasetDraft, series: dict[UUID, _Series]) -> DatasetDraft:
    """A harvested draft: its source may put entries into its publisher's series and those that anybody may see."""
    found = series.get(draft.in_series_id) if draft.in_series_id else None
    may_join = found is not None and (found.is_public or found.publisher_id == draft.publisher_id)
    return draft if may_join or draft.in_series_id is None else draft.with_changes(in_series_id=None)


def _fill(work: _Work, taken: set[UUID], series: dict[UUID, _Series], now: datetime.datetime) -> None:
    """Bring the dataset and its resources to what the draft says, in memory."""
    dataset, draft, entry = work.dataset, work.entry.draft, work.entry
    if entry.origin:
        draft, dataset.overlay = overlay.harvested(_joined(draft, series), dataset.overlay)
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
    work.after = _snapshot(dataset, work.resources)


#: Columns that a harvest may move without the metadata having changed.
_PROVENANCE = [
    *("origin_id", "origin_url", "origin_title", "source_created_at", "source_modified_at", "last_seen_at"),
    "overlay",
]

_LIFECYCLE = [
    *("name", "state", "visibility", "release_at", "published_at", "withdrawn_at", "withdrawn_reason"),
    *("replaced_by", "redirects_to_replacement", "version", "modified_at"),
]
_UPDATED = [*DATASET_FIELDS, *_LIFECYCLE, *_PROVENANCE]


def _write(works: list[_Work], *, by: By, now: datetime.datetime) -> None:
    changed = [work for work in works if work.result is not Result.UNCHANGED]
    past_identifiers.remember(
        (work.dataset.id, text)
        for work in works
        if work.identifiers  # a new entry has none to give up
        for text in sorted(work.identifiers - _identifiers(work.dataset, work.resources))
    )
    touched = [work.dataset for work in works if work.result is Result.UNCHANGED and work.entry.origin]
    if touched:
        rows.update(Dataset, touched, _PROVENANCE)
    if not changed:
        return
    for work in changed:
        work.dataset.version += 1
        work.dataset.modified_at = now
    new = [work for work in changed if work.is_new]
    old = [work for work in changed if not work.is_new]
    rows.insert(Dataset, [work.dataset for work in new])
    rows.update(Dataset, [work.dataset for work in old], _UPDATED)
    renamed = [work.dataset for work in changed if _is_renamed(work)]
    rows.insert(DatasetName, [rows.new(DatasetName, name=dataset.name, dataset_id=dataset.id) for dataset in renamed])
    _write_resources(changed, now)
    rows.insert(Revision, [_revision(work, by, now) for work in changed])
    changes.record([work.dataset.id for work in new], ChangeKind.CREATED, now=now)
    changes.record([work.dataset.id for work in old], ChangeKind.UPDATED, now=now)
    quality.score_stored([(work.dataset, work.resources) for work in changed], now=now)
    steps = [audit_steps.Step(work.dataset, work.before, work.after or {}) for work in changed]
    audit_steps.record(steps, user=by.user, label=by.label, route=by.route, in_bulk=by.in_bulk, now=now)


def _is_renamed(work: _Work) -> bool:
    return work.before is None or (
        work.before["name"] != work.dataset.name
        and not DatasetName.objects.filter(name=work.dataset.name, dataset_id=work.dataset.id).exists()
    )


def _is_back(work: _Work) -> bool:
    was_withdrawn = work.before is not None and work.before["state"] == State.WITHDRAWN
    return was_withdrawn and work.dataset.state != State.WITHDRAWN


def _write_resources(works: list[_Work], now: datetime.datetime) -> None:
    """Resources that went, that stayed and that came. A changed address starts its link history anew."""
    gone = [
        resource_id
        for work in works
        for resource_id in work.stored_resources
        if resource_id not in {resource.id for resource in work.resources}
    ]
    if gone:
        Resource.objects.filter(id__in=gone).delete()
    back = [work.dataset.id for work in works if _is_back(work)]
    if back:  # nobody looked at its links meanwhile
        LinkCheck.objects.filter(resource__dataset__in=back, next_check_at__gt=now).update(next_check_at=now)
    new: list[Resource] = []
    kept: list[Resource] = []
    moved: list[Resource] = []
    for work in works:
        for resource in work.resources:
            stored = work.stored_resources.get(resource.id)
            (kept if stored else new).append(resource)
            if stored:
                resource.created_at = stored.created_at
                if stored.url != resource.url:
                    moved.append(resource)
    for resource in new:
        resource.created_at = now
    rows.insert(Resource, new)
    rows.update(Resource, kept, [*RESOURCE_FIELDS, "position"])
    if moved:
        LinkCheck.objects.filter(resource__in=moved).delete()
    rows.insert(LinkCheck, [_unchecked(resource, now) for resource in [*new, *moved]])


def _unchecked(resource: Resource, now: datetime.datetime) -> LinkCheck:
    """A link before its first check."""
    return rows.new(LinkCheck, resource_id=resource.id, host=netloc_of(resource.url), next_check_at=now)


def _revision(work: _Work, by: By, now: datetime.datetime) -> Revision:
    assert work.after is not None
    return rows.new(
        Revision,
        dataset_id=work.dataset.id,
        number=work.dataset.version,
        created_at=now,
        actor_id=by.user.pk if by.user else None,
        actor_label=by.words[:300],
        route=by.route,
        comment=by.comment[:500],
        snapshot=work.after,
        digest=digest(work.after),
    )


def seen_again(dataset_ids: Sequence[UUID], *, now: datetime.datetime) -> None:
    """Note that a harvest found these datasets unchanged."""
    Dataset.objects.filter(id__in=dataset_ids).update(last_seen_at=now)
