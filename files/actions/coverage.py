"""An entry says of itself what its files seem to cover, because its publisher wants it so."""

import datetime
from dataclasses import replace
from uuid import UUID

from catalogue.actions.amending import amend
from catalogue.actions.entry import By, Result
from catalogue.drafts import DatasetDraft
from catalogue.models import Dataset
from files.queries import files_with_tables
from files.serializers.coverage import Coverage, coverage_of


def take_over(dataset_id: UUID, *, by: By, now: datetime.datetime) -> bool:
    """Whether there was anything that the entry did not say already. Raises Dataset.DoesNotExist."""
    dataset = Dataset.objects.get(id=dataset_id)
    found = coverage_of(dataset, files_with_tables(dataset))
    if not found:
        return False
    return amend(dataset_id, lambda draft: _with(draft, found), by=by, now=now).result == Result.UPDATED


def _with(draft: DatasetDraft, found: Coverage) -> DatasetDraft:
    """What is said meanwhile stays as it is."""
    if found.start and not (draft.temporal_start or draft.temporal_end or draft.temporal_text):
        draft = replace(draft, temporal_start=found.start, temporal_end=found.end)
    if found.places and not draft.places:
        draft = replace(draft, places=found.places)
    if found.box and draft.west is None:
        west, south, east, north = found.box
        draft = replace(draft, west=west, south=south, east=east, north=north)
    return draft
