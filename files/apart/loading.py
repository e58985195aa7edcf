"""Rows → a table in DuckDB, every cell as text, with the place of its row in the file."""

import csv
import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb

from files.apart import heading
from files.apart.delimited import Dialect, rows_of

MAX_COLUMNS: Final = 1_000
MAX_ROWS: Final = 10_000_000
_LONGEST_CELL = 100_000
#: Rows at the end that may be notes.
_HELD_BACK = 60
_MAX_FINDINGS = 50
#: From this size on DuckDB reads delimited text itself, several times faster, where it keeps to the rules.
QUICK_FROM: Final = 20 * 1024**2


@dataclass
class Findings:
    """What is wrong with how the rows are written, by Frictionless's name of the error: how often, and where first."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[int | None, str, str]]] = field(default_factory=dict)
    """(row, column, what it is)."""

    def add(self, code: str, row: int | None = None, column: str = "", what: str = "") -> None:
        self.counts[code] += 1
        examples = self.examples.setdefault(code, [])
        if len(examples) < _MAX_FINDINGS:
            examples.append((row, column, what[:200]))


@dataclass
class Loaded:
    """A table as it lies in DuckDB under `relation`: columns `_row`, `c0`, `c1`, …, all but `_row` text."""

    name: str
    relation: str
    headings: list[str]
    rows: int
    has_headings: bool = True
    heading_rows: int = 1
    first_row: int = 1
    preamble: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    is_cut: bool = False
    """There was more than we take."""
    geometry: dict[str, Any] | None = None


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": "220MB",
            "threads": 2,
            "temp_directory": str(folder / "spilled"),
            "max_temp_directory_size": "2GB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def load(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str, rows: Iterable[list[str]], offset: int = 0
) -> Loaded | None:
    """The table in a sheet's rows, None where there is none. `offset`: rows of the file before the first."""
    iterator = iter(rows)
    start = list(itertools.islice(iterator, heading.LOOKED_AT))
    frame = heading.find(start)
    if frame is None:
        return None
    writer = _Writer(folder, frame, offset=offset)
    writer.write(itertools.chain(start[frame.first_row :], iterator))
    return writer.loaded(connection, name, frame)


def load_records(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str, headings: list[str], rows: Iterable[list[str]]
) -> Loaded:
    """A table whose headings are known."""
    frame = heading.Frame(0, headings[:MAX_COLUMNS], 0, has_headings=True)
    writer = _Writer(folder, frame, keeps_all=True)
    writer.write(rows)
    return writer.loaded(connection, name, frame)


class _Writer:
    """Writes the rows of a table to a plain CSV file, which DuckDB reads in a moment."""

    def __init__(self, folder: Path, frame: heading.Frame, *, offset: int = 0, keeps_all: bool = False) -> None:
        self._folder = folder
        self.path = folder / f"rows-{len(list(folder.iterdir()))}.csv"
        self.findings = Findings()
        self.count = 0
        self.is_cut = False
        self.notes: list[str] = []
        self._width = len(frame.headings)
        self._headings = [" ".join(text.split()).casefold() for text in frame.headings]
        self._offset = offset
        self._place = offset + frame.first_row
        self._keeps_all = keeps_all

    def write(self, rows: Iterable[list[str]]) -> None:
        with self.path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            held: deque[tuple[int, list[str]]] = deque()
            for row in rows:
                self._place += 1
                if self._keeps_all:
                    self._put(writer, self._place, row)
                    if self.is_cut:
                        return
                    continue
                held.append((self._place, row))
                if len(held) > _HELD_BACK:
                    self._put(writer, *held.popleft())
                    if self.is_cut:
                        return
            self._notes_of(held)
            for place, row in held:
                self._put(writer, place, row)

    def _notes_of(self, held: deque[tuple[int, list[str]]]) -> None:
        """Take notes from under the table. Some of them may look like records: those between others go too."""
        last = len(held)
        found = None
        records_seen = 0
        for number in range(last - 1, -1, -1):
            row = held[number][1]
            if heading.is_note(row, self._width):
                found = number
            else:
                records_seen += 1
                if records_seen > 0:
                    break
        if found is None:
            return
        for _, row in list(held)[found:]:
            words = " ".join(cell.strip() for cell in row if cell.strip())
            if words:
                self.notes.append(words[:500])
        while len(held) > found:
            held.pop()
        del self.notes[30:]

    def _put(self, writer: Any, place: int, row: list[str]) -> None:
        width = heading.width_of(row)
        if not width:
            if not self._keeps_all:
                self.findings.add("blank-row", place)
                return
        elif width > self._width:
            self.findings.add("extra-cell", place)  # what stands there may be personal
        elif not self._keeps_all and len(row) < self._width:
            self.findings.add("missing-cell", place)
        if self._headings and width > 1 and self._is_heading(row):
            self.findings.add("heading-repeated", place)
            return
        if self.count >= MAX_ROWS:
            self.is_cut = True
            return
        cells = [cell if len(cell) <= _LONGEST_CELL else cell[:_LONGEST_CELL] for cell in row[: self._width]]
        writer.writerow([place, *cells, *[""] * (self._width - len(cells))])
        self.count += 1

    def _is_heading(self, row: list[str]) -> bool:
        return (
            row[0].strip().casefold() == self._headings[0]
            and [" ".join(cell.split()).casefold() for cell in row[: self._width]] == self._headings[: len(row)]
            and any(self._headings)
        )

    def loaded(self, connection: duckdb.DuckDBPyConnection, name: str, frame: heading.Frame) -> Loaded:
        names = [f"c{number}" for number in range(self._width)]
        raw = self.path.with_suffix(".parquet")
        _copy(connection, self.path, raw, names)
        self.path.unlink()
        return Loaded(
            name=name,
            relation=f"read_parquet('{raw}')",
            headings=list(frame.headings),
            rows=self.count,
            has_headings=frame.has_headings,
            heading_rows=frame.heading_rows,
            first_row=self._offset + frame.first_row + 1,
            preamble=frame.preamble,
            notes=self.notes,
            findings=self.findings,
            is_cut=self.is_cut,
        )


