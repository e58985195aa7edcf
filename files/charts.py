"""Which chart a table suggests, and that chart as SVG: no script, no style, and the same numbers as a table. Pure."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Column = Mapping[str, Any]

#: Bars that can be told apart, and points of a line.
MOST_BARS: Final = 15
MOST_POINTS: Final = 400
_WIDTH, _HEIGHT = 720, 360
#: Characters of a label that fit beside a bar, on a phone too, where letters are larger.
_LABEL = 20
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 20, 16, 44
_BAR = 26


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`y` None counts rows. `function` says how several rows of one `x` become one number."""

    kind: str
    """line or bars."""
    x: Column
    y: Column | None
    function: str

    @property
    def title(self) -> str:
        what = {"sum": "Total of", "avg": "Average of", "count": "Number of rows"}[self.function]
        measure = f"{what} “{self.y['heading']}”" if self.y else what
        return f"{measure} by “{self.x['heading']}”"

    @property
    def aggregate(self) -> str:
        return f"{self.function}:{self.y['key']}" if self.y else "count"


def suggestions(columns: Sequence[Column], rows: int) -> list[Suggestion]:
    """The charts that pairs of columns suggest, the likeliest first; none where nothing repeats."""
    times = [c for c in columns if c["type"] in ("date", "year") and 2 < c["distinct"] <= MOST_POINTS]
    groups = [
        c
        for c in columns
        if c["type"] in ("text", "boolean")
        and 1 < c["distinct"] <= 200
        and c["filled"] > 0.5 * rows
        and not c["register"]
        and c["key"] != "geometry"
        and c["distinct"] < c["filled"]
    ]
    measures = [c for c in columns if c["type"] in ("number", "integer") and _is_measure(c)]
    found: list[Suggestion] = []
    for measure in measures[:3]:
        for time in times[:1]:
            one_each = time["distinct"] >= 0.95 * time["filled"]
            found.append(Suggestion("line", time, measure, "sum" if one_each or _adds_up(measure) else "avg"))
        for group in groups[:2]:
            found.append(Suggestion("bars", group, measure, "sum" if _adds_up(measure) else "avg"))
        if not times and not groups:
            labels = [c for c in columns if c["type"] == "text" and 1 < c["distinct"] <= 40 and c["distinct"] == rows]
            found += [Suggestion("bars", label, measure, "sum") for label in labels[:1]]
    found += [Suggestion("bars", group, None, "count") for group in groups[:2]]
    return found[:8]


def _is_measure(column: Column) -> bool:
    words = column["heading"].lower()
    is_key = any(part in words.split() or words.endswith(part) for part in ("id", "code", "no", "ref", "number", "uid"))
    is_place = any(part in words for part in ("latitude", "longitude", "easting", "northing", "postcode"))
    return not (is_key or is_place or column["register"]) and column["distinct"] > 2


def _adds_up(column: Column) -> bool:
    words = column["heading"].lower()
    means = (
        "rate",
        "%",
        "percent",
        "average",
        "mean",
        "index",
        "score",
        "price",
        "ratio",
        "per ",
        "temperature",
        "age",
    )
    return column["unit"] != "%" and not any(part in words for part in means)


def line(points: Sequence[tuple[str, float]], title: str) -> str:
    """`points`: label and value, in order."""
    if not points:
        return ""
    values = [value for _, value in points]
    ticks = _ticks(min(0.0, *values), max(0.0, *values))
    low, high = ticks[0], ticks[-1]
    places = _places([label for label, _ in points])

    def y(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_grid(tick, y(tick)) for tick in ticks]
    path = " ".join(f"{place:.1f},{y(value):.1f}" for place, (_, value) in zip(places, points, strict=True))
    parts.append(f'<polyline points="{path}" fill="none" stroke="#1d70b8" stroke-width="2.5"/>')
    shown = {0, len(points) // 2, len(points) - 1} if len(points) > 2 else {0, len(points) - 1}
    for number in sorted(shown):
        anchor = "start" if number == 0 else "end" if number == len(points) - 1 else "middle"
        parts.append(_text(places[number], _HEIGHT - 16, points[number][0], anchor=anchor))
    return _svg(_HEIGHT, title, parts)


def _places(labels: Sequence[str]) -> list[float]:
    """Where years and days stand on the axis: as far apart as they are in time."""
    try:
        days = [
            float(label) if len(label) == 4 else float(datetime.date.fromisoformat(label).toordinal())
            for label in labels
        ]
    except ValueError:
        days = [float(number) for number in range(len(labels))]
    span = (days[-1] - days[0]) or 1.0
    return [_LEFT + (day - days[0]) / span * (_WIDTH - _LEFT - _RIGHT) for day in days]


def bars(points: Sequence[tuple[str, float]], title: str) -> str:
    """Lying bars, so that long labels can be read."""
    if not points:
        return ""
    values = [value for _, value in points]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    left = 270
    room = _WIDTH - left - 140
    height = _TOP + len(points) * (_BAR + 8) + 8
    zero = left + (0 - low) / span * room
    parts = []
    for number, (label, value) in enumerate(points):
        top = _TOP + number * (_BAR + 8)
        start, end = sorted((zero, left + (value - low) / span * room))
        parts.append(_text(left - 10, top + _BAR * 0.68, _short(label, _LABEL), anchor="end"))
        parts.append(
            f'<rect x="{start:.1f}" y="{top}" width="{max(1.0, end - start):.1f}" height="{_BAR}" fill="#1d70b8"/>'
        )
        parts.append(_text(end + 8, top + _BAR * 0.68, plain(value), anchor="start"))
    return _svg(height, title, parts)


def plain(value: float) -> str:
    """A number for people: `1,204`, `12.5`, `3.4 million`."""
    size = abs(value)
    for limit, word in ((1e9, "billion"), (1e6, "million")):
        if size >= limit:
            return f"{value / limit:.3g} {word}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if size >= 100 else f"{value:.3g}"


def _ticks(low: float, high: float) -> list[float]:
    if high <= low:
        high = low + 1
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 5)
    start = math.floor(low / step)
    end = math.ceil(high / step)
    return [number * step for number in range(start, end + 1)]


def _grid(value: float, y: float) -> str:
    rule = f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b1b4b6"/>'
    return rule + _text(_LEFT - 8, y + 5, plain(value), anchor="end")


def _text(x: float, y: float, text: str, *, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="15" fill="#0b0c0c"'
        f' font-family="arial, sans-serif">{_escaped(text)}</text>'
    )


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="app-chart" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{_escaped(title)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text
