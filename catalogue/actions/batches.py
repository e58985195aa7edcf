"""Many entries changed at once: all or none, kept together so that it can be seen later and undone.

Permission is the caller's to check.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from django.db import transaction

from catalogue.actions import audit_steps
from catalogue.actions.store import By, Entry, Release, upsert_many
from catalogue.enums import BatchKind, State, Visibility
from catalogue.models import Batch, BatchItem, Dataset, Resource, Revision
from catalogue.snapshots import Snapshot, draft_from, snapshot
from publishers.enums import AuditAction

#: How many entries one batch may change.
MAX_ENTRIES = 10_000

_AT_ONCE = 500


class NothingToDo(Exception):
    """No entry would be other than it is."""


class Changed(Exception):
    """An entry was changed by somebody else since the plan was made: look at the preview again."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a batch brought."""

    entries: int
    kept: int
    """Entries of which something was left, since somebody changed it after the batch."""


def apply(
    entries: Sequence[Entry],
    *,
    kind: BatchKind,
    title: str,
    by: By,
    now: datetime.datetime,
    versions: dict[UUID, int] | None = None,
) -> Batch:
    """Store these entries as one batch. `versions`: those that the plan was made for.

    Raises `Changed` if one of those is no longer the one that stands, `NothingToDo` if no entry says anything new.
    """
    with transaction.atomic():
        batch = Batch.objects.create(kind=kind, title=title[:500], person=by.user, person_name=by.words[:300], at=now)
        items: list[BatchItem] = []
        counts: Counter[UUID] = Counter()
        by = replace(by, in_bulk=True)
        for part in _parts(entries):
            ids = [entry.dataset_id for entry in part if entry.dataset_id]
            locked = Dataset.objects.select_for_update().filter(id__in=ids).order_by("id")
            stands = {key: (version, owner) for key, version, owner in locked.values_list("id", "version", "publisher")}
            if versions and any(versions.get(key, version) != version for key, (version, _) in stands.items()):
                raise Changed("Somebody changed one of these entries meanwhile. Look at what would happen once more.")
            for entry, stored in zip(part, upsert_many(part, by=by, now=now), strict=True):
                before, owner = stands.get(stored.dataset_id, (0, None))
                if stored.version != before:
                    counts.update({entry.draft.publisher_id, owner or entry.draft.publisher_id})
                    items.append(
                        BatchItem(batch=batch, dataset_id=stored.dataset_id, before=before, after=stored.version)
                    )
        if not items:
            raise NothingToDo("These entries say all of that already.")
        BatchItem.objects.bulk_create(items, batch_size=1_000)
        _note(AuditAction.BULK_CHANGED, batch, counts, by=by, now=now)
        return batch


def undo(batch: Batch, *, by: By, now: datetime.datetime) -> Undone:
    """Take back what a batch changed, field by field, but for what somebody has changed since.

    Entries that it made are withdrawn. Raises `NothingToDo` if it was undone already.
    """
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.undone_at:
            raise NothingToDo("This was undone already.")
        entries = kept = 0
        by = replace(by, in_bulk=True)
        items = list(BatchItem.objects.filter(batch=locked).order_by("dataset_id"))
        for start in range(0, len(items), _AT_ONCE):
            done, left = _undo_part(items[start : start + _AT_ONCE], by=by, now=now)
            entries, kept = entries + done, kept + left
        Batch.objects.filter(pk=locked.pk).update(undone_at=now, undone_by=by.user)
        owners = Dataset.objects.filter(batch_items__batch=locked).order_by().values_list("publisher_id", flat=True)
        _note(AuditAction.BULK_UNDONE, locked, Counter(owners), by=by, now=now)
        return Undone(entries, kept)


def _note(action: AuditAction, batch: Batch, counts: Counter[UUID], *, by: By, now: datetime.datetime) -> None:
    audit_steps.record_bulk(
        action, counts, user=by.user, label=by.label, title=batch.title, object_id=batch.pk, now=now
    )


def _undo_part(items: list[BatchItem], *, by: By, now: datetime.datetime) -> tuple[int, int]:
    ids = [item.dataset_id for item in items]
    datasets = {one.id: one for one in Dataset.objects.select_for_update().filter(id__in=ids).order_by("id")}
    files: dict[UUID, list[Resource]] = {key: [] for key in ids}
    for file in Resource.objects.filter(dataset_id__in=ids).order_by("position", "id"):
        files[file.dataset_id].append(file)
    revisions = {
        (revision.dataset_id, revision.number): revision.snapshot
        for revision in Revision.objects.filter(
            dataset__in=ids, number__in={n for i in items for n in (i.before, i.after)}
        )
    }
    entries, made, kept = [], [], 0
    for item in items:
        dataset = datasets[item.dataset_id]
        if item.before == 0:
            made.append(dataset.id)
            entries.append(_withdrawn(dataset, files[dataset.id]))
            continue
        before, after = revisions.get((dataset.id, item.before)), revisions.get((dataset.id, item.after))
        if before is None or after is None:
            kept += 1  # erased since: there is nothing to go back to
            continue
        current = snapshot(
            dataset,
            files[dataset.id],
            name=dataset.name,
            state=dataset.state,
            visibility=dataset.visibility,
            release_at=dataset.release_at,
        )
        entry, is_whole = _reverted(dataset, current, before, after)
        entries.append(entry)
        kept += not is_whole
    if made:
        Dataset.objects.filter(id__in=made).update(withdrawn_at=now, withdrawn_reason="It was registered by mistake.")
    done = upsert_many(entries, by=by, now=now)
    return sum(stored.result != "unchanged" for stored in done), kept


def _withdrawn(dataset: Dataset, files: list[Resource]) -> Entry:
    return Entry(draft_from(snapshot(dataset, files, name=dataset.name)), dataset.id, state=State.WITHDRAWN)


def _reverted(dataset: Dataset, current: Snapshot, before: Snapshot, after: Snapshot) -> tuple[Entry, bool]:
    """The entry with what the batch changed taken back, and whether that was all of it."""
    result, is_whole = dict(current), True
    for field in {*before, *after}:
        if before.get(field) == after.get(field):
            continue
        if current.get(field) != after.get(field):
            is_whole = False
        elif field in before:
            result[field] = before[field]
        else:
            result.pop(field, None)
    release = result.get("release_at")
    entry = Entry(
        draft_from(result),
        dataset.id,
        state=State(result["state"]),
        visibility=Visibility(result["visibility"]),
        release=Release(datetime.datetime.fromisoformat(release) if release else None),
    )
    return entry, is_whole


def _parts(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    waiting = iter(entries)
    while part := list(islice(waiting, _AT_ONCE)):
        yield part
