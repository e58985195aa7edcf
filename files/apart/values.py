"""What kind of value a column holds, told from some of its cells; and how SQL reads such values. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from files.apart.heading import MARKERS

_INTEGER = re.compile(r"^[-+]?\d+$")
_GROUPED = re.compile(r"^[-+(]?\s*[£$€]?\s*[-+]?\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d+)?\s*%?\)?$")
_PLAIN = re.compile(r"^[-+(]?\s*[£$€]?\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*%?\)?$")
_COMMA = re.compile(r"^[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+),\d+\s*[€%]?$")
#: Days of 1982 to 2036 as Excel counts them.
_SERIAL = re.compile(r"^[345]\d{4}$")
_YEAR = re.compile(r"^(?:1[6-9]|20|21)\d\d$")
_FINANCIAL_YEAR = re.compile(r"^((?:1[89]|20)\d\d)\s?[-/–]\s?(\d\d|\d{4})$")
_BOOLEAN: Final = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"})

_TIME = r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
#: pattern → strptime's formats, the likelier first: day before month, as Britain writes.
_DATES: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(r"^\d{4}-\d{1,2}-\d{1,2}$"), ("%Y-%m-%d",)),
    (re.compile(r"^\d{4}/\d{1,2}/\d{1,2}$"), ("%Y/%m/%d",)),
    (re.compile(r"^\d{1,2}/\d{1,2}/\d{4}$"), ("%d/%m/%Y", "%m/%d/%Y")),
    (re.compile(r"^\d{1,2}/\d{1,2}/\d{2}$"), ("%d/%m/%y", "%m/%d/%y")),
    (re.compile(r"^\d{1,2}-\d{1,2}-\d{4}$"), ("%d-%m-%Y", "%m-%d-%Y")),
    (re.compile(r"^\d{1,2}\.\d{1,2}\.\d{4}$"), ("%d.%m.%Y",)),
    (re.compile(rf"^\d{{1,2}}-{_MONTH}-\d{{2}}$", re.IGNORECASE), ("%d-%b-%y",)),
    (re.compile(rf"^\d{{1,2}}-{_MONTH}-\d{{4}}$", re.IGNORECASE), ("%d-%b-%Y",)),
    (re.compile(rf"^\d{{1,2}} {_MONTH} \d{{4}}$", re.IGNORECASE), ("%d %b %Y",)),
    (re.compile(r"^\d{1,2} [A-Za-z]{3,9} \d{4}$"), ("%d %B %Y", "%d %b %Y")),
    (re.compile(rf"^\d{{1,2}} {_MONTH} \d{{2}}$", re.IGNORECASE), ("%d %b %y",)),
    (re.compile(r"^[A-Za-z]{3,9} \d{1,2}, ?\d{4}$"), ("%B %d, %Y", "%b %d, %Y")),
    (re.compile(r"^[A-Za-z]{6,9},? \d{1,2} [A-Za-z]{3,9} \d{4}$"), ("%A %d %B %Y", "%A, %d %B %Y")),
    (re.compile(rf"^{_MONTH}[- ]\d{{4}}$", re.IGNORECASE), ("%b-%Y", "%b %Y")),
    (re.compile(rf"^{_MONTH}[- ]\d{{2}}$", re.IGNORECASE), ("%b-%y", "%b %y")),
    (re.compile(r"^(?:19|20)\d{2}-(?:0[1-9]|1[0-2])$"), ("%Y-%m",)),
    (re.compile(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"), ("%Y%m%d",)),
)
_MOMENTS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(rf"^\d{{4}}-\d{{2}}-\d{{2}}{_TIME}$"), ("iso",)),
    (re.compile(r"^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}$"), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")),
    (re.compile(r"^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}$"), ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")),
    (re.compile(r"^\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}(?::\d{2})?$"), ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")),
)
#: Of the cells that hold something, this share must be of a kind.
_ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """A column's type, and the SQL that makes its values of the text in `{x}`; "" for text, which stays."""

    type: str
    """text, integer, number, year, date, datetime or boolean."""
    sql: str = ""
    unit: str = ""
    """£, $, € or %, where cells have one."""
    pattern: str = ""
    """How dates are written."""


def reading_of(sample: Sequence[str], label: str) -> Reading:
    """`sample`: cells as they stand, at most some thousand. `label`: the column's heading."""
    told = [text for cell in sample if (text := cell.strip()).lower() not in MARKERS]
    if not told:
        return Reading("text")
    need = _ENOUGH * len(told)
    if len({text.lower() for text in told}) <= 2:
        words = {text.lower() for text in told}
        if any(words <= pair for pair in _BOOLEAN) and (len(words) == 2 or words & {"true", "false", "yes", "no"}):
            return Reading("boolean", "CASE lower({x}) " + _WHEN_TRUE + " END")
    for kind, table in (("date", _DATES), ("datetime", _MOMENTS)):
        if found := _dates(told, table, need, kind):
            return found
    if sum(_YEAR.match(text) is not None for text in told) >= need and _speaks_of_years(told, label):
        return Reading("year", "TRY_CAST({x} AS INTEGER)")
    return _number(told, need, label)


