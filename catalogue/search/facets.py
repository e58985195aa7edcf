"""What results can be narrowed by, and how the values of each are counted exactly."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tantivy import Occur, Query, Schema, Searcher

#: Between the values of a column that holds several: ASCII's unit separator, which no slug or format code contains.
SEPARATOR: Final = "\x1f"

#: Values of one facet on a page of results, at most.
MOST_SHOWN: Final = 200

#: Up to so many values are all counted.
_MANY: Final = 1_000
_ALL: Final = 10**6

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facet:
    """One way of narrowing.

    `field` holds every value to filter by. `column` is what is counted: one value a document, because counting
    several values a document costs four to ten times more. A facet with several values keeps them joined in its column,
    and each distinct combination is taken apart after counting. `most` bounds the distinct values of the column;
    counts are exact up to there. `shown` of its values are the most on a page of results.
    """

    title: str
    field: str
    column: str
    most: int
    shown: int = MOST_SHOWN

    def offered(self, limit: int) -> int:
        """How many values are offered to who asks for so many. Whoever asks for more than a page shows gets them."""
        return min(limit, self.shown) if limit <= MOST_SHOWN else limit

    def size(self, limit: int) -> int:
        """How many values of the column are counted. All, where each may hold several of the facet's values."""
        if self.field != self.column or self.most <= _MANY:
            return self.most
        # Equally common ones come in no order: those at the end are cut off together, by who asks
        return min(self.most, self.offered(limit) + _MANY)

    def values(self, key: str) -> Iterable[str]:
        if self.field == self.column:
            return (key,) if key else ()
        return filter(None, key.split(SEPARATOR))


FACETS: Final = {
    # A publisher's column is its path from the top, so that a department's count includes its agencies'.
    "publisher": Facet("Publisher", "publisher", "publisher_path", most=20_000),
    "topic": Facet("Topic", "topic", "topic", most=1_000),
    "format": Facet("Format", "format", "formats", most=20_000),
    "licence_code": Facet("Licence", "licence_code", "licence_code", most=1_000),
    # Values that conform to the Open Definition and are not held back: one box to tick instead of ten licences
    "open": Facet("Open licences only", "open", "open", most=10),
    "access": Facet("Access", "access", "access", most=100),
    "frequency": Facet("Updated", "frequency", "frequency", most=100),
    "year": Facet("Year covered", "year", "years", most=20_000),
    "place": Facet("Area", "place", "place", most=20_000, shown=100),
    "quality": Facet("Quality", "quality", "quality", most=100),
    "link": Facet("Links", "link", "link", most=100),
    "delivery": Facet("API or file", "delivery", "deliveries", most=100),
    # Too many combinations to join them in a column: counted value by value
    "tag": Facet("Tag", "tag", "tag", most=65_000, shown=50),
    "kind": Facet("Kind of entry", "kind", "kind", most=100),
}

#: Counted unless a request says otherwise.
DEFAULT_FACETS: Final = tuple(name for name in FACETS if name != "kind")


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries match, and how many of them have each value of each facet. Whole, so that it can be kept."""

    total: int
    values: Mapping[str, Mapping[str, int]]

    def of(self, name: str, selected: tuple[str, ...], limit: int) -> list[FacetCount]:
        """The commonest values first; chosen ones are always there, with a count of 0 if need be."""
        counts = self.values.get(name, {})
        limit = FACETS[name].offered(limit)
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        shown = [FacetCount(value, count, value in selected) for value, count in ordered[:limit]]
        missing = set(selected) - {count.value for count in shown}
        return shown + [FacetCount(value, counts.get(value, 0), True) for value in selected if value in missing]


def filter_clauses(schema: Schema, filters: Filters, *, besides: str = "") -> list[tuple[Occur, Query]]:
    """One condition a facet: any of its values. They add nothing to a document's score."""
    return [
        (Occur.Must, Query.const_score_query(Query.term_set_query(schema, FACETS[name].field, list(values)), 0.0))
        for name, values in filters.items()
        if name != besides and values
    ]


def count(
    searcher: Searcher,
    schema: Schema,
    matching: list[tuple[Occur, Query]],
    filters: Filters,
    facets: tuple[str, ...],
    limit: int,
) -> Counts:
    """Count what matches and passes the filters. A facet's own choice is left out of its counts. Of facets with very
    many values, only the `limit` commonest come out, unless one of them is chosen.

    One pass counts the total and every facet without a choice; each facet with one needs a pass of its own.
    """
    chosen = [name for name in facets if filters.get(name)]
    plain = [name for name in facets if name not in chosen]
    main = Query.boolean_query([*matching, *filter_clauses(schema, filters)])
    found = searcher.aggregate(main, {"total": {"value_count": {"field": "recency"}}} | _terms(plain, limit))
    values = {name: _tally(FACETS[name], found[name]) for name in plain}
    for name in chosen:
        others = Query.boolean_query([*matching, *filter_clauses(schema, filters, besides=name)])
        values[name] = _tally(FACETS[name], searcher.aggregate(others, _terms([name], _ALL))[name])
    return Counts(int(found["total"]["value"]), values)


def _terms(names: Iterable[str], limit: int) -> dict[str, Any]:
    # Without segment_size each segment reports only its commonest values, and the sums come out wrong.
    return {
        name: {"terms": {"field": facet.column, "size": facet.size(limit), "segment_size": facet.most}}
        for name in names
        for facet in [FACETS[name]]
    }


def _tally(facet: Facet, terms: Mapping[str, Any]) -> dict[str, int]:
    tally: Counter[str] = Counter()
    for bucket in terms["buckets"]:
        for value in facet.values(bucket["key"]):
            tally[value] += bucket["doc_count"]
    return dict(tally)
