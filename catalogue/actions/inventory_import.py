"""Doing what the plan of an uploaded table says."""

import datetime

from django.db import transaction

from catalogue.actions import batches
from catalogue.actions.entry import By, Entry
from catalogue.bulk_changes import counted_entries
from catalogue.enums import BatchKind, State
from catalogue.inventory.import_plan import ImportPlan
from catalogue.inventory.outcome import rows_left_out
from catalogue.inventory.table_file import csv_lines, read_table
from catalogue.models import Batch, InventoryFile

#: Uploads that nobody acted on are kept this long.
KEPT = datetime.timedelta(days=7)

#: And the rows that were left out of one, so long.
REST_KEPT = datetime.timedelta(days=30)


def keep_upload(file: InventoryFile, *, now: datetime.datetime) -> InventoryFile:
    """Keep a table until its owner has seen what it would do; forget those that nobody came back to."""
    InventoryFile.objects.filter(batch=None, at__lt=now - KEPT).delete()
    InventoryFile.objects.filter(at__lt=now - REST_KEPT).exclude(content=b"").update(content=b"")
    file.at = now
    file.save()
    return file


def import_plan(
    plan: ImportPlan,
    file: InventoryFile,
    *,
    by: By,
    now: datetime.datetime,
    publishes: bool = False,
    with_twins: bool = False,
) -> Batch:
    """Store what the plan would store, all or none. `publishes`: new entries are published rather than drafts;
    `with_twins`: those whose title is there already are made too. Of the table, the rows that are left out are kept.

    Raises `batches.Changed` if an entry is no longer as the plan saw it, `batches.NothingToDo` if nothing changes.
    """
    new_state = State.PUBLISHED if publishes else State.DRAFT
    taken = plan.to_store(with_twins=with_twins)
    entries = [
        Entry(one.draft, one.dataset_id, state=None if one.dataset_id else new_state, visibility=one.visibility)
        for one in taken
        if one.draft
    ]
    if not entries:
        raise batches.NothingToDo("The table says just what the catalogue says.")
    left_out = csv_lines(rows_left_out(read_table(bytes(file.content)), plan, with_twins=with_twins))
    with transaction.atomic():
        batch = batches.apply(
            entries,
            kind=BatchKind.IMPORT,
            title=f"Imported {counted_entries(len(entries))} from {file.name}",
            by=by,
            now=now,
            points={one.dataset_id: one.point for one in taken if one.dataset_id},
        )
        InventoryFile.objects.filter(pk=file.pk).update(batch=batch, content="".join(left_out).encode())
        return batch
