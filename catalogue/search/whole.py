"""How many entries of the whole catalogue, or of those that fulfil plain conditions, have each value of a column.

Counts of the whole are made once for each state of the index, and kept.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from tantivy import Occur, Query

from catalogue.search.facets import SEPARATOR
from catalogue.search.ids import matching
from catalogue.search.index import Snapshot, reading, rows_of
from catalogue.search.schema import SCHEMA


@dataclass(frozen=True, slots=True)
class Has:
    """One of these values in a field of the index; of `publisher_path`, a path that ends in one of them."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of these; of none, every entry."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Without:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Finds:
    """What these words find (`ids.ranked_ids`)."""

    text: str


Condition = Has | Every | Either | Without | Finds
EVERYTHING: Final = Every(())


def _last(path: str) -> str:
    return path.rpartition(SEPARATOR)[2]


def _alone(value: str) -> tuple[str]:
    return (value,)


#: Column → what in its value counts. A publisher's column is its path from the top of the tree, itself last.
_COLUMNS: Final[dict[str, Callable[[str], Iterable[str]]]] = {
    "publisher_path": lambda path: (_last(path),),
    "topic": _alone,
    "licence_code": _alone,
    "frequency": _alone,
    "formats": lambda joined: joined.split(SEPARATOR),
}
_MOST: Final = 65_000
_kept: dict[str, tuple[tuple[str, int, int], dict[str, int]]] = {}


def value_counts(column: str, among: Condition = EVERYTHING) -> dict[str, int]:
    """Raises `SearchUnavailable` while there is no index."""
    with reading() as snapshot:
        counts = (
            _whole(snapshot, column) if among == EVERYTHING else _counted(snapshot, column, _query(among, snapshot))
        )
    tally: Counter[str] = Counter()
    for held, count in counts.items():
        for value in _COLUMNS[column](held):
            tally[value] += count
    tally.pop("", None)
    return dict(tally)


def tag_counts(among: Condition = EVERYTHING, *, least: int) -> dict[str, int] | None:
    """How many entries have each tag as it is written, at most a minute ago. None where that can't be told, and of
    fewer entries than `least`: of few the database knows it as of now.

    Raises `SearchUnavailable` while there is no index.
    """
    with reading() as snapshot:
        bitmaps = snapshot.bitmaps
        if bitmaps is None:
            return None
        if among == EVERYTHING:
            return bitmaps.tags_of_all if len(bitmaps.alive) >= least else None
        searcher = snapshot.searcher
        query = Query.const_score_query(_query(among, snapshot), 0.0)
        found = searcher.search(query, max(searcher.num_docs, 1), count=False).hits
        rows = rows_of(searcher, [address for _, address in found])
        return bitmaps.tags_as_written(rows) if len(rows) >= least else None


def _whole(snapshot: Snapshot, column: str) -> dict[str, int]:
    kept = _kept.get(column)
    if kept and kept[0] == snapshot.generation:
        return kept[1]
    found = _counted(snapshot, column, Query.all_query())
    _kept[column] = (snapshot.generation, found)
    return found


def _counted(snapshot: Snapshot, column: str, matching: Query) -> dict[str, int]:
    terms = {"terms": {"field": column, "size": _MOST, "segment_size": _MOST}}
    buckets = snapshot.searcher.aggregate(matching, {"values": terms})["values"]["buckets"]
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}


def _query(condition: Condition, snapshot: Snapshot) -> Query:
    match condition:
        case Has("publisher_path", slugs):
            paths = [path for path in _whole(snapshot, "publisher_path") if _last(path) in slugs]
            return Query.term_set_query(SCHEMA, "publisher_path", paths)
        case Has(field, values):
            return Query.term_set_query(SCHEMA, field, list(values))
        case Every(()):
            return Query.all_query()
        case Every(parts):
            return Query.boolean_query([(Occur.Must, _query(part, snapshot)) for part in parts])
        case Either(parts):
            return Query.boolean_query([(Occur.Should, _query(part, snapshot)) for part in parts])
        case Finds(text):
            return matching(text, snapshot.searcher)
        case Without(part):
            return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, _query(part, snapshot))])
