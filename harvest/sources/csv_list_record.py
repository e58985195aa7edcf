"""One dataset of an inventory as a record: what its rows say, by the headers of the table. Pure."""

import csv
import io
from typing import Any

from harvest.sources.csv_list_entries import Entry

#: Where the rows stand: a row put in above changes that, and nothing of what they say.
VOLATILE = frozenset({"row_numbers"})


def body_of(entry: Entry) -> dict[str, Any]:
    """`columns` tells what each header is; `rows` are cells by header, without empty ones."""
    width = len(entry.columns)
    rows = []
    for _, cells in entry.rows:
        row = {_header(entry, place): cell for place, cell in enumerate(cells[:width]) if cell}
        beyond = [cell for cell in cells[width:] if cell]
        rows.append(row | {"": beyond} if beyond else row)
    used = {header for row in rows for header in row}
    return {
        "title": entry.first("title") or entry.first("alternative_title"),
        "sheet": entry.sheet,
        "columns": {
            header: {"name": column.name, "number": column.number, "link": column.link}
            for place, column in enumerate(entry.columns)
            if (header := _header(entry, place)) in used
        },
        "rows": rows,
        "row_numbers": [number for number, _ in entry.rows],
    }


def raw_of(entry: Entry) -> bytes:
    """The rows as CSV, below their header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.header for column in entry.columns])
    writer.writerows(cells for _, cells in entry.rows)
    return text.getvalue().encode("utf-8", "replace")


def _header(entry: Entry, place: int) -> str:
    """The header, or where another column to its left has the same one, that and the column's number."""
    header = entry.columns[place].header
    is_repeated = any(column.header == header for column in entry.columns[:place])
    return f"{header} (column {place + 1})" if is_repeated else header
