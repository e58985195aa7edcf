"""The cells of one dataset in an inventory, by what their columns mean; each complaint names row and column. Pure."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.dates import parse_date
from catalogue.html_text import html_to_text
from catalogue.plain import clean_text
from catalogue.web_addresses import clean_url
from harvest.findings import Finding, warning
from harvest.normalise.fields import LONG, is_nothing

_HYPERLINK = re.compile(r'^=HYPERLINK\(\s*"([^"]*)"(?:\s*[,;]\s*"([^"]*)")?\s*\)$', re.IGNORECASE)
_FORMULA = re.compile(r"^[=@][A-Z][A-Z0-9.]{1,20}\(|^[=+]\w+\|", re.IGNORECASE)
_SEVERAL_LINKS = re.compile(r"[\s,;|]+(?=(?:https?|ftp)://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell, and where. `number` is the column's own: 2 in `url_2`."""

    text: str
    row: int
    header: str
    number: int = 0


class Cells:
    """Columns whose meaning is known count as used, but for what `keep` says; `left_over` gives the rest."""

    def __init__(self, body: Mapping[str, Any], findings: list[Finding]) -> None:
        self._findings = findings
        self._sheet = str(body.get("sheet") or "")
        self._kept: set[str] = set()
        columns = body.get("columns")
        self._columns: Mapping[str, Any] = columns if isinstance(columns, dict) else {}
        rows = body.get("rows")
        self.rows: list[Mapping[str, Any]] = (
            [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        )
        numbers = body.get("row_numbers")
        self._numbers = (
            numbers if isinstance(numbers, list) and len(numbers) == len(self.rows) else [0] * len(self.rows)
        )

    @property
    def sheet(self) -> str:
        return self._sheet

    def take(self, name: str, *, link: str = "") -> list[Cell]:
        """The cells of the columns that mean this, row by row; those that say nothing are left out."""
        return [cell for place in range(len(self.rows)) for cell in self.of_row(place, name, link=link)]

    def of_row(self, place: int, name: str, *, link: str = "") -> list[Cell]:
        found = []
        for header, column in self._columns.items():
            if not isinstance(column, dict) or column.get("name", "") != name or column.get("link", "") != link:
                continue
            text = self.rows[place].get(header)
            if isinstance(text, str) and text and not is_nothing(text):
                number = column.get("number", 0)
                found.append(Cell(text, self._row(place), header, number if isinstance(number, int) else 0))
        return found

    def keep(self, cell: Cell) -> None:
        """This could not be understood: its column is left over after all."""
        self._kept.add(cell.header)

    def one(self, name: str) -> Cell | None:
        """The first cell; where rows disagree, that is told."""
        cells = self.take(name)
        others = [cell for cell in cells[1:] if cell.text.casefold() != cells[0].text.casefold()]
        if others:
            self.warn(
                "rows-disagree",
                f"This differs from row {cells[0].row:,} of the same dataset, which was used: write the same in all"
                " its rows, or leave all but the first empty.",
                others[0],
            )
        return cells[0] if cells else None

    def line(self, name: str) -> str:
        cell = self.one(name)
        return clean_text(self.words(cell), max_length=LONG) if cell else ""

    def prose(self, name: str) -> str:
        """Text of many lines, HTML turned into Markdown. Line breaks written as \\n are line breaks."""
        cell = self.one(name)
        text = self.words(cell).replace("\\r", "").replace("\\n", "\n") if cell else ""
        return clean_text(html_to_text(text), max_length=LONG, keep_lines=True)

    def parts(self, name: str, *, at: str) -> list[str]:
        """The texts of a list in one cell or in several, each once. `at`: the signs between them."""
        texts = (
            part.strip() for cell in self.take(name) for part in re.split(f"[{re.escape(at)}\n]", self.words(cell))
        )
        return list(dict.fromkeys(clean_text(text, max_length=LONG) for text in texts if text and not is_nothing(text)))

    def words(self, cell: Cell) -> str:
        """A cell's text; of a link made by formula, its label. Other formulas are kept as they are, and told."""
        link = _HYPERLINK.match(cell.text)
        if link:
            return link[2] or link[1]
        if _FORMULA.match(cell.text):
            self.warn("formula", "This is a formula instead of its result: save the table as values.", cell)
        return cell.text

    def addresses(self, cell: Cell) -> list[str]:
        """The web addresses in a cell, as they stand."""
        link = _HYPERLINK.match(cell.text)
        text = link[1] if link else cell.text
        return [part.strip(" ,;|") for part in _SEVERAL_LINKS.split(text) if part.strip(" ,;|")]

    def address(self, name: str) -> str:
        """The first web address of the columns that mean this; what is none is told and left over."""
        for cell in self.take(name):
            if url := next((url for text in self.addresses(cell) if (url := clean_url(text))), ""):
                return url
            self.warn("bad-address", "This is no web address, so it was left out: begin it with https://.", cell)
            self.keep(cell)
        return ""

    def date(self, cell: Cell | None) -> tuple[datetime.date | None, str]:
        """The first day that a date may mean, and the date as written."""
        if cell is None:
            return None, ""
        text = clean_text(cell.text, max_length=100)
        found = parse_date(text)
        if found is None:
            self.warn("bad-date", "This is no date that can be understood: write it as 2024-03-31.", cell)
        return found.start if found else None, text

    def warn(self, kind: str, message: str, cell: Cell) -> None:
        where = f"Row {cell.row:,} of sheet “{self._sheet}”" if self._sheet else f"Row {cell.row:,}"
        text = f"{where}, column “{cell.header}”: {message[0].lower()}{message[1:]}"
        finding = warning(kind, text, field=cell.header, value=cell.text)
        if finding not in self._findings:  # a cell may be looked at twice
            self._findings.append(finding)

    def left_over(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What nobody took: what all rows that say it agree on, and for each row what is its own."""
        headers = dict.fromkeys(header for row in self.rows for header in row if not self._is_used(header))
        common: dict[str, Any] = {}
        own: list[dict[str, Any]] = [{} for _ in self.rows]
        for header in headers:
            values = [row.get(header) for row in self.rows]
            said = [value for value in values if value not in (None, "", [])]
            if len(self.rows) == 1 or all(value == said[0] for value in values if said):
                common |= {header or "beyond the last column": said[0]} if said else {}
                continue
            for row, value in zip(own, values, strict=True):
                if value not in (None, "", []):
                    row[header or "beyond the last column"] = value
        return common, own

    def _is_used(self, header: str) -> bool:
        column = self._columns.get(header)
        is_known = isinstance(column, dict) and bool(column.get("name") or column.get("link"))
        return is_known and header not in self._kept

    def _row(self, place: int) -> int:
        number = self._numbers[place] if place < len(self._numbers) else 0
        return number if isinstance(number, int) else 0
