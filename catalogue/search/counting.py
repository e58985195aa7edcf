"""How many entries match, and have each value of each facet: by bitmaps where many match, else by the engine."""

from dataclasses import dataclass
from typing import Final, Literal

from pyroaring import BitMap
from tantivy import Occur, Query

from catalogue.search.facets import MOST_SHOWN, Counts, count
from catalogue.search.index import Snapshot, rows_of
from catalogue.search.kept import KeptCounts
from catalogue.search.request import SearchRequest
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import scope_clauses
from catalogue.search.tally import FEWEST, Bitmaps
from catalogue.search.text_query import Clauses, TextQuery

#: Whether an entry must have every word, or any; "none" finds nothing.
Clue = Literal["all", "any", "none"]

#: Below this the engine's counting costs no more than finding out: it takes 1 to 2 microseconds a match, and bitmaps a
#: millisecond to begin with.
_WORTH_IT: Final = 500

#: Entries that bitmaps can't tell (with words that aren't common, with a phrase) are fetched one by one, which takes
#: half of what counting each of them takes; beyond this many it would take too long to find out that there are more.
_MOST_FETCHED: Final = 20_000

#: And what only the engine can tell, such as a phrase: it would have to be found once more to be counted.
_MOST_TOLD: Final = 100_000

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
        bitmaps = self.snapshot.bitmaps
        if bitmaps is None or matching == "none":
            return None
        fewest = self._fewest(bitmaps)
        matched = self._matched(bitmaps, matching, fewest)
        rows = None if matched is None else bitmaps.in_scope(matched, self.request.scope)
        passing = None if rows is None else bitmaps.within(rows, self.request.filters)
        if rows is None or passing is None or len(passing) < fewest:
            return None
        counts = bitmaps.count(rows, self.request.filters, self.request.facets, limit)
        if counts and (untold := tuple(name for name in self.request.facets if name not in counts.values)):
            return Counts(counts.total, {**counts.values, **self._by_engine(matching, limit, untold).values})
        return counts

    def _fewest(self, bitmaps: Bitmaps) -> int:
        """Of how many matches bitmaps are asked."""
        if bitmaps.state != self.snapshot.state:
            return FEWEST
        # What the engine alone can tell was told already: to count it there would find it all once more
        return _WORTH_IT if self.text.wanted else 0

    def _matched(self, bitmaps: Bitmaps, matching: Clue, fewest: int) -> BitMap | None:
        """Rows of the entries that match, whatever the filters. None if they are few or can't be told."""
        wanted = self.text.wanted
        if wanted is None:
            # The engine alone knows, and bitmaps that are older than it may lack what it finds
            is_told = bitmaps.state == self.snapshot.state
            told = self._fetched(conditions(self.text, matching), fewest, _MOST_TOLD) if is_told else None
            # A commit is seen before its state is
            return told if told is not None and told <= bitmaps.alive else None
        sizes = [sum(self._frequency(stem) for stem in group) for group in wanted.groups]
        if sizes and (min(sizes) if matching == "all" else sum(sizes)) < fewest:
            return None
        if sum(self._frequency(stem) for stem in wanted.stems if not bitmaps.knows(stem)) > _MOST_FETCHED:
            return None
        found = bitmaps.matching(wanted, self._with_word, every=matching == "all")
        return found if len(found) >= fewest else None

    def _frequency(self, stem: str) -> int:
        return int(self.snapshot.searcher.doc_freq("text", stem))

    def _with_word(self, stem: str) -> BitMap:
        """Rows of the entries with a word that isn't common."""
        return self._fetched([(Occur.Must, Query.term_query(SCHEMA, "text", stem))], 0) or BitMap()

    def _fetched(self, clauses: Clauses, fewest: int, most: int = _MOST_FETCHED) -> BitMap | None:
        """Rows of the entries that meet these conditions. None if they are fewer, or too many to fetch."""
        searcher = self.snapshot.searcher
        query = Query.const_score_query(Query.boolean_query(clauses), 0.0)
        found = searcher.search(query, most + 1, count=False).hits
        if not fewest <= len(found) <= most:
            return None
        return rows_of(searcher, [address for _, address in found])


def conditions(text: TextQuery, matching: Clue) -> Clauses:
    """What an entry must have to match."""
    if matching == "none":
        return [(Occur.Must, Query.empty_query())]
    return text.every_word if matching == "all" and text.every_word is not None else text.any_word
