"""The rows of an inventory put together into datasets: a dataset may have a row for each of its files. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from harvest.findings import Finding, error, warning
from harvest.normalise.fields import is_nothing
from harvest.seen import Seen
from harvest.sources.base import SourceFailed, SourceProblem
from harvest.sources.csv_list_columns import Column, columns_of, known_columns
from harvest.sources.csv_list_table import ABOVE, Row

#: Rows of one dataset that don't stand together have to be held in memory: so many at most.
_MAX_HELD = 300_000
#: Columns that a row must have something in to be more than a remark.
_IDENTITY = ("identifier", "title", "publisher", "landing_page")
_QUOTED = re.compile(r'^="(.*)"$', re.DOTALL)


@dataclass(slots=True)
class Entry:
    """One dataset: what its rows say, each as (row number, cells in the order of `columns`)."""

    key: tuple[str, ...]
    columns: list[Column]
    sheet: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def first(self, name: str) -> str:
        """The first text that the rows have in a column."""
        places = [place for place, column in enumerate(self.columns) if column.name == name]
        return next((cells[place] for _, cells in self.rows for place in places if cells[place]), "")


class Sheet:
    """One table with a header. `rows` gives its rows anew each time it is called."""

    def __init__(self, name: str, rows: Callable[[], Iterable[Row]]) -> None:
        self._name = name
        self._rows = rows
        self._above = 0  # rows up to the end of the header
        self._header: list[str] = []
        self.columns: list[Column] = []
        self._find_header()

    @property
    def has_header(self) -> bool:
        return bool(self.columns)

    def entries(self) -> Iterator[Entry | SourceProblem]:
        """Raises SourceFailed where the rows of a dataset are too far from each other to be put together."""
        if not any(column.name == "identifier" for column in self.columns):
            yield SourceProblem(
                warning(
                    "no-identifiers",
                    f"{f'Sheet “{self._name}”' if self._name else 'The table'} has no column “identifier”, so its"
                    " datasets are known by title, publisher and page: if one of them changes, it becomes another"
                    " entry. Add one with identifiers that stay.",
                    field="identifier",
                )
            )
        if self._are_together():
            yield from self._in_passing()
        else:
            yield from self._gathered()

    def _find_header(self) -> None:
        candidates = list(islice(self._rows(), ABOVE))
        best = max(candidates, key=lambda row: known_columns(row.cells), default=None)
        known = known_columns(best.cells) if best else 0
        # One known name may be chance, but for a table that has only that column.
        if best and known and (known > 1 or sum(bool(cell.strip()) for cell in best.cells) == 1):
            self._above, self._header = best.number, [cell.strip() for cell in best.cells]
            below = next((row for row in candidates if row.number == best.number + 1), None)
            if below and (joined := _two_rows(best.cells, below.cells)):
                self._above = below.number
                best = Row(best.number, joined)
            self.columns = columns_of(_padded(best.cells))

    def _body(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, each with as many cells as the header has, or more."""
        width = len(self.columns)
        for row in self._rows():
            if row.number <= self._above:
                continue
            cells = [_plain(cell) for cell in row.cells]
            if any(cells) and cells[:width] != self._header[:width]:
                yield row.number, cells + [""] * (width - len(cells))

    def _keys(self) -> Iterator[tuple[int, list[str], tuple[str, ...] | None]]:
        """Each row with what tells its dataset; None for a row that says too little to belong anywhere."""
        places = {name: place for place, column in enumerate(self.columns) if (name := column.name) in _IDENTITY}
        titles = [place for place, column in enumerate(self.columns) if column.name in ("title", "alternative_title")]
        last: tuple[str, ...] | None = None
        for number, cells in self._body():
            said = {name: cells[place] for name, place in places.items() if not is_nothing(cells[place])}
            title = next((cells[place] for place in titles if not is_nothing(cells[place])), "")
            if identifier := said.get("identifier", ""):
                if title or last is None or last[0] != identifier:
                    last = (identifier, " ".join(title.split()).casefold())
            elif title:
                parts = (title, said.get("publisher", ""), said.get("landing_page", ""))
                last = ("", *(" ".join(part.split()).casefold() for part in parts))
            elif not self._has_link(cells):
                yield number, cells, None
                continue
            # A row with only a link goes on with the dataset above it.
            yield number, cells, last

    def _has_link(self, cells: list[str]) -> bool:
        return any(cells[place] for place, column in enumerate(self.columns) if column.name == "url" or column.link)

    def _are_together(self) -> bool:
        seen = Seen()
        last = None
        for _, _, key in self._keys():
            if not seen.add(key) and key not in (None, last):
                return False
            last = key
        return True

    def _in_passing(self) -> Iterator[Entry | SourceProblem]:
        entry = None
        for number, cells, key in self._keys():
            if key is None:
                yield self._lost(number, cells)
                continue
            if entry is None or entry.key != key:
                if entry is not None:
                    yield entry
                entry = Entry(key, self.columns, self._name)
            entry.rows.append((number, cells))
        if entry is not None:
            yield entry

    def _gathered(self) -> Iterator[Entry | SourceProblem]:
        entries: dict[tuple[str, ...], Entry] = {}
        for held, (number, cells, key) in enumerate(self._keys()):
            if key is None:
                yield self._lost(number, cells)
                continue
            if held > _MAX_HELD:
                raise SourceFailed(
                    f"The rows of one dataset do not stand together, and there are more than {_MAX_HELD:,} rows: sort"
                    " the table by dataset."
                )
            entries.setdefault(key, Entry(key, self.columns, self._name)).rows.append((number, cells))
        yield from entries.values()

    def _lost(self, number: int, cells: list[str]) -> SourceProblem:
        title = next((column.header for column in self.columns if column.name == "title"), "Title")
        where = f"Row {number:,} of sheet “{self._name}”" if self._name else f"Row {number:,}"
        finding = error(
            "row-without-title",
            f"{where}: column “{title}” is empty, so the row can't be used. Give the dataset a title, or delete the"
            " row.",
            field=title,
            value=" | ".join(cell for cell in cells if cell),
        )
        return SourceProblem(finding, element=f"row {number}" if not self._name else f"{self._name}, row {number}")


