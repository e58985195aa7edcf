"""Reading entries from the database as the search engine wants them. Only what anybody may read comes out of here."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from catalogue.enums import (
    BROKEN_LINK_STATES,
    DatasetKind,
    Delivery,
    Frequency,
    LinkHealth,
    LinkState,
    ResourceKind,
)
from catalogue.gazetteer.datasets import places_of, with_lineage
from catalogue.gazetteer.place import place
from catalogue.models import Dataset, Resource
from catalogue.places import Box
from catalogue.search.coverage import Sides
from catalogue.search.document import Searchable
from publishers.models import Publisher

_FIELDS = (
    *("id", "name", "kind", "title", "description", "translations", "identifiers", "tags", "places", "access"),
    *("modified", "source_modified_at", "modified_at", "origin_id", "publisher_id", "licence_id"),
    *("frequency", "temporal_start", "temporal_end", "west", "south", "east", "north", "licence__is_open"),
    *("topic__title", "quality__score", "quality__band"),
)


#: Headings of columns that are read of one entry.
_MOST_HEADINGS: Final = 500

#: A link that was slow or too big once still leads somewhere.
_WORKING_LINK_STATES = (LinkState.OK, LinkState.SUSPECTED, LinkState.TOO_BIG)


class _File(NamedTuple):
    title: str
    format: str
    kind: str
    columns: object
    link: str | None


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
    found = list(datasets.select_related("topic", "quality", "licence").only(*_FIELDS))
    paths.load({dataset.publisher_id for dataset in found})
    files: dict[UUID, list[_File]] = {dataset.id: [] for dataset in found}
    # Plain rows: making an object of each file would take longer than all the rest
    rows = Resource.objects.filter(dataset_id__in=list(files)).order_by("dataset_id", "position", "id")
    for dataset_id, *file in rows.values_list("dataset_id", "title", "format", "kind", "columns", "link__state"):
        files[dataset_id].append(_File(*file))
    return [_searchable(dataset, files[dataset.id], paths) for dataset in found]


def _searchable(dataset: Dataset, files: list[_File], paths: PublisherPaths) -> Searchable:
    quality = getattr(dataset, "quality", None)
    path = paths.path(dataset.publisher_id)
    own = dataset.box
    codes = places_of(places=dataset.places, title=dataset.title, publisher=path[-1][1], box=own)
    return Searchable(
        id=dataset.id,
        name=dataset.name,
        title=dataset.title,
        description=dataset.description,
        tags=tuple(dataset.tags),
        publisher_path=path,
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
        licence_is_open=dataset.licence is not None and dataset.licence.is_open,
        frequency="" if dataset.frequency == Frequency.UNKNOWN else dataset.frequency,
        link_health=_link_health([file.link for file in files]),
        deliveries=_deliveries(dataset, files),
        covers=(dataset.temporal_start, dataset.temporal_end),
        box=_sides(own or _box_of(codes)),
        place_codes=with_lineage(codes),
        columns=_headings(files),
    )


def _headings(files: list[_File]) -> tuple[str, ...]:
    """Headings of the files' columns, each once. The column is JSON: it is read as if it could hold anything."""
    found = [name for file in files if isinstance(file.columns, list) for name in file.columns[:_MOST_HEADINGS]]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))[:_MOST_HEADINGS]


def _link_health(states: list[str | None]) -> str:
    """How the links do together. Empty for an entry without links."""
    broken = sum(state in BROKEN_LINK_STATES for state in states)
    working = sum(state in _WORKING_LINK_STATES for state in states)
    if broken:
        return LinkHealth.SOME_BROKEN.value if working else LinkHealth.ALL_BROKEN.value
    if working:
        return LinkHealth.WORKING.value
    return LinkHealth.NOT_CHECKED.value if states else ""


def _deliveries(dataset: Dataset, files: list[_File]) -> tuple[str, ...]:
    found = set()
    if dataset.kind == DatasetKind.SERVICE or any(file.kind == ResourceKind.API for file in files):
        found.add(Delivery.API.value)
    if any(file.kind == ResourceKind.DATA for file in files):
        found.add(Delivery.FILE.value)
    return tuple(sorted(found))


def _box_of(codes: tuple[str, ...]) -> Box | None:
    """An entry that only names a place is found by the place's box."""
    found = place(codes[0]) if len(codes) == 1 else None
    return found.box if found else None


def _sides(box: Box | None) -> Sides | None:
    return (box.west, box.south, box.east, box.north) if box else None


def _translated(translations: object) -> tuple[str, ...]:
    """Titles and descriptions in other languages. The column is JSON: it is read as if it could hold anything."""
    if not isinstance(translations, dict):
        return ()
    texts = [text for words in translations.values() if isinstance(words, dict) for text in words.values()]
    return tuple(text for text in texts if isinstance(text, str) and text)
