"""A query's tree → a condition on the search index, where that holds what is asked for as CKAN's clients mean it."""

from collections.abc import Callable
from typing import Final

from catalogue.api.ckan.query.nodes import And, Everything, Node, Not, Or, Words
from catalogue.api.ckan.query.table import topics_called
from catalogue.search.whole import EVERYTHING, Condition, Either, Every, Has, Without
from catalogue.vocabularies.formats import declared_format

Read = Callable[[str], tuple[str, ...]]


def _as_written(text: str) -> tuple[str, ...]:
    return (text,)


def _known_format(text: str) -> tuple[str, ...]:
    """Formats that aren't ours are in the database alone."""
    code = declared_format(text)
    return (code,) if code else ()


#: CKAN's field → the index's, and what is looked for there.
_FIELDS: Final[dict[str, tuple[str, Read]]] = {
    "organization": ("publisher_path", _as_written),
    "groups": ("topic", topics_called),
    "theme-primary": ("topic", topics_called),
    "license_id": ("licence_code", _as_written),
    "res_format": ("format", _known_format),
}


def in_index(node: Node) -> Condition | None:
    """None where the index can't tell: it knows no times, no extras, and no tags as they are written."""
    match node:
        case Everything():
            return EVERYTHING
        case Words(text, _, field) if field in _FIELDS:
            name, read = _FIELDS[field]
            values = read(text)
            return Has(name, values) if values else None
        case And(nodes):
            parts = _each(nodes)
            return Every(parts) if parts else None
        case Or(nodes):
            parts = _each(nodes)
            return Either(parts) if parts else None
        case Not(inner):
            part = in_index(inner)
            return Without(part) if part else None
        case _:
            return None


def _each(nodes: tuple[Node, ...]) -> tuple[Condition, ...] | None:
    """None where one of them can't be told."""
    parts = [in_index(node) for node in nodes]
    return tuple(part for part in parts if part) if all(parts) else None
