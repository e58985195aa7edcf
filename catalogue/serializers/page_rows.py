"""What anybody's page of a dataset reads, by statements that are written once: three, however much there is to show.

The same objects as `queries.with_page_relations` gives, which reads for people who have signed in.
"""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from catalogue.models import Dataset, Licence, LinkCheck, QualityReport, Resource, Topic
from publishers.models import Publisher
from services.ready_rows import LATE, Columns, ReadyRows

_DATASET: Final = Columns(Dataset)
_PUBLISHER: Final = Columns(Publisher, "publisher__")
_PARENT: Final = Columns(Publisher, "publisher__parent__")
_TOPIC: Final = Columns(Topic, "topic__")
_LICENCE: Final = Columns(Licence, "licence__")
_QUALITY: Final = Columns(QualityReport, "quality__")
_RESOURCE: Final = Columns(Resource)
_LINK: Final = Columns(LinkCheck, "link__")
#: As much of an entry as a list of links shows.
LISTED: Final = ("name", "title", "modified_at", "publisher")
_LISTED: Final = Columns(Dataset, only=LISTED)

_ONE, _ANOTHER = UUID(int=1), UUID(int=2)


def _names(*parts: Columns[Any]) -> list[str]:
    return [name for part in parts for name in part.names]


_datasets: Final = ReadyRows(
    lambda key, now: (
        Dataset.objects.public(now)
        .filter(id=key)
        .order_by()
        .values_list(*_names(_PARENT, _PUBLISHER, _TOPIC, _LICENCE, _QUALITY, _DATASET))
    ),
    key=_ONE,
    now=LATE,
)
_resources: Final = ReadyRows(
    lambda dataset: (
        Resource.objects.filter(dataset=dataset).order_by("position", "id").values_list(*_names(_LINK, _RESOURCE))
    ),
    dataset=_ONE,
)
_others: Final = ReadyRows(
    lambda publisher, besides, now: (
        Dataset.objects.public(now)
        .filter(publisher=publisher)
        .exclude(id=besides)
        .order_by("-modified_at", "-id")
        .values_list(*_LISTED.names)[:OTHERS]
    ),
    publisher=_ONE,
    besides=_ANOTHER,
    now=LATE,
)

#: A page names so many other datasets of its publisher.
OTHERS: Final = 5


def public_dataset(key: UUID) -> Dataset | None:
    """The dataset with publisher and the parent of that, topic, licence, quality, and resources with their links."""
    found = _datasets.read(key=key, now=timezone.now())
    if not found:
        return None
    row, database = iter(found[0]), _datasets.db
    parent = _PARENT.make(row, database)
    publisher = _PUBLISHER.make(row, database, parent=parent)
    topic, licence = _TOPIC.make(row, database), _LICENCE.make(row, database)
    quality = _QUALITY.make(row, database)
    made = _DATASET.one(row, database, publisher=publisher, topic=topic, licence=licence, quality=quality)
    if quality:
        quality._state.fields_cache["dataset"] = made
    resources = Resource.objects.all()
    resources._result_cache = _resources_of(made)  # as prefetching gives it
    made._prefetched_objects_cache = {"resources": resources}  # type: ignore[attr-defined]
    return made


def _resources_of(dataset: Dataset) -> list[Resource]:
    made = []
    for values in _resources.read(dataset=dataset.id):
        row = iter(values)
        link = _LINK.make(row, _resources.db)
        resource = _RESOURCE.one(row, _resources.db, dataset=dataset, link=link)
        if link:
            link._state.fields_cache["resource"] = resource
        made.append(resource)
    return made


def others_of_publisher(dataset: Dataset) -> list[Dataset]:
    """The publisher's most recently changed other datasets: as much of them as a list of links shows."""
    found = _others.read(publisher=dataset.publisher_id, besides=dataset.id, now=timezone.now())
    return [_LISTED.one(iter(row), _others.db, publisher=dataset.publisher) for row in found]
