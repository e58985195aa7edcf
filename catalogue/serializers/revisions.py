"""What differs between two versions of an entry, in words."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist

from catalogue.drafts import INTERNAL_FIELDS
from catalogue.models import Dataset, Revision
from catalogue.snapshots import Snapshot, differences

_LABELS = {
    "name": "Name in addresses",
    "resources": "Files and links",
    "publisher_id": "Publisher",
    "topic_id": "Topic",
    "licence_id": "Licence",
    "in_series_id": "Part of the series",
}


#: What stands for a series that the reader may not see, or that is no more.
HIDDEN_SERIES = "A series that is not shown"


class FieldChange(NamedTuple):
    label: str
    before: str
    after: str
    field: str = ""


def field_changes(
    older: Revision,
    newer: Revision,
    *,
    publisher_titles: Callable[[Iterable[str]], Mapping[str, str]],
    series_titles: Callable[[Iterable[str]], Mapping[str, str]],
    for_officials: bool = False,
) -> list[FieldChange]:
    """Every field that differs, with both values as text; none where either version was erased.

    What only officials may read is left out unless the reader is one.
    """
    if newer.snapshot is None or older.snapshot is None:
        return []
    return snapshot_changes(
        older.snapshot,
        newer.snapshot,
        publisher_titles=publisher_titles,
        series_titles=series_titles,
        for_officials=for_officials,
    )


def snapshot_changes(
    older: Snapshot,
    newer: Snapshot,
    *,
    publisher_titles: Callable[[Iterable[str]], Mapping[str, str]],
    series_titles: Callable[[Iterable[str]], Mapping[str, str]],
    for_officials: bool,
) -> list[FieldChange]:
    """The same of two snapshots.

    `publisher_titles` gives titles by id, and so does `series_titles` of those series that the reader may see; each is
    asked only where that field changed.
    """
    changes = []
    for field, before, after in differences(older, newer):
        if field in INTERNAL_FIELDS and not for_officials:
            continue
        if field == "publisher_id":
            titles = publisher_titles([str(value) for value in (before, after) if value])
            before, after = titles.get(str(before), before), titles.get(str(after), after)
        elif field == "in_series_id":
            titles = series_titles([str(value) for value in (before, after) if value])
            before, after = (titles.get(value, HIDDEN_SERIES) if value else None for value in (before, after))
        if _text(before) != _text(after):
            changes.append(FieldChange(label_of(field), _text(before), _text(after), field))
    return changes


def label_of(field: str) -> str:
    """A field's name as people read it; that of a field which is no more, as it was."""
    if field in _LABELS:
        return _LABELS[field]
    try:
        name = str(getattr(Dataset._meta.get_field(field), "verbose_name", field))
    except FieldDoesNotExist:
        name = field.replace("_", " ")
    return name[:1].upper() + name[1:]


def value_in_words(field: str, value: Any) -> str:
    """A snapshot's value of one field as people read it; that of a closed list by its label."""
    if isinstance(value, str) and value:
        try:
            choices = dict(getattr(Dataset._meta.get_field(field), "flatchoices", ()))
        except FieldDoesNotExist:
            choices = {}
        return str(choices.get(value, value))
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return ""
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case list():
            return "\n".join(_resource(item) if isinstance(item, dict) else str(item) for item in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


def _resource(resource: dict[str, Any]) -> str:
    parts = [resource.get("title"), resource.get("format"), resource.get("url"), resource.get("description")]
    return " · ".join(part for part in parts if part)
