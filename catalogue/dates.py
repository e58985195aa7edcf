"""Dates as publishers write them: whole, partial ('2014-03', '2013/14') or with a time; and the periods they span.

Days come first in numeric dates, as in Britain: 06/05/2009 is 6 May. What cannot be a date is None, never a guess.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

MIN_YEAR, MAX_YEAR = 1000, 2200
#: Longer texts are sentences; their date, if any, is not what the field means.
_MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class PartialDate:
    """The days a date may mean, first and last, and what was written ('2014' is 1 January to 31 December)."""

    start: date
    end: date
    text: str


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_TIME = r"(?:[t\s/,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:am|pm)?\s*(?:z|utc|gmt|bst|[+-]\d{2}:?\d{2})?|z)?"

_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([-/.\s])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_EIGHT_DIGITS = re.compile(rf"(\d{{8}}){_TIME}")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_YEAR = re.compile(r"(\d{4})")
_TWO_YEARS = re.compile(r"(\d{4})\s*([-/–—])\s*(\d{2}|\d{4})")
_DAY_MONTH_NAME = re.compile(
    rf"(?:[a-z]+day,?\s+)?(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}[\s,-]+(\d{{4}}){_TIME}"
)
_MONTH_NAME_DAY = re.compile(rf"{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_MONTH_NAME_YEAR = re.compile(rf"{_MONTH}[\s,-]+(\d{{4}})")
_MONTH_NAME_LAST = re.compile(rf"^[^\d]{{0,80}}?\b{_MONTH}\s+(\d{{4}})$")
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
#: 'Prior to 2005' and 'late 1980s' bound a date; they do not tell it.
_BOUNDED = re.compile(r"\b(?:prior|before|after|since|until|till|late|early|circa|c|about|from|not)\b")

_DURATION = re.compile(r"p(?=\d|t\d)(?:(\d{1,4})y)?(?:(\d{1,4})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:t[\dhms.]+)?")
_OPEN_END = frozenset(
    {"", "..", "present", "now", "current", "ongoing", "today", "to date", "date", "no specified end date"}
)
_SPAN = re.compile(r"\s+(?:[-–—/]|to|through|until)\s+|\s*[–—]\s*|(?<=\d{4})-(?=[a-z]|\d{4}$)")
_LIST = re.compile(r"[,;&]|\band\b")


def parse_date(raw: object) -> PartialDate | None:
    """The date that a text or number means, its time and zone left aside; None when it means none.

    Two consecutive years joined by a slash ('2013/14') are a British financial year, from 1 April.
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int) and MIN_YEAR <= raw <= MAX_YEAR:
        raw = str(raw)
    if not isinstance(raw, str) or not raw or len(raw) > _MAX_TEXT:
        return None
    return _parse(raw)


@lru_cache(maxsize=16_384)
def _parse(raw: str) -> PartialDate | None:
    text = " ".join(raw.split())
    span = _span(text.lower().strip(" \"'[]"))
    return PartialDate(*span, text) if span else None


def _span(text: str) -> tuple[date, date] | None:
    """First and last day of the date in a lower-case text."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], found[3], found[4]
        if day == "00":  # '2004-00-00' and '2004-06-00': databases' way to leave a part open
            return _year(year) if month == "00" else _month(year, month)
        return _day(year, month, day)
    if found := _YEAR.fullmatch(text):
        return _year(found[1])
    if found := _DAY_FIRST.fullmatch(text):
        year = found[4] if len(found[4]) == 4 else _century(found[4])
        return _day(year, found[3], found[1]) or _day(year, found[1], found[3])
    if found := _EIGHT_DIGITS.fullmatch(text):
        digits = found[1]
        return _day(digits[:4], digits[4:6], digits[6:]) or _day(digits[4:], digits[2:4], digits[:2])
    if found := _TWO_YEARS.fullmatch(text):
        years = _two_years(found[1], found[2], found[3])
        if years:
            return years
    if found := _YEAR_MONTH.fullmatch(text):
        return _month(found[1], found[2])
    if found := _MONTH_YEAR.fullmatch(text):
        return _month(found[2], found[1])
    return _span_in_words(text)


def _span_in_words(text: str) -> tuple[date, date] | None:
    if found := _DAY_MONTH_NAME.fullmatch(text):
        return _day(found[3], _MONTHS[found[2]], found[1])
    if found := _MONTH_NAME_DAY.fullmatch(text):
        return _day(found[3], _MONTHS[found[1]], found[2])
    if found := _MONTH_NAME_YEAR.fullmatch(text):
        return _month(found[2], _MONTHS[found[1]])
    if text.endswith(")"):
        return _span(_BRACKETS.sub("", text)) if _BRACKETS.search(text) else None
    if _BOUNDED.search(text):
        return None
    if found := _MONTH_NAME_LAST.match(text):
        return _month(found[2], _MONTHS[found[1]])
    return None


def _day(year: str, month: str | int, day: str) -> tuple[date, date] | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return (found, found) if MIN_YEAR <= found.year <= MAX_YEAR else None


def _month(year: str, month: str | int) -> tuple[date, date] | None:
    first = _day(year, month, "1")
    return (first[0], first[0].replace(day=monthrange(first[0].year, first[0].month)[1])) if first else None


def _year(year: str) -> tuple[date, date] | None:
    number = int(year)
    return (date(number, 1, 1), date(number, 12, 31)) if MIN_YEAR <= number <= MAX_YEAR else None


def _century(two_digits: str) -> str:
    return ("20" if int(two_digits) < 50 else "19") + two_digits


def _two_years(first: str, joint: str, second: str) -> tuple[date, date] | None:
    """'2013/14' is a financial year; '1996-2012' all days of both years; '2014-03' is left to be a month."""
    start = int(first)
    if not MIN_YEAR <= start < MAX_YEAR:
        return None
    if len(second) == 2:
        if int(second) != (start + 1) % 100 or (joint == "-" and int(second) <= 12):
            return None
        return date(start, 4, 1), date(start + 1, 3, 31)
    end = int(second)
    return (date(start, 1, 1), date(end, 12, 31)) if start <= end <= MAX_YEAR else None


def parse_datetime(raw: object) -> datetime | None:
    """The moment that a stamp means, in UTC (CKAN's zoneless stamps are UTC); of a partial date its first instant."""
    if isinstance(raw, str) and 0 < len(raw) <= _MAX_TEXT:
        text = raw.strip()
        moment: datetime | None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _http_date(text)
        if moment is None:
            partial = _parse(text)
            moment = datetime(partial.start.year, partial.start.month, partial.start.day) if partial else None
        return _in_utc(moment) if moment else None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _epoch(raw)
    return None


def _http_date(text: str) -> datetime | None:
    if "," not in text[:5]:
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _epoch(number: float) -> datetime | None:
    """Milliseconds since 1970, as ArcGIS writes them; a year, as people do."""
    if MIN_YEAR <= number <= MAX_YEAR:
        return datetime(int(number), 1, 1, tzinfo=UTC)
    if not 10**11 < number < 10**13:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)


