"""Narrowing by where and when: an area, the period covered, the day of update. And how well an area fits."""

from collections.abc import Sequence
from typing import Final

from tantivy import FieldType, Occur, Query, Schema, Searcher

from catalogue.gazetteer.place import Place, countries
from catalogue.places import Box
from catalogue.search.coverage import ALWAYS, DAY_BITS, EPOCH, EVER, SMALLEST, extent_class
from catalogue.search_scope import Scope

#: A field, its least value and its largest, both included; None is an open end.
Range = tuple[str, float | None, float | None]

#: What being filed under the place asked for adds to a score: about as much as a good fit.
FILED: Final = 6.0

#: So many classes of size from the area's, at most, and what that adds to a score, each beside the others.
NEARNESS: Final = ((1, 3.0), (3, 2.0), (6, 1.0))


def scope_clauses(schema: Schema, scope: Scope) -> list[tuple[Occur, Query]]:
    """The conditions of a scope. They add nothing to a document's score."""
    conditions: list[Query] = []
    if scope.area:
        conditions.append(_meets(schema, scope.area))
    if scope.place:
        # Filed under it, or covering ground of it: a table of all England tells of Leeds too
        about = [Query.term_query(schema, "place", scope.place.code)]
        about += [_covers(schema, scope.place, scope.place.box)] if scope.place.box else []
        conditions.append(Query.boolean_query([(Occur.Should, each) for each in about]))
    conditions += [_whole_numbers(schema, name, low, high) for name, low, high in day_ranges(scope)]
    return [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in conditions]


def day_ranges(scope: Scope) -> list[tuple[str, int, int]]:
    """What a scope asks of the fields that hold days: of each its least and its largest value."""
    found: list[tuple[str, int, int]] = []
    if scope.covers_from or scope.covers_to:
        first = (scope.covers_from - EPOCH).days if scope.covers_from else ALWAYS
        last = (scope.covers_to - EPOCH).days if scope.covers_to else EVER
        found += [("covers_to", first, EVER), ("covers_from", ALWAYS, last)]
    if scope.updated_from or scope.updated_to:
        first = max((scope.updated_from - EPOCH).days, 0) if scope.updated_from else 0
        last = (scope.updated_to - EPOCH).days if scope.updated_to else 2**15
        # Every update before 1970 counts as of its first day
        found.append(("recency", first << DAY_BITS, (max(last, 0) + 1 << DAY_BITS) - 1))
    return found


def box_ranges(area: Box) -> list[list[Range]]:
    """What meeting an area asks of the four sides of a box: all of either list. Rounded as boxes are."""
    south, north = round(area.south, 6), round(area.north, 6)
    return [
        [
            *(("west", None, round(right, 6)), ("east", round(left, 6), None)),
            *(("south", None, north), ("north", south, None)),
        ]
        for left, right in spans_of(area)
    ]


def fits(searcher: Searcher, area: Box, addresses: Sequence) -> list[float]:
    """How well each entry's box fits the area, 0 to 1: the share of what both cover together that both cover.

    A town's own data comes before the country's when the town is asked for, and the other way round.
    """
    sides = [searcher.fast_field_values(name, list(addresses)) for name in ("west", "south", "east", "north")]
    return [fit(area, *box) for box in zip(*sides, strict=True)]


def fit(area: Box, west: float | None, south: float | None, east: float | None, north: float | None) -> float:
    if west is None or south is None or east is None or north is None:
        return 0.0
    own = _extent(west, east) * _extent(south, north)
    asked = sum(_extent(left, right) for left, right in spans_of(area)) * _extent(area.south, area.north)
    width = sum(max(min(east, right) - max(west, left), 0.0) for left, right in spans_of(area))
    height = max(min(north, area.north) - max(south, area.south), 0.0)
    both = max(width, SMALLEST) * max(height, SMALLEST)
    return min(both / (own + asked - both), 1.0) if own + asked > both else 1.0


def near(schema: Schema, area: Box) -> list[tuple[Occur, Query]]:
    """What brings boxes of about the area's size to the front, so that `fits` need only order the first hundreds.

    Of boxes that meet the area, one of its size fits best; ten times larger or smaller it can't fit well.
    """
    about = extent_class(spans_of(area)[0], area.south, area.north)
    return [
        (Occur.Should, Query.const_score_query(_whole_numbers(schema, "extent", about - reach, about + reach), lift))
        for reach, lift in NEARNESS
    ]


def filed(schema: Schema, scope: Scope) -> list[tuple[Occur, Query]]:
    """What brings entries filed under the place to the front, with a box or without."""
    if scope.place is None:
        return []
    return [(Occur.Should, Query.const_score_query(Query.term_query(schema, "place", scope.place.code), FILED))]


def up_to(schema: Schema, recency: int | None) -> list[tuple[Occur, Query]]:
    """Only entries of this recency or an earlier one: from here on a walk by date goes."""
    if recency is None:
        return []
    return [(Occur.Must, Query.const_score_query(_whole_numbers(schema, "recency", 0, recency), 0.0))]


def _extent(low: float, high: float) -> float:
    return max(high - low, SMALLEST)


def spans_of(area: Box) -> list[tuple[float, float]]:
    """From west to east: two spans where the area crosses the date line."""
    return [(area.west, 180.0), (-180.0, area.east)] if area.crosses_antimeridian else [(area.west, area.east)]


def _meets(schema: Schema, area: Box) -> Query:
    parts = [
        Query.boolean_query(
            [(Occur.Must, Query.range_query(schema, name, FieldType.Float, low, high)) for name, low, high in sides]
        )
        for sides in box_ranges(area)
    ]
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])


def _covers(schema: Schema, place: Place, box: Box) -> Query:
    """Boxes that meet the place's, less those of entries filed under another country alone: England's box goes round
    Cardiff, and what is about England isn't about Cardiff."""
    clauses = [(Occur.Must, _meets(schema, box))]
    own, others = countries(place.code)
    if others:
        there = Query.term_set_query(schema, "place", list(others))
        here = Query.term_set_query(schema, "place", list(own))
        clauses.append((Occur.MustNot, Query.boolean_query([(Occur.Must, there), (Occur.MustNot, here)])))
    return Query.boolean_query(clauses)


def _whole_numbers(schema: Schema, name: str, low: int, high: int) -> Query:
    return Query.range_query(schema, name, FieldType.Integer, low, high)
