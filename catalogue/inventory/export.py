"""Entries as rows of a table, one for each dataset and one more for each further file."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from catalogue.inventory.columns import DATASET_COLUMNS, FILE_COLUMNS, HEADERS, VISIBILITY, written
from catalogue.models import Dataset, Resource

_BATCH = 500


def rows_of(entries: QuerySet[Dataset]) -> Iterator[list[str]]:
    """The header, then the rows of these entries by publisher and title. Memory stays the same however many."""
    yield list(HEADERS)
    ids: list[UUID] = list(entries.order_by("publisher__title", "title", "id").values_list("id", flat=True))
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        found = Dataset.objects.select_related("publisher").in_bulk(batch)
        files: dict[UUID, list[Resource]] = {}
        for file in Resource.objects.filter(dataset_id__in=batch).order_by("position", "id"):
            files.setdefault(file.dataset_id, []).append(file)
        for dataset_id in batch:
            if dataset_id in found:
                yield from _rows(found[dataset_id], files.get(dataset_id, []))


def _rows(dataset: Dataset, files: list[Resource]) -> Iterator[list[str]]:
    first = {
        "id": str(dataset.id),
        "version": str(dataset.version),
        "state": dataset.state,
        "address": settings.SITE_URL + dataset.get_absolute_url(),
        "publisher": dataset.publisher.slug,
        **dataset_cells(dataset, visibility=dataset.visibility),
    }
    for number, file in enumerate(files or [None]):
        values = first if number == 0 else {"id": str(dataset.id)}
        if file:
            values = {**values, "resource_id": str(file.id), **file_cells(file)}
        yield [values.get(header, "") for header in HEADERS]


def dataset_cells(dataset: Any, *, visibility: str) -> dict[str, str]:
    """The cells of a Dataset or a DatasetDraft."""
    cells = {column.name: written(getattr(dataset, column.field)) for column in DATASET_COLUMNS}
    return {VISIBILITY: visibility, **cells}


def file_cells(file: Any) -> dict[str, str]:
    """The cells of a Resource or a ResourceDraft."""
    return {column.name: written(getattr(file, column.field)) for column in FILE_COLUMNS}
