"""The rows of a table as they belong together: below a header that is found, grouped by entry. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final
from uuid import UUID

from catalogue.inventory.columns import FILE_COLUMNS, places_of, same_text
from catalogue.inventory.table_file import Row, UnreadableTable

#: Rows among which the header is looked for.
_ABOVE: Final = 20


def entries_of(rows: Iterable[Row]) -> tuple[Iterator[list[dict[str, str]]], list[str]]:
    """The rows of one entry after those of another, as cells by column (their number under ""), and unknown columns.

    Raises UnreadableTable where there is no header.
    """
    waiting = iter(rows)
    places, unknown = _header(waiting)
    cells = ({name: _cell(row, place) for name, place in places.items()} | {"": str(row.number)} for row in waiting)
    grouped = groupby(_keyed(cells), key=lambda keyed: keyed[0])
    return ([row for _, row in group] for _, group in grouped), unknown


def _header(rows: Iterator[Row]) -> tuple[Mapping[str, int], list[str]]:
    for _, row in zip(range(_ABOVE), rows, strict=False):
        if is_header(row):
            return places_of(row.cells)
    raise UnreadableTable(
        "No row is a header that we know: the first should name the columns, with “title” among them. Download your "
        "entries as a table to see the columns."
    )


def is_header(row: Row) -> bool:
    places, _ = places_of(row.cells)
    return "title" in places or ("id" in places and len(places) > 1)


def _cell(row: Row, place: int) -> str:
    return same_text(row.cells[place]) if place < len(row.cells) else ""


def _keyed(rows: Iterable[dict[str, str]]) -> Iterator[tuple[object, dict[str, str]]]:
    """Rows with what tells that the next belongs to the same entry: its id, or a file and no title of its own."""
    key: object = None
    for row in rows:
        if row.get("id"):
            key = row["id"].lower()
        elif row.get("title") or key is None or not says_file(row):
            key = object()
        yield key, row


def references_of(row: Mapping[str, str]) -> list[str]:
    """Its own identifiers of the entry, by which one without an id of ours is known again."""
    return [part.strip() for part in row.get("identifier", "").split(";") if part.strip()]


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def says_file(row: Mapping[str, str]) -> bool:
    return any(row.get(column.name) for column in FILE_COLUMNS)
