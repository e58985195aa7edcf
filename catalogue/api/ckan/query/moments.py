"""Times as Solr writes them: `2015-07-24T00:00:00Z`, `2015-07`, `NOW-7DAYS`, `NOW/DAY+6HOURS`. Pure."""

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Final

_EARLIEST: Final = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
_LATEST: Final = datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)

_WRITTEN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?Z?", re.ASCII
)
_STEPS = re.compile(r"([+-])(\d{1,6})([A-Z]+)|/([A-Z]+)", re.ASCII)
_WHOLE = re.compile(r"(NOW|\d[\d\-T:. Z]{3,40}?)((?:[+-]\d{1,6}[A-Z]+|/[A-Z]+){0,20})", re.ASCII)

_UNITS: Final = {
    unit: name
    for name, units in {
        "years": "YEAR YEARS",
        "months": "MONTH MONTHS",
        "days": "DAY DAYS DATE",
        "hours": "HOUR HOURS",
        "minutes": "MINUTE MINUTES",
        "seconds": "SECOND SECONDS",
        "milliseconds": "MILLI MILLIS MILLISECOND MILLISECONDS",
    }.items()
    for unit in units.split()
}
#: Attributes of a moment, from the largest, each with the least that it can be.
_ATTRIBUTES: Final = (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


class NoMoment(ValueError):
    """The text is no time."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a time covers: from `start` up to but without `end`. One to the second or finer covers nothing but itself,
    and both are the same."""

    start: datetime.datetime
    end: datetime.datetime


def span(text: str, now: datetime.datetime) -> Span:
    """The time that a text means. Raises `NoMoment`."""
    found = _WHOLE.fullmatch(text.strip())
    if not found:
        raise NoMoment(f"“{text[:60]}” is no date: write it as 2015-07-24T00:00:00Z or NOW-7DAYS")
    try:
        written = Span(now, now) if found[1] == "NOW" else _read(found[1])
        if not found[2]:
            return written
        moment = _stepped(written.start, found[2])
    except (ValueError, OverflowError) as error:
        if isinstance(error, NoMoment):
            raise
        raise NoMoment(f"there is no such date as “{text[:60]}”") from None
    return Span(moment, moment)


def _read(text: str) -> Span:
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise NoMoment(f"“{text[:60]}” is no date: write it as 2015-07-24T00:00:00Z")
    given = [int(part) for part in found.groups()[:6] if part is not None]
    micro = int((found[7] or "0").ljust(9, "0")[:6])
    full = given + [least for _, least in _ATTRIBUTES[len(given) :]]
    year, month, day, hour, minute, second = full
    start = datetime.datetime(year, month, day, hour, minute, second, micro, datetime.UTC)
    if len(given) == len(_ATTRIBUTES):
        return Span(start, start)
    smallest = ("years", "months", "days", "hours", "minutes")[len(given) - 1]
    return Span(start, _moved(start, smallest, 1))


def _stepped(moment: datetime.datetime, steps: str) -> datetime.datetime:
    for sign, number, unit, rounding in _STEPS.findall(steps):
        name = _UNITS.get(unit or rounding)
        if name is None:
            raise NoMoment(f"“{(unit or rounding)[:20]}” is no unit of time: write YEAR, MONTH, DAY, HOUR or MINUTE")
        moment = _rounded(moment, name) if rounding else _moved(moment, name, int(sign + number))
    return moment


def _moved(moment: datetime.datetime, unit: str, number: int) -> datetime.datetime:
    """So many units later; at the ends of the calendar if that is beyond them."""
    try:
        if unit in ("years", "months"):
            months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "years" else 1)
            year, month = divmod(months, 12)
            day = min(moment.day, calendar.monthrange(year, month + 1)[1])
            moved = moment.replace(year=year, month=month + 1, day=day)
        else:
            moved = moment + datetime.timedelta(**{unit: number})
    except (ValueError, OverflowError):
        moved = _EARLIEST if number < 0 else _LATEST
    return min(max(moved, _EARLIEST), _LATEST)


def _rounded(moment: datetime.datetime, unit: str) -> datetime.datetime:
    if unit == "milliseconds":
        return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    names = [name for name, _ in _ATTRIBUTES]
    kept = names.index(unit.removesuffix("s")) + 1
    return moment.replace(microsecond=0, **dict(_ATTRIBUTES[kept:]))  # type: ignore[arg-type]
