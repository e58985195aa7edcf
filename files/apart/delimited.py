"""Delimited text: which delimiter, and its rows."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Final

csv.field_size_limit(4 * 1024 * 1024)

_DELIMITERS: Final = (",", "\t", ";", "|", "^", "~")
_SAMPLE_LINES = 300
#: Lines within one cell that look like rows of the table, from which on they are that.
_SWALLOWED = 2
_WIDE_GAP = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str
    """"" for columns held apart by blanks."""
    quotes: bool = True
    wraps: bool = False
    """Each whole line stands in quotes, with another line of delimited text inside."""


def dialect_of(path: Path) -> Dialect:
    """By parsing the first lines with each delimiter: the right one gives many rows of one width."""
    lines = list(_first_lines(path))
    wraps = _wraps(lines)
    if wraps:
        lines = [row[0] for row in csv.reader(lines) if row]
    best, best_score = Dialect(",", wraps=wraps), 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [_filled_width(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        score = _score(widths)
        if score > best_score * (1.0 if delimiter == "," else 1.05):
            best, best_score = Dialect(delimiter, wraps=wraps), score
    gaps = _score([len(_WIDE_GAP.split(line.strip())) for line in lines if line.strip()]) if best_score < 0.5 else 0
    if gaps > max(1.0, 1.5 * best_score):
        return Dialect("")
    return best


def _first_lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for _ in range(_SAMPLE_LINES):
            line = file.readline(100_000)
            if not line:
                return
            yield line


def _wraps(lines: list[str]) -> bool:
    told = [line.rstrip("\r\n,") for line in lines if line.strip()]
    wrapped = [line for line in told if line.startswith('"') and line.endswith('"') and len(line) > 2]
    if len(told) < 3 or len(wrapped) < 0.7 * len(told) or any(len(row) != 1 for row in csv.reader(wrapped)):
        return False
    widths = Counter(len(row) for row in csv.reader(row[0] for row in csv.reader(wrapped)))
    width, count = widths.most_common(1)[0]
    return width > 2 and count > 0.8 * len(wrapped)


def _filled_width(row: list[str]) -> int:
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return max(width, len(row) if width > 1 else width)


def _score(widths: list[int]) -> float:
    """How alike rows are, and how much that says: a comma in each of two sentences says little."""
    if not widths:
        return 0.0
    by_width = Counter(width for width in widths if width > 1)
    if not by_width:
        return 0.0
    width, count = max(by_width.items(), key=lambda item: (item[1] * log2(item[0] + 1), item[0]))
    return count / len(widths) * log2(width)


def rows_of(path: Path, dialect: Dialect) -> Iterator[list[str]]:
    """Every row, blank ones included."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        if not dialect.delimiter:
            for line in file:
                yield _WIDE_GAP.split(line.strip()) if line.strip() else []
            return
        lines: Iterator[str] = (row[0] if row else "" for row in csv.reader(file)) if dialect.wraps else file
        for row in _read(csv.reader(lines, delimiter=dialect.delimiter)):
            yield from _unswallowed(row, dialect.delimiter)


def _read(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell beyond the limit: what comes after it may be read
            continue
        yield row


def _unswallowed(row: list[str], delimiter: str) -> Iterator[list[str]]:
    """The row, or those that it swallowed: after a quote that nobody closed, whole rows stand within a cell."""
    for place, cell in enumerate(row):
        lines = cell.split("\n")
        inner = lines[1:-1]
        if len(inner) < _SWALLOWED:
            continue
        width, count = Counter(line.count(delimiter) + 1 for line in inner).most_common(1)[0]
        if width < 2 or count < 0.9 * len(inner) or place + 1 + lines[0].count(delimiter) != width:
            continue
        yield [*row[:place], *lines[0].split(delimiter)]
        rest = [*lines[1:-1], delimiter.join([lines[-1], *row[place + 1 :]])]
        for other in _read(csv.reader(iter([f"{line}\n" for line in rest]), delimiter=delimiter)):
            yield from _unswallowed([part.rstrip("\n") for part in other], delimiter)
        return
    yield row
