"""Datasets with all that a serializer reads, in bulk: what walks the whole catalogue walks it through here.

Reads by id, a thousand at a time, each time anew what may be seen: memory stays flat, no transaction stays open, and
an entry that is withdrawn during a long walk is left out from then on.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from catalogue.enums import DatasetKind
from catalogue.models import Dataset, QualityReport
from catalogue.serializers.dataset_rows import read_datasets
from catalogue.serializers.resource_rows import ResourceRow, rows_by_dataset
from publishers.models import Publisher
from services.ready_rows import plain_rows

#: Columns that nothing that leaves the catalogue in bulk shows.
NOT_SHOWN: Final = ("overlay", "last_seen_at", "release_at", "published_at", "withdrawn_at", "withdrawn_reason")
_CHUNK: Final = 1_000


class Series(NamedTuple):
    """What an entry says of the series that it is part of."""

    id: UUID
    title: str
    description: str
    name: str = ""


class Entry(NamedTuple):
    """A dataset with publisher, parent, topic and licence fetched, its resources in order, and its quality score.

    `series`: the one that it is part of, if anybody may see that.
    """

    dataset: Dataset
    resources: list[ResourceRow]
    score: int | None
    series: Series | None = None


def entries_of(ids: Iterable[UUID], among: QuerySet[Dataset]) -> list[Entry]:
    """Those of these datasets that are among the queryset's, in the order of `ids`.

    Seven queries however many, eight where some are in series.
    """
    wanted = list(ids)
    found = {entry.dataset.id: entry for entry in _entries(_read(among.filter(id__in=wanted)))}
    return [found[each] for each in wanted if each in found]


def walk(datasets: QuerySet[Dataset], *, chunk: int = _CHUNK) -> Iterator[Entry]:
    """Every one of these datasets, by id."""
    last: UUID | None = None
    while True:
        page = datasets.order_by("id")
        read = _read((page if last is None else page.filter(id__gt=last))[:chunk])
        yield from _entries(read)
        if len(read) < chunk:
            return
        last = read[-1].id


def _read(datasets: QuerySet[Dataset]) -> list[Dataset]:
    return read_datasets(datasets, without=NOT_SHOWN)


def _entries(datasets: list[Dataset]) -> Iterator[Entry]:
    ids = [dataset.id for dataset in datasets]
    if not ids:
        return
    publishers = {dataset.publisher_id: dataset.publisher for dataset in datasets}.values()
    parents = Publisher.objects.in_bulk({one.parent_id for one in publishers if one.parent_id})
    for publisher in publishers:
        publisher.parent = parents.get(publisher.parent_id) if publisher.parent_id else None
    scores: dict[UUID, int] = dict(
        plain_rows(QualityReport.objects.filter(dataset__in=ids).values_list("dataset_id", "score"))
    )
    resources = rows_by_dataset(ids)
    series = _series({dataset.in_series_id for dataset in datasets if dataset.in_series_id})
    for dataset in datasets:
        own = series.get(dataset.in_series_id) if dataset.in_series_id else None
        yield Entry(dataset, resources.get(dataset.id, []), scores.get(dataset.id), own)


def _series(ids: set[UUID]) -> dict[UUID, Series]:
    if not ids:
        return {}
    found = (
        Dataset.objects.public()
        .filter(id__in=ids, kind=DatasetKind.SERIES)
        .order_by()
        .values_list("id", "title", "description", "name")
    )
    return {row[0]: Series(*row) for row in found}
