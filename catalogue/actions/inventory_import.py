"""Doing what the plan of an uploaded table says."""

import datetime

from django.db import transaction

from catalogue.actions import batches
from catalogue.actions.entry import By, Entry
from catalogue.enums import BatchKind, State
from catalogue.inventory.import_plan import ImportPlan
from catalogue.models import Batch, InventoryFile

#: Uploads that nobody acted on are kept this long.
KEPT = datetime.timedelta(days=7)


def keep_upload(file: InventoryFile, *, now: datetime.datetime) -> InventoryFile:
    """Keep a table until its owner has seen what it would do; forget those that nobody came back to."""
    InventoryFile.objects.filter(batch=None, at__lt=now - KEPT).delete()
    file.at = now
    file.save()
    return file


def import_plan(
    plan: ImportPlan, file: InventoryFile, *, by: By, now: datetime.datetime, publishes: bool = False
) -> Batch:
    """Store what the plan would store, all or none. `publishes`: new entries are published rather than drafts.

    Raises `batches.Changed` if an entry is no longer as the plan saw it, `batches.NothingToDo` if nothing changes.
    """
    new_state = State.PUBLISHED if publishes else State.DRAFT
    entries = [
        Entry(one.draft, one.dataset_id, state=None if one.dataset_id else new_state, visibility=one.visibility)
        for one in plan.to_store
        if one.draft
    ]
    if not entries:
        raise batches.NothingToDo("The table says just what the catalogue says.")
    with transaction.atomic():
        batch = batches.apply(
            entries,
            kind=BatchKind.IMPORT,
            title=f"Imported {len(entries):,} {'entry' if len(entries) == 1 else 'entries'} from {file.name}",
            by=by,
            now=now,
            points={one.dataset_id: one.point for one in plan.to_store if one.dataset_id},
        )
        InventoryFile.objects.filter(pk=file.pk).update(batch=batch, content=b"")
        return batch
