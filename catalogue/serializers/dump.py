"""A dataset as the dumps have it: one JSON object under the names of /api/v1, and rows of tables. Pure but for entries.

The object leaves out what the API works out afresh or what changes without the entry changing: the criteria of its
quality, and the state of its links.
"""

from collections.abc import Callable
from typing import Any, Final

from catalogue.contacts import Contact, contact_of, foi_contact_of
from catalogue.serializers.entries import Entry, Series
from catalogue.serializers.resource_rows import ResourceRow
from publishers.models import Publisher

_PLAIN: Final = (
    *("id", "name", "kind", "title", "alternative_titles", "description", "translations", "identifiers"),
    *("version_label", "version_notes", "creator", "tags", "languages", "landing_page", "conforms_to"),
    *("related_links", "provenance", "service_status", "service_type", "endpoint_url", "endpoint_description"),
    *("licence_text", "access", "access_reason", "planned_release", "rights", "personal_data", "classification"),
    *("frequency", "issued", "issued_text", "modified", "modified_text", "temporal_start", "temporal_end"),
    *("temporal_text", "places", "extras", "origin_id", "origin_url", "origin_title", "created_at", "modified_at"),
    "version",
)
_OF_RESOURCE: Final = (
    *("id", "kind", "title", "description", "url", "format", "format_text", "media_type", "size_bytes", "checksum"),
    *("conforms_to", "issued", "modified", "period_text", "position"),
)


def dump_record(entry: Entry, site: str) -> dict[str, Any]:
    """The dataset with its resources, for JSON Lines."""
    dataset, box = entry.dataset, entry.dataset.box
    return {
        **{name: getattr(dataset, name) for name in _PLAIN},
        "url": site + dataset.get_absolute_url(),
        "publisher": _publisher(dataset.publisher, site),
        "contact": _contact(contact_of(dataset)),
        "foi_contact": _contact(foi_contact_of(dataset)),
        "topic": dataset.topic and {"slug": dataset.topic.slug, "title": dataset.topic.title},
        "licence": dataset.licence
        and {name: getattr(dataset.licence, name) for name in ("code", "title", "url", "is_open")},
        "box": box and box.sides,
        "in_series": entry.series and _series(entry.series, site),
        "quality_score": entry.score,
        "resources": [{name: one[name] for name in _OF_RESOURCE} for one in entry.resources],
    }


def _series(series: Series, site: str) -> dict[str, Any]:
    return {"id": series.id, "title": series.title, "url": f"{site}/dataset/{series.id}/{series.name}"}


def _publisher(publisher: Publisher, site: str) -> dict[str, Any]:
    return {
        "id": publisher.id,
        "slug": publisher.slug,
        "title": publisher.title,
        "url": site + publisher.get_absolute_url(),
    }


def _contact(contact: Contact | None) -> dict[str, str] | None:
    if contact is None:
        return None
    return {"name": contact.name, "email": contact.email, "phone": contact.phone, "url": contact.url}


#: Columns of a table: name, type in SQL, and how to get the value. Lists are joined by “; ”.
Columns = tuple[tuple[str, str, Callable[..., Any]], ...]


def _joined(name: str) -> Callable[[Entry], str]:
    return lambda entry: "; ".join(getattr(entry.dataset, name))


def _own(name: str) -> Callable[[Entry], Any]:
    return lambda entry: getattr(entry.dataset, name)


def _formats(entry: Entry) -> str:
    return "; ".join(sorted({one["format"] for one in entry.resources if one["format"]}))


DATASET_COLUMNS: Final[Columns] = (
    ("id", "UUID", _own("id")),
    ("name", "VARCHAR", _own("name")),
    ("title", "VARCHAR", _own("title")),
    ("description", "VARCHAR", _own("description")),
    ("kind", "VARCHAR", _own("kind")),
    ("publisher", "VARCHAR", lambda entry: entry.dataset.publisher.slug),
    ("publisher_title", "VARCHAR", lambda entry: entry.dataset.publisher.title),
    ("topic", "VARCHAR", _own("topic_id")),
    ("tags", "VARCHAR", _joined("tags")),
    ("licence", "VARCHAR", _own("licence_id")),
    ("access", "VARCHAR", _own("access")),
    ("frequency", "VARCHAR", _own("frequency")),
    ("languages", "VARCHAR", _joined("languages")),
    ("issued", "DATE", _own("issued")),
    ("modified", "DATE", _own("modified")),
    ("temporal_start", "DATE", _own("temporal_start")),
    ("temporal_end", "DATE", _own("temporal_end")),
    ("places", "VARCHAR", _joined("places")),
    ("west", "DOUBLE", _own("west")),
    ("south", "DOUBLE", _own("south")),
    ("east", "DOUBLE", _own("east")),
    ("north", "DOUBLE", _own("north")),
    ("landing_page", "VARCHAR", _own("landing_page")),
    ("formats", "VARCHAR", _formats),
    ("resource_count", "BIGINT", lambda entry: len(entry.resources)),
    ("quality_score", "BIGINT", lambda entry: entry.score),
    ("origin_id", "VARCHAR", _own("origin_id")),
    ("created_at", "TIMESTAMPTZ", _own("created_at")),
    ("modified_at", "TIMESTAMPTZ", _own("modified_at")),
    ("in_series", "UUID", lambda entry: entry.series and entry.series.id),
)

RESOURCE_COLUMNS: Final[Columns] = (
    ("id", "UUID", lambda one: one["id"]),
    ("dataset_id", "UUID", lambda one: one["dataset_id"]),
    ("position", "BIGINT", lambda one: one["position"]),
    ("kind", "VARCHAR", lambda one: one["kind"]),
    ("title", "VARCHAR", lambda one: one["title"]),
    ("description", "VARCHAR", lambda one: one["description"]),
    ("url", "VARCHAR", lambda one: one["url"]),
    ("format", "VARCHAR", lambda one: one["format"]),
    ("media_type", "VARCHAR", lambda one: one["media_type"]),
    ("size_bytes", "BIGINT", lambda one: one["size_bytes"]),
    ("issued", "DATE", lambda one: one["issued"]),
    ("modified", "DATE", lambda one: one["modified"]),
)


def dataset_row(entry: Entry) -> list[Any]:
    return [get(entry) for _, _, get in DATASET_COLUMNS]


def resource_rows(resources: list[ResourceRow]) -> list[list[Any]]:
    return [[get(one) for _, _, get in RESOURCE_COLUMNS] for one in resources]
