"""The best of what matches, in order.

In two steps. First the engine finds the best few hundred by their words alone, skipping most of what matches; then
those few get their whole score: words side by side, every word, the whole title, how good the entry is. Both steps go
by fixed blocks, so that pages neither repeat nor skip.
"""

import math
from typing import Final

from tantivy import DocAddress, Occur, Query, Searcher

from catalogue.search.counting import Clue, conditions
from catalogue.search.document import joined
from catalogue.search.facets import filter_clauses
from catalogue.search.request import DEEPEST, SearchRequest
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import filed, fits, near, scope_clauses, up_to
from catalogue.search.text_query import Clauses, TextQuery
from catalogue.search.walk import PageStart, after
from catalogue.search.weights import WEIGHTS
from catalogue.search_scope import Scope

#: How many of the best by their words get their whole score, at a time.
BLOCK: Final = 200

Ranked = list[tuple[float, DocAddress]]


def find(
    text: TextQuery, matching: Clue, request: SearchRequest, searcher: Searcher, total: int
) -> tuple[Ranked, PageStart | None]:
    """The results of the page asked for, with their scores, and where the next page begins."""
    filters = [*filter_clauses(SCHEMA, request.filters), *scope_clauses(SCHEMA, request.scope)]
    first = (request.page - 1) * request.page_size
    scope = request.scope
    if request.sort == "best" and (text.is_ranked or scope.ground or scope.place):
        first = min(request.after.passed, DEEPEST) if request.after else first
        ordered = _best(text, matching, filters, scope, first, request.page_size, searcher)[: DEEPEST - first]
        is_last = not ordered or first + len(ordered) >= min(total, DEEPEST)
        return ordered, None if is_last else PageStart(first + len(ordered))
    return _newest([*conditions(text, matching), *filters], request, first, searcher)


def _newest(
    clauses: Clauses, request: SearchRequest, first: int, searcher: Searcher
) -> tuple[Ranked, PageStart | None]:
    begun = request.after if request.after and request.after.recency is not None else None
    first = begun.passed if begun else first
    query = Query.boolean_query([*clauses, *(up_to(SCHEMA, begun.recency) if begun else ())])
    # One more than the page holds tells whether there is a next
    hits = searcher.search(query, request.page_size + 1, count=False, offset=first, order_by_field="recency").hits
    ordered = [(0.0, address) for _, address in hits[: request.page_size]]
    if len(hits) <= request.page_size:
        return ordered, None
    recencies = searcher.fast_field_values("recency", [address for _, address in ordered])
    return ordered, after([int(recency or 0) for recency in recencies], begun)


def _best(
    text: TextQuery, matching: Clue, filters: Clauses, scope: Scope, first: int, size: int, searcher: Searcher
) -> Ranked:
    start = first - first % BLOCK
    end = math.ceil((first + size) / BLOCK) * BLOCK
    query = _by_words(text, matching, filters)
    area = scope.ground
    if closeness := [*filed(SCHEMA, scope), *(near(SCHEMA, area) if area else ())]:
        query = Query.boolean_query([(Occur.Must, query), *closeness])
    found = searcher.search(query, end - start, count=False, offset=start).hits
    ordered: Ranked = []
    for block in range(0, len(found), BLOCK):
        ordered += _in_full(text, found[block : block + BLOCK], scope, searcher)
    return ordered[first - start : first - start + size]


def _by_words(text: TextQuery, matching: Clue, filters: Clauses) -> Query:
    """The first step's query. The engine is quickest with a plain list of words, where nothing else is asked."""
    if not text.terms:
        return Query.boolean_query([*conditions(text, matching), *filters])
    if matching == "all" and text.every_word is not None:
        return Query.boolean_query([*text.every_word, *text.titles, *filters])
    if not text.required and not filters:
        return Query.boolean_query([*text.terms, *text.titles])
    either = Query.boolean_query([*text.terms, *text.titles])
    return Query.boolean_query([(Occur.Must, either), *text.required, *filters])


def _in_full(text: TextQuery, found: Ranked, scope: Scope, searcher: Searcher) -> Ranked:
    """These entries by their whole score, best first."""
    area = scope.ground
    addresses = [address for _, address in found]
    standings = searcher.fast_field_values("standing", addresses)
    lifts = fits(searcher, area, addresses) if area else [0.0] * len(found)
    scores = _scores(text, found, scope, searcher)
    weighed = [
        (
            (score + WEIGHTS["box that fits the area"] * fit) * (1 + WEIGHTS["standing"] * (standing or 0) / 100),
            address,
        )
        for score, address, standing, fit in zip(scores, addresses, standings, lifts, strict=True)
    ]
    return sorted(weighed, key=lambda item: -item[0])


def _scores(text: TextQuery, found: Ranked, scope: Scope, searcher: Searcher) -> list[float]:
    """The words' scores, and what else lifts these entries."""
    if not text.ordering or not found:
        return [score for score, _ in found]
    addresses = [address for _, address in found]
    high = searcher.fast_field_values("id_high", addresses)
    low = searcher.fast_field_values("id_low", addresses)
    ids = [str(joined(int(h or 0), int(w or 0))) for h, w in zip(high, low, strict=True)]
    # Six times faster than a set of terms, for which the engine builds an automaton
    one_of_these = Query.boolean_query([(Occur.Should, Query.term_query(SCHEMA, "id", each)) for each in ids])
    these = Query.const_score_query(one_of_these, 0.0)
    lifts = [*text.terms, *text.titles, *text.ordering, *filed(SCHEMA, scope)]
    query = Query.boolean_query([(Occur.Must, these), *lifts])
    full = {
        (address.segment_ord, address.doc): score
        for score, address in searcher.search(query, len(found), count=False).hits
    }
    return [full.get((address.segment_ord, address.doc), score) for score, address in found]
