"""Where the lines of a trend chart go: numbers for an SVG that a template draws, without any style of its own. Pure."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from catalogue.quality.days import in_words

WIDTH: Final = 640
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 632, 10, 190


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the chart: of a dot, or of the words at an axis."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    lines: tuple[str, ...]
    """Points of polylines, as SVG writes them: one line for each version of the rules."""
    dots: tuple[Mark, ...]
    """The last point of each line."""
    across: tuple[Mark, ...]
    """Lines from left to right, with the value beside them."""
    along: tuple[Mark, ...]
    """Days below the chart."""
    lowest: int = 0
    highest: int = 0
    """Where the scale begins and ends."""


@dataclass(frozen=True, slots=True)
class Value:
    day: datetime.date
    value: float
    series: int
    """The version of the rules: values of two versions aren't joined by a line."""


def scale_of(values: Sequence[Value]) -> tuple[int, int, int]:
    """Where a scale within 0 to 100 begins and ends so that changes can be seen, and its step; at least 20 apart."""
    lowest = 10 * int(min((value.value for value in values), default=0) // 10)
    highest = min(100, 10 * (int(max((value.value for value in values), default=0) // 10) + 1))
    if highest - lowest < 20:
        lowest = max(0, highest - 20)
        highest = max(highest, 20)
    return lowest, highest, 5 if highest - lowest == 20 else 10 if highest - lowest <= 50 else 20


def chart(values: Sequence[Value], *, until: datetime.date, highest: int, step: int, lowest: int = 0) -> Chart:
    """A step chart from `lowest` to `highest`: a value holds until the next, and the last until `until`."""
    if not values:
        return Chart((), (), (), ())
    first = values[0].day
    span = max((until - first).days, 1)

    def x(day: datetime.date) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (day - first).days / span, 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - lowest) / (highest - lowest), 1)

    lines, dots = [], []
    series = sorted({value.series for value in values})
    for number, version in enumerate(series):
        mine = [value for value in values if value.series == version]
        ends = until if number == len(series) - 1 else next(v.day for v in values if v.series == series[number + 1])
        corners = [*_steps(mine, ends)]
        lines.append(" ".join(f"{x(day)},{y(value)}" for day, value in corners))
        dots.append(Mark(x(corners[-1][0]), y(corners[-1][1]), f"{mine[-1].value:.1f}"))
    across = tuple(Mark(_LEFT, y(value), str(value)) for value in range(lowest, highest + 1, step))
    along = [Mark(x(first), _BOTTOM, in_words(first))]
    if until > first:
        along.append(Mark(x(until), _BOTTOM, in_words(until)))
    return Chart(tuple(lines), tuple(dots), across, tuple(along), lowest, highest)


def _steps(values: Iterable[Value], until: datetime.date) -> Iterable[tuple[datetime.date, float]]:
    last: float | None = None
    for value in values:
        if last is not None:
            yield value.day, last
        yield value.day, value.value
        last = value.value
    if last is not None:
        yield until, last
