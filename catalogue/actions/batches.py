"""Many entries changed at once: all or none, kept together so that it can be seen later and undone.

Permission is the caller's to check.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from catalogue.actions import audit_steps
from catalogue.actions.entry import By, Entry, Release, Result
from catalogue.actions.holding import put_many
from catalogue.actions.proposals import undo_editions
from catalogue.actions.store import upsert_many
from catalogue.edit_point import EditPoint
from catalogue.enums import BatchKind, State, Visibility
from catalogue.models import Batch, BatchItem, Dataset, Revision
from catalogue.proposed import is_held, open_proposals, working_copies
from catalogue.snapshots import Snapshot, draft_from
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
    held: int = 0
    """Entries that will be as before once that is approved."""


def apply(
    entries: Sequence[Entry],
    *,
    kind: BatchKind,
    title: str,
    by: By,
    now: datetime.datetime,
    points: Mapping[UUID, EditPoint] | None = None,
) -> Batch:
    """Store these entries as one batch, or propose those that wait for approval. `points`: what the plan was made from.

    Raises `Changed` if one of those is no longer what stands, `NothingToDo` if no entry says anything new.
    """
    with transaction.atomic():
        batch = Batch.objects.create(kind=kind, title=title[:500], person=by.user, person_name=by.words[:300], at=now)
        items: list[BatchItem] = []
        counts: Counter[UUID] = Counter()
        by = replace(by, in_bulk=True, batch_id=batch.pk)
        for part in _parts(entries):
            ids = [entry.dataset_id for entry in part if entry.dataset_id]
            locked = Dataset.objects.select_for_update().filter(id__in=ids).order_by("id")
            stands = {key: (version, owner) for key, version, owner in locked.values_list("id", "version", "publisher")}
            if points and _has_moved(points, {key: version for key, (version, _) in stands.items()}):
                raise Changed("Somebody changed one of these entries meanwhile. Look at what would happen once more.")
            for entry, stored in zip(part, put_many(part, by=by, now=now), strict=True):
                before, owner = stands.get(stored.dataset_id, (0, None))
                if stored.result != Result.UNCHANGED:
                    counts.update({entry.draft.publisher_id, owner or entry.draft.publisher_id})
                if stored.version != before:
                    items.append(
                        BatchItem(batch=batch, dataset_id=stored.dataset_id, before=before, after=stored.version)
                    )
        if not counts:
            raise NothingToDo("These entries say all of that already.")
        BatchItem.objects.bulk_create(items, batch_size=1_000)
        _note(AuditAction.BULK_CHANGED, batch, counts, by=by, now=now)
        return batch


def _has_moved(points: Mapping[UUID, EditPoint], versions: Mapping[UUID, int]) -> bool:
    """Whether an entry, or the change beside it that the plan goes on from, is another by now."""
    waiting = open_proposals(key for key in versions if key in points and points[key].edition)
    now = {key: EditPoint(version, waiting[key][1].pk if key in waiting else 0) for key, version in versions.items()}
    return any(points.get(key, point) != point for key, point in now.items())


def undo(batch: Batch, *, by: By, now: datetime.datetime) -> Undone:
    """Take back what a batch changed, field by field, but for what somebody has changed since.

    Entries that it made are withdrawn. Raises `NothingToDo` if it was undone already.
    """
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.undone_at:
            raise NothingToDo("This was undone already.")
        by = replace(by, in_bulk=True)
        entries, kept = undo_editions(locked, by=by, now=now)
        held = 0
        items = list(BatchItem.objects.filter(batch=locked).order_by("dataset_id"))
        for start in range(0, len(items), _AT_ONCE):
            done, left, waiting = _undo_part(items[start : start + _AT_ONCE], by=by, now=now)
            entries, kept, held = entries + done, kept + left, held + waiting
        Batch.objects.filter(pk=locked.pk).update(undone_at=now, undone_by=by.user)
        part = Q(batch_items__batch=locked) | Q(proposals__editions__batch=locked)
        owners = Dataset.objects.filter(part).order_by().values_list("id", "publisher_id").distinct()
        _note(AuditAction.BULK_UNDONE, locked, Counter(owner for _, owner in owners), by=by, now=now)
        return Undone(entries, kept, held)


def _note(action: AuditAction, batch: Batch, counts: Counter[UUID], *, by: By, now: datetime.datetime) -> None:
    audit_steps.record_bulk(
        action, counts, user=by.user, label=by.label, title=batch.title, object_id=batch.pk, now=now
    )


def _undo_part(items: list[BatchItem], *, by: By, now: datetime.datetime) -> tuple[int, int, int]:
    """How many entries are as before, of how many something was left, and how many wait for approval of that."""
    ids = [item.dataset_id for item in items]
    datasets = {one.id: one for one in Dataset.objects.select_for_update().filter(id__in=ids).order_by("id")}
    copies = working_copies(datasets.values())
    revisions = {
        (revision.dataset_id, revision.number): revision.snapshot
        for revision in Revision.objects.filter(
            dataset__in=ids, number__in={n for i in items for n in (i.before, i.after)}
        )
    }
    entries: list[Entry] = []
    made: list[Entry] = []
    kept = 0
    for item in items:
        dataset = datasets[item.dataset_id]
        if item.before == 0:
            made.append(Entry(draft_from(copies[dataset.id].published), dataset.id, state=State.WITHDRAWN))
            continue
        before, after = revisions.get((dataset.id, item.before)), revisions.get((dataset.id, item.after))
        if before is None or after is None:
            kept += 1  # erased since: there is nothing to go back to
            continue
        copy = copies[dataset.id]
        current = copy.said if is_held(by.user, [dataset.publisher_id], dataset.state) else copy.published
        entry, is_whole = _reverted(dataset, current, before, after)
        entries.append(entry)
        kept += not is_whole
    if made:
        gone = Dataset.objects.filter(id__in=[entry.dataset_id for entry in made])
        gone.update(withdrawn_at=now, withdrawn_reason="It was registered by mistake.")
    # To withdraw waits for nobody: it shows nothing that an approver has not seen
    stored = [*upsert_many(made, by=by, now=now), *put_many(entries, by=by, now=now)]
    results = Counter(one.result for one in stored)
    return results[Result.UPDATED], kept, results[Result.HELD]


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