_WHEN_TRUE = (
    "WHEN 'yes' THEN true WHEN 'y' THEN true WHEN 'true' THEN true WHEN 't' THEN true"
    " WHEN 'no' THEN false WHEN 'n' THEN false WHEN 'false' THEN false WHEN 'f' THEN false"
)


def _speaks_of_years(told: Sequence[str], label: str) -> bool:
    return bool(re.search(r"year|\byr\b|anno|année|jahr|período|date|period", label, re.IGNORECASE)) or (
        max(told) <= "2100" and min(told) >= "1900" and len(set(told)) <= 200 and len(told) > 1 and not label
    )


def _dates(
    told: Sequence[str], table: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...], need: float, kind: str
) -> Reading | None:
    matched = 0
    formats: list[str] = []
    for pattern, choices in table:
        mine = [text for text in told if pattern.match(text)]
        if not mine:
            continue
        matched += len(mine)
        if len(choices) == 2 and choices[0].startswith("%d") and "%m" in choices[0]:
            choices = _order_of_day_and_month(mine, choices)
        formats += choices
    if matched < need or not formats:
        return None
    if formats == ["%Y%m%d"] and len(set(told)) == len(told) and not all("19" <= text[:2] <= "20" for text in told):
        return None
    type_name = "DATE" if kind == "date" else "TIMESTAMP"
    listed = ", ".join(f"'{text}'" for text in formats if text != "iso")
    parts = ["TRY_CAST({x} AS TIMESTAMP)"] if "iso" in formats else []
    parts += [f"try_strptime({{x}}, [{listed}])"] if listed else []
    sql = f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]
    return Reading(kind, f"TRY_CAST({sql} AS {type_name})", pattern=formats[0])


def _order_of_day_and_month(texts: Sequence[str], choices: tuple[str, ...]) -> tuple[str, ...]:
    """Only one order where the numbers say so: 25/12 can't be a month."""
    firsts = [int(re.split(r"[/-]", text)[0]) for text in texts]
    seconds = [int(re.split(r"[/-]", text)[1]) for text in texts]
    if max(seconds) > 12 and max(firsts) <= 12:
        return choices[1:]
    return choices[:1]


def _number(told: Sequence[str], need: float, label: str) -> Reading:
    with_zero = sum(len(text) > 1 and text[0] == "0" and text.isdigit() for text in told)
    if with_zero > 0.02 * len(told) and with_zero > 1:
        return Reading("text")  # codes: their zeros matter
    integers = sum(_INTEGER.match(text) is not None and len(text) < 19 for text in told)
    if integers >= need and integers == sum(map(_is_any_number, told)):
        if re.search(r"\bdate\b", label, re.IGNORECASE) and all(_SERIAL.match(text) for text in told):
            return Reading("date", "DATE '1899-12-30' + TRY_CAST({x} AS INTEGER)", pattern="days since 1899")
        return Reading("integer", "TRY_CAST({x} AS BIGINT)")
    english = sum(_is_any_number(text) for text in told)
    if english >= need:
        unit = Counter(sign for text in told for sign in "£$€%" if sign in text).most_common(1)
        is_whole = all(_INTEGER.match(_bare(text)) for text in told if _is_any_number(text))
        kind = "integer" if is_whole and not unit else "number"
        bare = "regexp_replace({x}, '[£$€,% +\u00a0\u202f]|^\\(|\\)$', '', 'g')"
        sign = "CASE WHEN {x} LIKE '(%)' THEN -1 ELSE 1 END"
        target = "BIGINT" if kind == "integer" else "DOUBLE"
        return Reading(kind, f"TRY_CAST({bare} AS {target}) * {sign}", unit=unit[0][0] if unit else "")
    if sum(_COMMA.match(text) is not None or _INTEGER.match(text) is not None for text in told) >= need:
        bare = "replace(regexp_replace({x}, '[. €%]', '', 'g'), ',', '.')"
        return Reading("number", f"TRY_CAST({bare} AS DOUBLE)")
    return Reading("text")


def _is_any_number(text: str) -> bool:
    return (_PLAIN.match(text) or _GROUPED.match(text)) is not None and any(c.isdigit() for c in text)


def _bare(text: str) -> str:
    return re.sub(r"[£$€,%() \u00a0\u202f]", "", text)


def financial_year(text: str) -> tuple[int, int] | None:
    """`2011/12` → (2011, 2012)."""
    found = _FINANCIAL_YEAR.match(text.strip())
    if not found:
        return None
    first = int(found.group(1))
    last = int(found.group(2)) if len(found.group(2)) == 4 else first // 100 * 100 + int(found.group(2))
    last += 100 if last < first else 0
    return (first, last) if last - first == 1 else None