def identity_of(entry: Entry) -> tuple[str, tuple[Finding, ...]]:
    """What tells the dataset from others, and a warning where that isn't an identifier."""
    if entry.key[0]:
        return entry.key[0], ()
    digest = hashlib.sha256("\n".join(entry.key).encode("utf-8", "surrogatepass")).hexdigest()
    column = next((column.header for column in entry.columns if column.name == "identifier"), "")
    if not column:  # told once for the whole table
        return f"title:{digest}", ()
    finding = warning(
        "missing-identifier",
        f"Row {entry.rows[0][0]:,}, column “{column}”: this is empty, so the dataset is known by its title, publisher"
        " and page: if one of them changes, it becomes another entry. Give it an identifier that stays.",
        field=column,
    )
    return f"title:{digest}", (finding,)


def _plain(cell: str) -> str:
    """The text without the blanks around it and Excel's `="00123"`, which keeps zeros."""
    text = cell.strip().removeprefix("\ufeff")
    quoted = _QUOTED.match(text)
    return quoted[1].strip() if quoted else text


def _two_rows(above: list[str], below: list[str]) -> list[str] | None:
    """The header of two rows as one, where the upper one has cells joined over several of the lower; else None.

    'Temporal coverage' above 'From' and 'To' makes 'Temporal coverage From' and 'Temporal coverage To'.
    """
    width = len(_padded(above))
    gaps = [place for place in range(1, width) if not above[place].strip()]
    filled = [place for place in gaps if place < len(below) and below[place].strip()]
    if len(gaps) < 2 or len(filled) < 0.8 * len(gaps):
        return None
    joined: list[str] = []
    group = ""
    for place in range(width):
        group = above[place].strip() or group
        is_joined = place in gaps or place + 1 in gaps
        lower = below[place].strip() if place < len(below) else ""
        joined.append(f"{group} {lower}".strip() if is_joined else group)
    return joined


def _padded(cells: list[str]) -> list[str]:
    """The header without empty cells at its end."""
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
