"""A dataset's metadata as one JSON object: what a revision keeps, and what tells whether anything changed. Pure."""

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from services.compact_json import dumps

Snapshot = dict[str, Any]

#: What a snapshot tells of where an entry stands in its life; the rest is what it says, and to whom.
LIFE = ("state", "release_at")


class _HasFields(Protocol):
    def __getattribute__(self, name: str, /) -> Any: ...


_AS_THEY_ARE = frozenset({str, bool, int, float, type(None)})


def plain(value: Any) -> Any:
    """A value as JSON has it: dates and ids as text, tuples as lists."""
    if type(value) in _AS_THEY_ARE:  # nearly all are, and a pattern costs several times as much
        return value
    match value:
        case datetime.date() | UUID():
            return str(value)
        case tuple() | list():
            return [plain(item) for item in value]
        case str():
            return str(value)
        case _:
            return value


def snapshot(
    dataset: _HasFields,
    resources: Iterable[_HasFields],
    *,
    name: str,
    state: str = "",
    visibility: str = "",
    release_at: datetime.datetime | None = None,
) -> Snapshot:
    """The snapshot of a Dataset or DatasetDraft and its resources (models or drafts, in order, each with its id)."""
    return {
        "name": name,
        "state": str(state),
        "visibility": str(visibility),
        **({"release_at": release_at.isoformat()} if release_at else {}),
        **{field: plain(getattr(dataset, field)) for field in DATASET_FIELDS},
        "resources": plain_resources(resources),
    }


def plain_resources(resources: Iterable[_HasFields]) -> list[dict[str, Any]]:
    """The files and links of an entry, each with its id, as a snapshot has them."""
    return [
        {"id": str(resource.id), **{field: plain(getattr(resource, field)) for field in RESOURCE_FIELDS}}
        for resource in resources
    ]


def canonical(value: Any) -> str:
    """One text for one value, whatever the order of its keys."""
    return dumps(value, sort_keys=True)


def digest(value: Snapshot) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


_IDS = {"publisher_id", "in_series_id"}
_DATES = {"issued", "modified", "temporal_start", "temporal_end"}
_TUPLES = {"alternative_titles", "identifiers", "related_links", "tags", "languages", "conforms_to", "places"}


def restored(field: str, value: Any) -> Any:
    """The opposite of `plain`, for the value of one field of a draft."""
    if field in _DATES:
        return datetime.date.fromisoformat(value) if value else None
    if field in _TUPLES and isinstance(value, list):
        return tuple(value)
    return UUID(value) if field in _IDS and value else value


def draft_from(value: Snapshot) -> DatasetDraft:
    """The draft that would make a dataset say again what this snapshot says (name, state and visibility apart)."""

    resources = tuple(
        ResourceDraft(
            id=UUID(resource["id"]),
            **{field: restored(field, resource[field]) for field in RESOURCE_FIELDS if field in resource},
        )
        for resource in value["resources"]
    )
    return DatasetDraft(
        name=value["name"],
        resources=resources,
        **{field: restored(field, value[field]) for field in DATASET_FIELDS if field in value},
    )


def differences(old: Snapshot | None, new: Snapshot) -> list[tuple[str, Any, Any]]:
    """(field, before, after) for every field that differs; resources as one field."""
    before = old or {}
    return [
        (field, before.get(field), new.get(field))
        for field in dict.fromkeys([*new, *before])
        if before.get(field) != new.get(field)
    ]
