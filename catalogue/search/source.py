"""Reading entries from the database as the search engine wants them. Only what anybody may read comes out of here."""

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from catalogue.models import Dataset, Resource
from catalogue.search.document import Searchable
from publishers.models import Publisher

_FIELDS = (
    *("id", "name", "kind", "title", "description", "translations", "identifiers", "tags", "places", "access"),
    *("modified", "source_modified_at", "modified_at", "origin_id", "publisher_id", "licence_id"),
    *("topic__title", "quality__score", "quality__band"),
)


class _File(NamedTuple):
    title: str
    format: str


class PublisherPaths:
    """Where each publisher stands in the tree, fetched as it is asked for. Made anew for each batch, so never stale."""

    def __init__(self) -> None:
        self._publishers: dict[UUID, Publisher] = {}

    def load(self, ids: set[UUID]) -> None:
        """Fetch these and all above them: a query for each level of the tree, at most."""
        wanted = ids - self._publishers.keys()
        while wanted:
            fetched = Publisher.objects.only("id", "slug", "title", "abbreviation", "parent_id").in_bulk(list(wanted))
            self._publishers |= fetched
            above = {publisher.parent_id for publisher in fetched.values() if publisher.parent_id}
            wanted = above - self._publishers.keys()

    def path(self, publisher_id: UUID) -> tuple[tuple[str, str], ...]:
        """(slug, title) of each body from the top down to this one. Safe on a tree that somebody tied into a loop."""
        path: dict[UUID, tuple[str, str]] = {}
        current = self._publishers.get(publisher_id)
        while current and current.id not in path:
            path[current.id] = current.slug, current.title
            current = self._publishers.get(current.parent_id) if current.parent_id else None
        return tuple(reversed(path.values()))

    def abbreviation(self, publisher_id: UUID) -> str:
        return self._publishers[publisher_id].abbreviation


def public_entries(ids: Sequence[UUID], *, now: datetime.datetime) -> list[Searchable]:
    """Those of these datasets that anybody may read at `now`."""
    return _read(Dataset.objects.public(now).filter(id__in=ids), PublisherPaths())


def all_public_entries(*, now: datetime.datetime, batch_size: int = 1_000) -> Iterator[list[Searchable]]:
    """Every dataset that anybody may read at `now`, in batches by id.

    Each batch is a short query of its own: one long one would keep the database from tidying up for as long as it ran.
    """
    paths = PublisherPaths()
    last: UUID | None = None
    while True:
        datasets = Dataset.objects.public(now).order_by("id")
        batch = _read((datasets.filter(id__gt=last) if last else datasets)[:batch_size], paths)
        if batch:
            yield batch
            last = batch[-1].id
        if len(batch) < batch_size:
            return


def _read(datasets: QuerySet[Dataset], paths: PublisherPaths) -> list[Searchable]:
    found = list(datasets.select_related("topic", "quality").only(*_FIELDS))
    paths.load({dataset.publisher_id for dataset in found})
    files: dict[UUID, list[_File]] = {dataset.id: [] for dataset in found}
    # Plain rows: making an object of each file would take longer than all the rest
    rows = Resource.objects.filter(dataset_id__in=list(files)).order_by("dataset_id", "position", "id")
    for dataset_id, title, format_code in rows.values_list("dataset_id", "title", "format"):
        files[dataset_id].append(_File(title, format_code))
    return [_searchable(dataset, files[dataset.id], paths) for dataset in found]


def _searchable(dataset: Dataset, files: list[_File], paths: PublisherPaths) -> Searchable:
    quality = getattr(dataset, "quality", None)
    return Searchable(
        id=dataset.id,
        name=dataset.name,
        title=dataset.title,
        description=dataset.description,
        tags=tuple(dataset.tags),
        publisher_path=paths.path(dataset.publisher_id),
        publisher_abbreviation=paths.abbreviation(dataset.publisher_id),
        topic=dataset.topic_id or "",
        topic_title=dataset.topic.title if dataset.topic else "",
        licence_code=dataset.licence_id or "",
        access=dataset.access,
        kind=dataset.kind,
        formats=tuple(dict.fromkeys(file.format for file in files if file.format)),
        files=tuple(dict.fromkeys(file.title for file in files if file.title)),
        places=tuple(dataset.places),
        identifiers=tuple(dataset.identifiers),
        translations=_translated(dataset.translations),
        quality_score=quality.score if quality else None,
        quality_band=quality.band if quality else "",
        origin_id=dataset.origin_id,
        updated_at=dataset.updated_at,
        changed_at=dataset.modified_at,
    )


def _translated(translations: object) -> tuple[str, ...]:
    """Titles and descriptions in other languages. The column is JSON: it is read as if it could hold anything."""
    if not isinstance(translations, dict):
        return ()
    texts = [text for words in translations.values() if isinstance(words, dict) for text in words.values()]
    return tuple(text for text in texts if isinstance(text, str) and text)
