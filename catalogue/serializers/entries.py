"""Datasets with all that a serializer reads, in bulk: what walks the whole catalogue walks it through here.

Reads by id, a thousand at a time, each time anew what may be seen: memory stays flat, no transaction stays open, and
an entry that is withdrawn during a long walk is left out from then on.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from catalogue.enums import DatasetKind
from catalogue.models import Dataset, Licence, QualityReport, Topic
from catalogue.serializers.resource_rows import ResourceRow, rows_by_dataset
from publishers.models import Publisher

#: Columns that nothing that leaves the catalogue in bulk shows.
_NOT_SHOWN: Final = ("overlay", "last_seen_at", "release_at", "published_at", "withdrawn_at", "withdrawn_reason")
_CHUNK: Final = 1_000


class Series(NamedTuple):
    """What an entry says of the series that it is part of."""

    id: UUID
    title: str
    description: str


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
    found = {entry.dataset.id: entry for entry in _entries(list(among.filter(id__in=wanted).defer(*_NOT_SHOWN)))}
    return [found[each] for each in wanted if each in found]


def walk(datasets: QuerySet[Dataset], *, chunk: int = _CHUNK) -> Iterator[Entry]:
    """Every one of these datasets, by id."""
    last: UUID | None = None
    while True:
        page = datasets.order_by("id").defer(*_NOT_SHOWN)
        read = list((page if last is None else page.filter(id__gt=last))[:chunk])
        yield from _entries(read)
        if len(read) < chunk:
            return
        last = read[-1].id


def _entries(datasets: list[Dataset]) -> Iterator[Entry]:
    ids = [dataset.id for dataset in datasets]
    if not ids:
        return
    publishers = Publisher.objects.in_bulk({dataset.publisher_id for dataset in datasets})
    parents = Publisher.objects.in_bulk({one.parent_id for one in publishers.values() if one.parent_id})
    for publisher in publishers.values():
        publisher.parent = parents.get(publisher.parent_id) if publisher.parent_id else None
    topics = Topic.objects.in_bulk({dataset.topic_id for dataset in datasets if dataset.topic_id})
    licences = Licence.objects.in_bulk({dataset.licence_id for dataset in datasets if dataset.licence_id})
    scores = dict(QualityReport.objects.filter(dataset__in=ids).values_list("dataset_id", "score"))
    resources = rows_by_dataset(ids)
    series = _series({dataset.in_series_id for dataset in datasets if dataset.in_series_id})
    for dataset in datasets:
        dataset.publisher = publishers[dataset.publisher_id]
        dataset.topic = topics[dataset.topic_id] if dataset.topic_id else None
        dataset.licence = licences[dataset.licence_id] if dataset.licence_id else None
        own = series.get(dataset.in_series_id) if dataset.in_series_id else None
        yield Entry(dataset, resources.get(dataset.id, []), scores.get(dataset.id), own)


def _series(ids: set[UUID]) -> dict[UUID, Series]:
    if not ids:
        return {}
    found = (
        Dataset.objects.public()
        .filter(id__in=ids, kind=DatasetKind.SERIES)
        .order_by()
        .values_list("id", "title", "description")
    )
    return {row[0]: Series(*row) for row in found}
