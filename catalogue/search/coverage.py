"""When and where an entry's data is about, and its tags, as the index holds them. Pure."""

import datetime
import math
import re
from typing import Final

#: First and last day; None for an end that is open or not known.
Period = tuple[datetime.date | None, datetime.date | None]

#: West, south, east, north in degrees; west exceeds east where a box crosses the date line.
Sides = tuple[float, float, float, float]

#: Years of one entry: one that covers a millennium is no likelier to be about 2019.
_MOST_YEARS: Final = 60

#: How far ahead a period is believed: projections end in 2050, mistakes in 9999.
_YEARS_AHEAD: Final = 30

_MOST_TAGS: Final = 50
MOST_PLACES: Final = 100

#: Days since 1970 for a period without a beginning, or without an end.
ALWAYS: Final = -(10**6)
EVER: Final = 10**7

#: Days in the high bits of `recency`.
DAY_BITS: Final = 47

EPOCH: Final = datetime.date(1970, 1, 1)

#: A side shorter than this, in degrees, is that of a point.
SMALLEST: Final = 0.001

_year = re.compile(r"(?<![\d.,£$€])(?:19[5-9]|20[0-4])\d(?![\d,])")
_two_years = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-/–]\s?(\d\d)(?!\d)")


def tag_values(tags: tuple[str, ...]) -> list[str]:
    """Tags as they are filtered by and counted: "Bus  stops" and "bus stops" are one."""
    return list(dict.fromkeys(" ".join(tag.lower().split())[:100] for tag in tags if tag.strip()))[:_MOST_TAGS]


def years_covered(covers: Period, title: str, *, now: int) -> list[str]:
    """The years that the data covers: by its period, else those that its title names ("2018/19" is two).

    `now` is the year in which the entry was last changed: a period that is still running ends there.
    """
    first, last = (day.year if day else None for day in covers)
    if first is None and last is None:
        named = {int(year) for year in _year.findall(title)}
        named |= {
            int(year) + 1 for year, next_year in _two_years.findall(title) if (int(year) + 1) % 100 == int(next_year)
        }
        return [str(year) for year in sorted(named)]
    end = min(last or max(first or now, now), now + _YEARS_AHEAD)
    return [str(year) for year in range(max(first or end, end - _MOST_YEARS + 1), end + 1)]


def period_fields(covers: Period) -> dict[str, int]:
    first, last = covers
    if first is None and last is None:
        return {}
    return {
        "covers_from": (first - EPOCH).days if first else ALWAYS,
        "covers_to": (last - EPOCH).days if last else EVER,
    }


def box_fields(box: Sides | None) -> dict[str, float | int]:
    """A box across the date line is held as one around the globe: there are few, and none is lost so."""
    if box is None:
        return {}
    # To a millionth of a degree, as `numbers` compares them
    west, south, east, north = (round(float(side), 6) for side in box)
    if west > east:
        west, east = -180.0, 180.0
    extent = extent_class((west, east), south, north)
    return {"west": west, "south": south, "east": east, "north": north, "extent": extent}


def extent_class(span: tuple[float, float], south: float, north: float) -> int:
    """The size of a box as one of some forty classes, each twice as large as the one before."""
    west, east = span
    return round(math.log2(max(east - west, SMALLEST) * max(north - south, SMALLEST)))
