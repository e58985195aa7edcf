"""The stretches of time that entries of a series cover, counted back from a fixed day so that nothing moves."""

import calendar
from dataclasses import dataclass
from datetime import date

from harvest.demo.family import Series

#: The demo's own today: nothing in edition 1 is dated later.
AS_OF = date(2026, 10, 31)


@dataclass(frozen=True)
class Period:
    """A stretch of time; `slug` is safe in a file name."""

    label: str
    slug: str
    start: date
    end: date


def period_back(series: Series, *, newest_year: int, steps: int) -> Period:
    """Return the period `steps` before the newest one of the series; other series cover the newest year."""
    if series is Series.YEARS:
        return _year(newest_year - steps)
    if series is Series.FISCAL_YEARS:
        year = newest_year - steps
        return Period(f"{year - 1} to {year}", f"{year - 1}-{year}", date(year - 1, 4, 1), date(year, 3, 31))
    if series is Series.QUARTERS:
        year, quarter = divmod(newest_year * 4 + 2 - steps, 4)
        return months(year, quarter * 3 + 1, 3)
    if series is Series.MONTHS:
        year, month = divmod(newest_year * 12 + 8 - steps, 12)
        return months(year, month + 1, 1)
    return _year(newest_year)


def months(year: int, first_month: int, number: int) -> Period:
    """Return the period of `number` months that begins with the given one, within a single year."""
    last_month = first_month + number - 1
    last = calendar.month_name[last_month]
    label = f"{last} {year}" if number == 1 else f"{calendar.month_name[first_month]} to {last} {year}"
    end = date(year, last_month, calendar.monthrange(year, last_month)[1])
    return Period(
        label,
        f"{year}-{first_month:02d}" if number == 1 else f"{year}-q{last_month // 3}",
        _first(year, first_month),
        end,
    )


def split(period: Period, parts: int) -> list[Period]:
    """Split a year into quarters, or a quarter into months; one part is the period itself."""
    if parts == 1:
        return [period]
    whole = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    size = max(1, whole // parts)
    starts = [period.start.month - 1 + size * part for part in range(parts)]
    return [months(period.start.year + start // 12, start % 12 + 1, size) for start in starts]


def _first(year: int, month: int) -> date:
    return date(year, month, 1)


def _year(year: int) -> Period:
    return Period(str(year), str(year), date(year, 1, 1), min(date(year, 12, 31), AS_OF))
