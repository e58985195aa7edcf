"""How many entries of the whole catalogue have each value: counted once for each state of the index, and kept."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from tantivy import Query

from catalogue.search.facets import SEPARATOR
from catalogue.search.index import Snapshot, reading

#: Column → what of its value counts. A publisher's column is its path from the top of the tree, itself last.
_COLUMNS: Final[dict[str, Callable[[str], str]]] = {
    "publisher_path": lambda path: path.rpartition(SEPARATOR)[2],
    "topic": str,
    "licence_code": str,
    "frequency": str,
}
_MOST: Final = 65_000
_kept: dict[str, tuple[tuple[str, int, int], dict[str, int]]] = {}


def value_counts(column: str) -> dict[str, int]:
    """Raises `SearchUnavailable` while there is no index."""
    with reading() as snapshot:
        kept = _kept.get(column)
        if kept and kept[0] == snapshot.generation:
            return kept[1]
        found = _counted(snapshot, column)
    _kept[column] = (snapshot.generation, found)
    return found


def _counted(snapshot: Snapshot, column: str) -> dict[str, int]:
    terms = {"terms": {"field": column, "size": _MOST, "segment_size": _MOST}}
    buckets = snapshot.searcher.aggregate(Query.all_query(), {"values": terms})["values"]["buckets"]
    tally: Counter[str] = Counter()
    for bucket in buckets:
        tally[_COLUMNS[column](bucket["key"])] += bucket["doc_count"]
    tally.pop("", None)
    return dict(tally)
