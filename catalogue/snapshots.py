"""A dataset's metadata as one JSON object: what a revision keeps, and what tells whether anything changed. Pure."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft

Snapshot = dict[str, Any]


class _HasFields(Protocol):
    def __getattribute__(self, name: str, /) -> Any: ...


def _plain(value: Any) -> Any:
    """A value as JSON has it: dates and ids as text, tuples as lists."""
    match value:
        case datetime.date() | UUID():
            return str(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case str():
            return str(value)
        case _:
            return value


def snapshot(
    dataset: _HasFields, resources: Iterable[_HasFields], *, name: str, state: str = "", visibility: str = ""
) -> Snapshot:
    """The snapshot of a Dataset or DatasetDraft and its resources (models or drafts, in order, each with its id)."""
    return {
        "name": name,
        "state": str(state),
        "visibility": str(visibility),
        **{field: _plain(getattr(dataset, field)) for field in DATASET_FIELDS},
        "resources": [
            {"id": str(resource.id), **{field: _plain(getattr(resource, field)) for field in RESOURCE_FIELDS}}
            for resource in resources
        ],
    }


def canonical(value: Any) -> str:
    """One text for one value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Snapshot) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


_DATES = {"issued", "modified", "temporal_start", "temporal_end"}
_TUPLES = {"identifiers", "tags", "languages", "conforms_to", "places"}


def draft_from(value: Snapshot) -> DatasetDraft:
    """The draft that would make a dataset say again what this snapshot says (name, state and visibility apart)."""

    def read(field: str, item: Any) -> Any:
        if field in _DATES:
            return _date(item)
        if field in _TUPLES and isinstance(item, list):
            return tuple(item)
        return UUID(item) if field == "publisher_id" else item

    resources = tuple(
        ResourceDraft(
            id=UUID(resource["id"]),
            **{field: read(field, resource[field]) for field in RESOURCE_FIELDS if field in resource},
        )
        for resource in value["resources"]
    )
    return DatasetDraft(
        name=value["name"],
        resources=resources,
        **{field: read(field, value[field]) for field in DATASET_FIELDS if field in value},
    )


def differences(old: Snapshot | None, new: Snapshot) -> list[tuple[str, Any, Any]]:
    """(field, before, after) for every field that differs; resources as one field."""
    before = old or {}
    return [
        (field, before.get(field), new.get(field))
        for field in dict.fromkeys([*new, *before])
        if before.get(field) != new.get(field)
    ]