def _copy(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, names: list[str]) -> None:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    connection.execute(
        f"""COPY (SELECT * FROM read_csv('{source}', columns = {{'_row': 'BIGINT', {columns}}}, auto_detect = false,
        header = false, delim = ',', quote = '"', escape = '"', strict_mode = true, max_line_size = 200000000,
        new_line = '\\n')) TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE 20480)"""
    )


def load_quickly(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path, dialect: Dialect) -> Loaded | None:
    """A large file of delimited text that keeps to the rules, or None: then `load` has to read it."""
    if dialect.wraps or not dialect.delimiter:
        return None
    start = list(itertools.islice(rows_of(path, dialect), heading.LOOKED_AT))
    frame = heading.find(start)
    if frame is None or len(frame.headings) > MAX_COLUMNS:
        return None
    width = len(frame.headings)
    above = start[: frame.first_row]
    if any("\n" in cell for row in above for cell in row) or any(len(row) != width for row in start[frame.first_row :]):
        return None
    names = [f"c{number}" for number in range(width)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    raw = folder / "quick.parquet"
    try:
        connection.execute(
            f"""COPY (SELECT row_number() OVER () + {frame.first_row} AS _row, * FROM read_csv($path,
            columns = {{{columns}}}, auto_detect = false, header = false, skip = {frame.first_row}, delim = $delimiter,
            quote = '"', escape = '"', strict_mode = true, null_padding = false, max_line_size = 16000000))
            TO '{raw}' (FORMAT parquet, ROW_GROUP_SIZE 20480)""",
            {"path": str(path), "delimiter": dialect.delimiter},
        )
    except duckdb.Error:
        raw.unlink(missing_ok=True)
        return None
    relation = f"read_parquet('{raw}')"
    (count,) = connection.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,)
    loaded = Loaded(
        name="",
        relation=relation,
        headings=frame.headings,
        rows=count,
        has_headings=frame.has_headings,
        heading_rows=frame.heading_rows,
        first_row=frame.first_row + 1,
        preamble=frame.preamble,
    )
    _without_notes(connection, loaded, width)
    return loaded


def _without_notes(connection: duckdb.DuckDBPyConnection, loaded: Loaded, width: int) -> None:
    tail = connection.execute(
        f"SELECT * FROM {loaded.relation} WHERE _row > {loaded.first_row - 1 + loaded.rows - _HELD_BACK} ORDER BY _row"
    ).fetchall()
    for row in reversed(tail):
        cells = ["" if cell is None else cell for cell in row[1:]]
        if not heading.is_note(cells, width):
            break
        loaded.rows -= 1
        if words := " ".join(cell for cell in cells if cell.strip()):
            loaded.notes.insert(0, words[:500])
    if loaded.rows < len(tail) or loaded.notes:
        loaded.relation = f"(SELECT * FROM {loaded.relation} WHERE _row <= {loaded.first_row - 1 + loaded.rows})"


def texts(cells: Iterable[Any]) -> Iterator[str]:
    """Cells of a typed source as text that can be told back: dates by ISO 8601, whole numbers without a point."""
    for cell in cells:
        match cell:
            case None:
                yield ""
            case str():
                yield cell
            case bool():
                yield "true" if cell else "false"
            case float():
                yield str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
            case _:
                yield str(cell)
