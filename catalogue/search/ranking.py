"""The best of what matches, in order.

In two steps. First the engine finds the best few hundred by their words alone, skipping most of what matches; then
those few get their whole score: words side by side, every word, the whole title, how good the entry is. Both steps go
by fixed blocks, so that pages neither repeat nor skip.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from tantivy import DocAddress, Occur, Query, Searcher

from catalogue.search.counting import Clue, conditions
from catalogue.search.index import ids_of
from catalogue.search.meaning.model import Embed, embed_question
from catalogue.search.meaning.nearness import blended
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import filed, fits, near
from catalogue.search.text_query import Clauses, TextQuery
from catalogue.search.weights import WEIGHTS
from catalogue.search_scope import Scope

#: How many of the best by their words get their whole score, at a time.
BLOCK: Final = 200

#: How many of the best get their share of meaning, where it is asked for.
MEANT: Final = 100

#: Conditions around one another, at most: the engine goes into them by recursion, and somebody may type 250 words.
_DEEPEST: Final = 20

Ranked = list[tuple[float, DocAddress]]
Nearest = Callable[[int, int], list[tuple[float, UUID]]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One question's order, in one snapshot of the index."""

    text: TextQuery
    matching: Clue
    filters: Clauses
    scope: Scope
    searcher: Searcher
    embed: Embed = embed_question  # what meaning is told by, where it is asked for
    nearest: Nearest | None = None  # where the area alone puts in order, and more than the engine can tell how

    def best(self, first: int, size: int) -> Ranked:
        """So many from the `first` on."""
        if self.nearest:
            return self.by_words(first, size)
        start = first - first % BLOCK
        end = math.ceil((first + size) / BLOCK) * BLOCK
        found = self.by_words(start, end - start)
        ordered: Ranked = []
        for block in range(0, len(found), BLOCK):
            ordered += self.in_full(found[block : block + BLOCK], are_best=start + block == 0)
        return ordered[first - start : first - start + size]

    def by_words(self, first: int, size: int) -> Ranked:
        """The first step."""
        if self.nearest:
            scores = {own: score for score, own in self.nearest(first, size)}
            return [(scores[own], address) for own, address in self.still_found(list(scores)).items()]
        query = self._by_words()
        area = self.scope.ground
        if closeness := [*filed(SCHEMA, self.scope), *(near(SCHEMA, area) if area else ())]:
            query = Query.boolean_query([(Occur.Must, query), *closeness])
        return self.searcher.search(query, size, count=False, offset=first).hits

    def _by_words(self) -> Query:
        """The engine is quickest with a plain list of words, where nothing else is asked."""
        text = self.text
        if not text.terms:
            return Query.boolean_query([*conditions(text, self.matching), *self.filters])
        if self.matching == "all" and text.every_word is not None:
            return Query.boolean_query([*text.every_word, *text.titles, *self.filters])
        if not text.required and not self.filters:
            return Query.boolean_query([*text.terms, *text.titles])
        either = Query.boolean_query([*text.terms, *text.titles])
        return Query.boolean_query([(Occur.Must, either), *text.required, *self.filters])

    def in_full(self, found: Ranked, *, are_best: bool) -> Ranked:
        """The second step: these entries by their whole score, best first. `are_best`: they are the first block."""
        if self.nearest:
            return found
        area = self.scope.ground
        addresses = [address for _, address in found]
        standings = self.searcher.fast_field_values("standing", addresses)
        lifts = fits(self.searcher, area, addresses) if area else [0.0] * len(found)
        weighed = [
            (
                (score + WEIGHTS["box that fits the area"] * fit) * (1 + WEIGHTS["standing"] * (standing or 0) / 100),
                address,
            )
            for score, address, standing, fit in zip(self._scores(found), addresses, standings, lifts, strict=True)
        ]
        ordered = sorted(weighed, key=lambda item: -item[0])
        is_about_words = bool(self.text.spoken) and not (area or self.scope.place)
        return self._by_meaning(ordered) if settings.SEARCH_BY_MEANING and are_best and is_about_words else ordered

    def _scores(self, found: Ranked) -> list[float]:
        """The words' scores, and what else lifts these entries."""
        text = self.text
        if not text.ordering or not found:
            return [score for score, _ in found]
        these = _these(ids_of(self.searcher, [address for _, address in found]))
        query = Query.boolean_query([(Occur.Must, these), *text.terms, *text.titles, *filed(SCHEMA, self.scope)])
        # One around the other: in one list the engine would score stretches of entries by all phrases, to use these few
        at_once = math.ceil(len(text.ordering) / _DEEPEST)
        for start in range(0, len(text.ordering), at_once):
            query = Query.boolean_query([(Occur.Must, query), *text.ordering[start : start + at_once]])
        full = {
            (address.segment_ord, address.doc): score
            for score, address in self.searcher.search(query, len(found), count=False).hits
        }
        return [full.get((address.segment_ord, address.doc), score) for score, address in found]

    def _by_meaning(self, best: Ranked) -> Ranked:
        """The best few of all, in the order of words and meaning together; the others after them as they were."""
        near, far = best[:MEANT], best[MEANT:]
        addresses = [address for _, address in near]
        question = self.embed(self.text.spoken)
        scores = blended([score for score, _ in near], ids_of(self.searcher, addresses), question)
        return sorted(zip(scores, addresses, strict=True), key=lambda item: -item[0]) + far

    def still_found(self, ids: list[UUID]) -> dict[UUID, DocAddress]:
        """Where those of these entries are that are still there and still match, in the same order."""
        if not ids:
            return {}
        query = Query.boolean_query(
            [(Occur.Must, _these(ids)), *conditions(self.text, self.matching), *self.filters],
        )
        addresses = [address for _, address in self.searcher.search(query, len(ids), count=False).hits]
        found = dict(zip(ids_of(self.searcher, addresses), addresses, strict=True))
        return {own: found[own] for own in ids if own in found}


def _these(ids: Iterable[UUID]) -> Query:
    # Six times faster than a set of terms, for which the engine builds an automaton
    one_of_these = Query.boolean_query([(Occur.Should, Query.term_query(SCHEMA, "id", str(each))) for each in ids])
    return Query.const_score_query(one_of_these, 0.0)