def _in_utc(moment: datetime) -> datetime | None:
    if not MIN_YEAR <= moment.year <= MAX_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_period(raw: object) -> tuple[date | None, date | None]:
    """First and last day of a period: ISO 8601 intervals, with a duration or an open end, and what people write.

    None stands for an end that is open or not told; ends given the wrong way round are put right.
    """
    if isinstance(raw, dict):
        start, end = (next((raw[key] for key in keys if raw.get(key)), None) for keys in (_START_KEYS, _END_KEYS))
        first, last = parse_date(start), parse_date(end)
        return _ordered(first.start if first else None, last.end if last else None)
    if not isinstance(raw, str) or not raw or len(raw) > 2 * _MAX_TEXT:
        return None, None
    return _period(raw)


_START_KEYS = ("startDate", "start", "from", "dcat:startDate", "schema:startDate", "begin")
_END_KEYS = ("endDate", "end", "to", "dcat:endDate", "schema:endDate")


@lru_cache(maxsize=8_192)
def _period(raw: str) -> tuple[date | None, date | None]:
    text = " ".join(raw.lower().split()).strip(" \"'[]")
    if text.startswith(("r/", "p")) and "/" not in text.removeprefix("r/"):
        return None, None
    if (one := _interval(text)) is not None:
        return one
    if (whole := _span(text)) is not None:
        return whole
    parts = [part.strip() for part in _LIST.split(text)]
    spans = [span for span in (_span(part) or _interval(part) for part in parts if part) if span]
    if not spans or len(spans) != sum(map(bool, parts)):
        return None, None
    starts, ends = [start for start, _ in spans if start], [end for _, end in spans if end]
    return (min(starts) if len(starts) == len(spans) else None, max(ends) if len(ends) == len(spans) else None)


def _interval(text: str) -> tuple[date | None, date | None] | None:
    """Two ends with a mark between them; None when the text is no such thing."""
    ends = text.split("/") if text.count("/") == 1 else _SPAN.split(text)
    if len(ends) != 2:
        return None
    first_text, last_text = (end.strip() for end in ends)
    first, last = _span(first_text), _span(last_text)
    if first and (duration := _DURATION.fullmatch(last_text)):
        return _ordered(first[0], _shift(first[0], duration, 1))
    if last and (duration := _DURATION.fullmatch(first_text)):
        return _ordered(_shift(last[1], duration, -1), last[1])
    if (not first and first_text not in _OPEN_END) or (not last and last_text not in _OPEN_END):
        return None
    if not first and not last:
        return None
    return _ordered(first[0] if first else None, last[1] if last else None, first=first, last=last)


def _shift(day: date, duration: re.Match[str], sign: int) -> date | None:
    """The other end of a period of that duration: one year from 1 January ends on 31 December."""
    years, months, weeks, days = (int(part or 0) for part in duration.groups())
    total = day.year * 12 + day.month - 1 + sign * (years * 12 + months)
    year, month = divmod(total, 12)
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    moved += timedelta(days=sign * (weeks * 7 + days))
    if moved != day:
        moved -= timedelta(days=sign)
    return moved if MIN_YEAR <= moved.year <= MAX_YEAR else None


def _ordered(
    start: date | None,
    end: date | None,
    *,
    first: tuple[date, date] | None = None,
    last: tuple[date, date] | None = None,
) -> tuple[date | None, date | None]:
    if start and end and start > end:
        return (last[0], first[1]) if first and last else (end, start)
    return start, end
