"""Tables as files: CSV and XLSX out, and in again cell by cell as they were."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

import xlsxwriter
from charset_normalizer import from_bytes

from catalogue.inventory.columns import HEADERS, NUMBERS, header_key
from services.apart.process import Crashed, Limits, run_apart

#: What one upload may weigh, in bytes, and hold.
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 50_000

#: A CSV cell that begins with one of these is a formula to spreadsheets: OWASP's list.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_APART: Final = Limits(seconds=60, resident=1024**3)


class UnreadableTable(Exception):
    """`str(error)` is a sentence that says what to do."""


class Row(NamedTuple):
    number: int
    """As a spreadsheet counts, from 1."""
    cells: list[str]


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[list[str]]) -> Iterator[str]:
    """A CSV file line by line, with a mark by which Excel knows its encoding. The first row is the header.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it; reading takes that away again.
    """
    writer = csv.writer(_Echo())
    numbers: set[int] | None = None
    for row in rows:
        if numbers is None:
            yield "\ufeff"
            numbers = {place for place, header in enumerate(row) if header_key(header) in NUMBERS}
        yield writer.writerow([cell if place in numbers else _escaped(cell) for place, cell in enumerate(row)])


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def write_xlsx(rows: Iterable[list[str]], file: IO[bytes]) -> None:
    """A spreadsheet of text cells: nothing is taken for a formula, a link or a number. Memory stays small."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("Inventory")
        bold = workbook.add_format({"bold": True, "bottom": 1})
        as_text = workbook.add_format({"num_format": "@"})  # so that Excel leaves days and codes alone
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADERS) - 1, 22, as_text)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell, None if number else bold)


def read_table(content: bytes) -> Iterator[Row]:
    """The rows of a CSV file or of a spreadsheet's first sheet that have any text. Raises UnreadableTable."""
    rows = _workbook_rows(content) if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") else _csv_rows(content)
    for count, row in enumerate(rows):
        if count > MAX_ROWS:
            raise UnreadableTable(f"The table has more than {MAX_ROWS:,} rows: upload it in parts.")
        yield row


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text))
    try:
        for number, cells in enumerate(reader, 1):
            if any(cells):
                yield Row(number, [_unescaped(cell) for cell in cells])
    except csv.Error as error:
        raise UnreadableTable(
            f"The table can't be read beyond line {reader.line_num:,}: {error}. Look for a quotation mark that is not "
            "closed."
        ) from error


def _delimiter_of(text: str) -> str:
    """What stands between the cells of the header: it is one of the first lines, and names a column that we know."""
    for line in text[:100_000].split("\n")[:20]:
        for delimiter in ",;\t":
            if {"title", "id"} & {header_key(cell.strip(' "\r')) for cell in line.split(delimiter)}:
                return delimiter
    return ","


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = from_bytes(content[: 256 * 1024]).best()
        return content.decode(guess.encoding if guess else "cp1252", "replace").removeprefix("\ufeff")


def _workbook_rows(content: bytes) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        try:
            for line in run_apart("catalogue.apart.table", {"path": str(path)}, limits=_APART):
                if "failed" in line:
                    raise UnreadableTable(line["failed"])
                number, cells = line["row"]
                yield Row(number, cells)
        except Crashed as error:
            raise UnreadableTable(f"The spreadsheet could not be read: {error}") from error
