"""Where a table begins and ends among the rows of a sheet: titles above, headings in several rows, notes below."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_NUMBER = re.compile(r"^[-+(]?\s*[£$€]?\s*[-+]?(?:\d{1,3}(?:[,. ]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*[%)]?$")
_YEAR = re.compile(r"^(?:1[6-9]|20)\d\d(?:\s?[-/–]\s?(?:\d\d|\d{4}))?$")
_DATE = re.compile(r"^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?|\d{1,2}[-/. ][A-Za-z]{3,9}[-/. ]\d{2,4})$")
_NOTE = re.compile(
    r"^\W*(?:sources?\b|notes?\b|footnotes?\b|\*|†|¹|\(?\d{1,2}\)?[.) ]|©|copyright\b|crown copyright|contact\b|"
    r"last updated|published\b|next update|this (?:table|worksheet)|for more|figures (?:may|are|in)|\.\. |: )",
    re.IGNORECASE,
)
#: Rows in which a heading is looked for.
LOOKED_AT: Final = 200
_MAX_HEADING_ROWS = 5
_LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Frame:
    """Of a sheet's rows, which are the table. Rows count from 0."""

    first_row: int
    """Of the data."""
    headings: list[str]
    """"" where a column has none."""
    heading_rows: int
    has_headings: bool
    preamble: list[str] = field(default_factory=list)


def is_number(text: str) -> bool:
    text = text.strip()
    return bool(text) and any(character.isdigit() for character in text) and _NUMBER.match(text) is not None


def is_value(text: str) -> bool:
    """Whether a cell looks like data rather than like a heading; a lone year may well head a column."""
    text = text.strip()
    return (is_number(text) and not _YEAR.match(text)) or _DATE.match(text) is not None


def filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell and not cell.isspace())


def width_of(row: Sequence[str]) -> int:
    """Up to the last cell that holds anything."""
    for place in range(len(row), 0, -1):
        if row[place - 1] and not row[place - 1].isspace():
            return place
    return 0


def find(rows: Sequence[Sequence[str]]) -> Frame | None:
    """The table in a sheet's first rows, None where there is none. `rows`: some hundred, blank ones included."""
    telling = [row for row in rows if filled(row)]
    if not telling:
        return None
    width = _width(telling)
    if width < 2:
        return _single_column(rows)
    start = _heading_row(rows, width)
    if start is None:
        return None
    body = [row for row in rows[start + 1 :] if filled(row) >= max(1, width * 0.3)]
    start = _better(rows, start, width)
    if _is_data(rows[start], body):
        later = _heading_below(rows, start, width)
        if later is None:
            width = max(width, _even_width(rows[start:]), *(width_of(row) for row in rows[start:]))
            return Frame(start, [""] * width, 0, has_headings=False, preamble=_words(rows[:start]))
        start = later
    top = _top(rows, start)
    end = _end(rows, start, width)
    width = max(width, _even_width(rows[end:]), *(width_of(row) for row in rows[top:end]))
    headings = _joined([_padded(row, width) for row in rows[top:end]])
    return Frame(end, headings, end - top, has_headings=True, preamble=_words(rows[:top]))


