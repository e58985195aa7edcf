"""Tables that stand one below the other on a sheet. Pure."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from files.apart import heading

#: Rows in which the beginning of another table is looked for.
LOOKED_AT: Final = 600
_MAX_TITLES = 3

Rows = Sequence[Sequence[str]]


def tables_in(rows: Iterable[list[str]]) -> Iterator[tuple[int, Iterator[list[str]]]]:
    """(rows before it, its rows) for each table of a sheet; mostly there is one, and that is the whole sheet."""
    iterator = iter(rows)
    start = list(itertools.islice(iterator, LOOKED_AT))
    begins = [0, *beginnings(start)]
    for begin, end in itertools.pairwise(begins):
        yield begin, iter(start[begin:end])
    yield begins[-1], itertools.chain(start[begins[-1] :], iterator)


def beginnings(rows: Rows) -> list[int]:
    """Where, after a blank row, another table begins: below a whole table, with a title or headings of its own."""
    found: list[int] = []
    begin = 0
    for place in range(2, len(rows)):
        if heading.filled(rows[place]) and not heading.filled(rows[place - 1]):
            headings = _headings_of_whole(rows[begin:place])
            if headings and _begins_another(rows[place:], headings):
                found.append(place)
                begin = place
    return found


def _headings_of_whole(rows: Rows) -> list[str]:
    """The headings of these rows where they are a table with headings and records, else nothing."""
    told = [row for row in rows if heading.filled(row)]
    if len(told) < 3:
        return []
    frame = heading.find(rows)
    if frame is None or not frame.has_headings or len(frame.headings) < 2:
        return []
    records = [row for row in rows[frame.first_row :] if heading.filled(row) > 1]
    if len(records) < 2 or not _has_values(records):
        return []
    is_list = not all(heading.is_value(row[1]) for row in records if len(row) > 1)
    if len(frame.headings) == 2 and (is_list or len(records) < 3):
        return []  # “Contact”, “Telephone” above a table are no table
    return [label.casefold() for label in frame.headings if label]


def _begins_another(rows: Rows, before: list[str]) -> bool:
    titles = 0
    for place, row in enumerate(rows[: _MAX_TITLES + 2]):
        if heading.filled(row) == 0 and titles:
            continue
        if heading.filled(row) == 1 and titles < _MAX_TITLES:
            titles += 1
            continue
        cells = [cell.strip() for cell in row if cell.strip()]
        labels = [cell.casefold() for cell in cells]
        if len(cells) < 2 or len(set(labels)) < len(labels) or any(map(heading.is_value, cells)) or labels == before:
            return False
        block = list(itertools.takewhile(heading.filled, rows[place + 1 :]))
        alike = [other for other in block if heading.filled(other) >= max(2, 0.5 * len(cells))]
        return len(alike) >= 2 and len(alike) >= 0.8 * len(block[:10]) and _has_values(alike)
    return False


def _has_values(rows: Rows) -> bool:
    """Whether most rows hold a number or a day."""
    return sum(any(map(heading.is_value, row)) for row in rows) > 0.6 * len(rows)
