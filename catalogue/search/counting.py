"""How many entries match, and have each value of each facet: by bitmaps where many match, else by the engine."""

from dataclasses import dataclass
from typing import Final, Literal

from pyroaring import BitMap
from tantivy import Occur, Query

from catalogue.search.facets import MOST_SHOWN, Counts, count
from catalogue.search.index import Snapshot
from catalogue.search.kept import KeptCounts
from catalogue.search.request import SearchRequest
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import scope_clauses
from catalogue.search.tally import FEWEST
from catalogue.search.text_query import Clauses, TextQuery

#: Whether an entry must have every word, or any; "none" finds nothing.
Clue = Literal["all", "any", "none"]

#: Asking thousands of bitmaps, which takes some 5 ms, is quicker than the engine for so many matches: the engine takes
#: 1 to 2 microseconds for each of them.
_WORTH_IT: Final = 3_000

#: Entries with words that aren't common are fetched one by one: more than this takes longer than counting them.
_MOST_FETCHED: Final = 10_000

_kept = KeptCounts()


@dataclass(frozen=True, slots=True)
class Counting:
    """One question's counts."""

    request: SearchRequest
    text: TextQuery
    snapshot: Snapshot

    def counts(self, matching: Clue) -> Counts:
        """Exact as of the index's generation; those of broad questions up to a minute older."""
        asked = self.request
        limit = max(asked.facet_limit, MOST_SHOWN)
        key = (asked.q, matching, tuple(asked.filters.items()), asked.scope, asked.facets, limit)
        return _kept.get(
            key,
            self.snapshot.generation,
            lambda: self._by_bitmaps(matching, limit) or self._by_engine(matching, limit, asked.facets),
        )

    def have_every_word(self, enough: int) -> bool:
        """Whether so many entries have every word, whatever the filters."""
        query = Query.const_score_query(Query.boolean_query(self.text.every_word or []), 0.0)
        return len(self.snapshot.searcher.search(query, enough, count=False).hits) >= enough

    def _by_engine(self, matching: Clue, limit: int, facets: tuple[str, ...]) -> Counts:
        clauses = [*conditions(self.text, matching), *scope_clauses(SCHEMA, self.request.scope)]
        return count(self.snapshot.searcher, SCHEMA, clauses, self.request.filters, facets, limit)

    def _by_bitmaps(self, matching: Clue, limit: int) -> Counts | None:
        """None where bitmaps can't tell. They may be older than the index: then only broad questions are theirs."""
        bitmaps, wanted = self.snapshot.bitmaps, self.text.wanted
        if bitmaps is None or wanted is None or matching == "none":
            return None
        fewest = _WORTH_IT if bitmaps.state == self.snapshot.state else FEWEST
        sizes = [sum(self._frequency(stem) for stem in group) for group in wanted.groups]
        if sizes and (min(sizes) if matching == "all" else sum(sizes)) < fewest:
            return None
        if sum(self._frequency(stem) for stem in wanted.stems if not bitmaps.knows(stem)) > _MOST_FETCHED:
            return None
        rows = bitmaps.in_scope(bitmaps.matching(wanted, self._rows, every=matching == "all"), self.request.scope)
        passing = None if rows is None else bitmaps.within(rows, self.request.filters)
        if rows is None or passing is None or len(passing) < fewest:
            return None
        counts = bitmaps.count(rows, self.request.filters, self.request.facets, limit)
        if counts and (untold := tuple(name for name in self.request.facets if name not in counts.values)):
            return Counts(counts.total, {**counts.values, **self._by_engine(matching, limit, untold).values})
        return counts

    def _frequency(self, stem: str) -> int:
        return int(self.snapshot.searcher.doc_freq("text", stem))

    def _rows(self, stem: str) -> BitMap:
        """Rows of the entries with a word that isn't common."""
        searcher = self.snapshot.searcher
        query = Query.const_score_query(Query.term_query(SCHEMA, "text", stem), 0.0)
        found = searcher.search(query, max(self._frequency(stem), 1), count=False).hits
        rows = searcher.fast_field_values("row", [address for _, address in found])
        return BitMap([int(row) for row in rows if row is not None])


def conditions(text: TextQuery, matching: Clue) -> Clauses:
    """What an entry must have to match."""
    if matching == "none":
        return [(Occur.Must, Query.empty_query())]
    return text.every_word if matching == "all" and text.every_word is not None else text.any_word