def _width(rows: list[Sequence[str]]) -> int:
    """The usual width; of two as usual, the wider."""
    body = rows[len(rows) // 4 :] if len(rows) > 12 else rows
    widths = Counter(width for row in body if (width := width_of(row)) > 1)
    if not widths or sum(widths.values()) < 0.25 * len(body):
        return 1
    usual = max(widths.values())
    return max(width for width, count in widths.items() if count > usual * 0.5)


def _single_column(rows: Sequence[Sequence[str]]) -> Frame | None:
    """A list: its first cell is a heading where the others look different, else it has none."""
    cells = [(place, row[0].strip()) for place, row in enumerate(rows) if row and row[0].strip()]
    if len(cells) < 2 or sum(len(text) > 100 for _, text in cells) > len(cells) * 0.2:
        return None
    if any(len(text.split()) > 8 for _, text in cells[:20]):
        return None  # prose
    (place, first), rest = cells[0], cells[1:]
    is_heading = not is_value(first) and (
        sum(is_value(text) for _, text in rest) > len(rest) * 0.8 or bool(re.fullmatch(r"[A-Za-z][\w ]{0,40}", first))
    )
    return Frame(place + 1, [first], 1, True) if is_heading else Frame(place, [""], 0, False)


def _heading_row(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """The first row that fills the table's width, more or less."""
    for share in (0.6, 0.4):
        for place, row in enumerate(rows[: LOOKED_AT // 2]):
            if filled(row) >= max(2, width * share) and _goes_on(rows, place, width):
                return place
    return None


def _better(rows: Sequence[Sequence[str]], start: int, width: int) -> int:
    """A fuller row of words further down, where what stands between is prose: labels and remarks above a table."""
    for place in range(start + 1, min(start + 12, len(rows))):
        row = rows[place]
        if filled(row) < max(2, width * 0.9) or any(is_value(cell) for cell in row if cell.strip()):
            continue
        between = rows[start:place]
        has_gap = any(not filled(other) for other in between) and all(filled(other) < width for other in between)
        if has_gap or any(len(cell) > 80 for other in between for cell in other):
            return place if max(len(cell) for cell in row) <= 150 else start
    return start


def _heading_below(rows: Sequence[Sequence[str]], start: int, width: int) -> int | None:
    """A row of headings under a row of codes."""
    for place in range(start + 1, min(start + 3, len(rows) - 1)):
        row = rows[place]
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) >= 0.9 * width and not any(is_value(cell) for cell in cells) and len(set(cells)) == len(cells):
            below = [other for other in rows[place + 1 : place + 20] if filled(other)]
            if sum(any(is_value(cell) for cell in other) for other in below) > 0.7 * len(below):
                return place
    return None


def _even_width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells rows have, empty ones too, where nearly all have as many: that is how the table is meant."""
    widths = Counter(len(row) for row in rows if filled(row))
    if not widths:
        return 0
    width, count = widths.most_common(1)[0]
    widest = max(width_of(row) for row in rows)
    return width if count >= 0.95 * sum(widths.values()) and width <= widest + 3 else 0


def _goes_on(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    """Whether what follows is a table too: a list of contacts above it soon ends."""
    following = [row for row in rows[place + 1 : place + 9] if filled(row)]
    return not following or sum(filled(row) >= max(2, width * 0.25) for row in following) >= len(following) * 0.4


def _is_data(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row is no heading but a record like the others."""
    cells = [(place, cell.strip()) for place, cell in enumerate(row) if cell.strip()]
    values = sum(is_value(cell) for _, cell in cells)
    if values == 0:
        return False
    if values > len(cells) * 0.5:
        return True
    # A number where all below are numbers heads nothing
    numeric = [place for place, cell in cells if is_value(cell)]
    below = [_column(body, place) for place in numeric]
    alike = sum(bool(column) and sum(map(is_value, column)) > 0.8 * len(column) for column in below)
    texts = [
        place
        for place, cell in cells
        if not is_value(cell) and (column := _column(body, place)) and sum(map(is_value, column)) > 0.8 * len(column)
    ]
    return alike > 0 and len(texts) < alike


def _column(body: Sequence[Sequence[str]], place: int) -> list[str]:
    """Its first cells that hold anything."""
    return [row[place] for row in body[:50] if place < len(row) and row[place].strip()]


def _top(rows: Sequence[Sequence[str]], start: int) -> int:
    """Headings of groups of columns stand above the headings of columns, and fill fewer cells."""
    top = start
    while top and start - top < _MAX_HEADING_ROWS - 1:
        above = rows[top - 1]
        cells = [(place, cell) for place, cell in enumerate(above) if cell.strip()]
        is_group = len(cells) > 1 or (len(cells) == 1 and cells[0][0] > 0)
        if not is_group or any(is_value(cell) or len(cell) > 150 for _, cell in cells):
            return top
        if width_of(above) > width_of(rows[start]) + 1 or (len(cells) == 2 and cells[0][1].strip().endswith(":")):
            return top
        if len(cells) == 2 and cells[0][0] == 0 and cells[1][0] == 1:
            return top  # a label and its value: “Date”, “March 2011”
        top -= 1
    return top


def _end(rows: Sequence[Sequence[str]], start: int, width: int) -> int:
    """The row after the last row of headings: as long as words stand where numbers will."""
    end = start + 1
    body = [row for row in rows[start + 1 :] if filled(row) >= max(2, width * 0.3)]
    sample = body[4:60] or body[1:]
    numeric = [
        place
        for place in range(width)
        if (column := [row[place] for row in sample if place < len(row) and row[place].strip()])
        and sum(is_number(cell) for cell in column) > 0.8 * len(column)
    ]
    if end < len(rows) and _is_group_row(rows[start]) and _is_plain_heading(rows[end], width):
        end += 1
    if not numeric or len(sample) < 2:
        return end
    while end < len(rows) and end - start < _MAX_HEADING_ROWS:
        row = rows[end]
        here = [row[place].strip() for place in numeric if place < len(row)]
        told = [cell for cell in here if cell]
        first = row[0].strip() if row else ""
        if any(is_value(cell) or _is_marker(cell) for cell in told):
            break
        goes_on = len(told) >= max(1, len(numeric) * 0.3) or (first and told and not any(map(is_number, told)))
        is_gap = not filled(row) and end + 1 < len(rows) and _is_heading_again(rows[end + 1], numeric)
        if not (goes_on or is_gap):
            break
        end += 1
    return end


def _is_group_row(row: Sequence[str]) -> bool:
    """Whether hardly any two cells differ: “Mandatory”, “Optional” head groups, not columns."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) >= 4 and len(set(cells)) <= 0.5 * len(cells)


def _is_plain_heading(row: Sequence[str], width: int) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) >= 0.7 * width and len(set(cells)) >= 0.9 * len(cells) and not any(map(is_value, cells))


def _is_heading_again(row: Sequence[str], numeric: list[int]) -> bool:
    told = [row[place].strip() for place in numeric if place < len(row) and row[place].strip()]
    return len(told) >= max(2, len(numeric) * 0.5) and not any(is_number(cell) or _is_marker(cell) for cell in told)


def _is_marker(cell: str) -> bool:
    """What stands for a number that is missing or withheld."""
    return cell.strip().lower() in MARKERS


#: What stands in place of a number. https://analysisfunction.civilservice.gov.uk/policy-store/symbols-in-tables-definitions-and-help/
MARKERS: Final = frozenset(
    [
        *("", "not available", "not applicable"),
        *("-", "--", "–", "—", ".", "..", "...", ":", "*", "**", "x", "z", "u", "c"),
        *("#", "~", "?", "s", "n", "nr", "n/r", "n/a", "na", "n.a.", "n/k", "dk", "nil", "nan"),
        *(
            "null",
            "none",
            "tbc",
            "unknown",
            "suppressed",
            "[c]",
            "[x]",
            "[z]",
            "[u]",
            "[w]",
            "[low]",
            "#n/a",
            "#ref!",
            "#value!",
        ),
        *("#div/0!", "#name?"),
    ]
)


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [" ".join(cell.split()) for cell in [*row, *[""] * (width - len(row))]][:width]


def _joined(rows: list[list[str]]) -> list[str]:
    """Several rows of headings as one; that of a group goes on to the right until the next group."""
    spread: list[list[str]] = []
    for number, row in enumerate(rows):
        if number == len(rows) - 1 or (number and filled(row) >= filled(rows[-1])):
            spread.append(row)
            continue
        group, cells = "", []
        for place, cell in enumerate(row):
            if cell:
                group = cell
            below = any(lower[place] for lower in rows[number + 1 :])
            cells.append((cell or group) if below else cell)
        spread.append(cells)
    names = []
    for parts in zip(*spread, strict=True):
        words = list(dict.fromkeys(part for part in parts if part))
        names.append(" – ".join(words)[:_LONGEST_HEADING])
    return names


def _words(rows: Sequence[Sequence[str]]) -> list[str]:
    """What stands above a table, a line each."""
    lines = (" ".join(" ".join(cell for cell in row if cell.strip()).split()) for row in rows)
    return [line[:500] for line in lines if line][:20]


def is_note(row: Sequence[str], width: int) -> bool:
    """Whether a row at the end of a table is a note under it."""
    count = filled(row)
    if count == 0:
        return True
    if width < 3:
        return count == 1 and width == 2 and bool(_NOTE.match(_first(row))) and len(_first(row)) > 25
    if count > max(1, width * 0.2):
        return False
    first = _first(row)
    return bool(_NOTE.match(first)) or len(first) > 60 or (count == 1 and not is_number(first) and not is_value(first))


def _first(row: Sequence[str]) -> str:
    return next((cell.strip() for cell in row if cell.strip()), "")
