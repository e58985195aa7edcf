"""Which of the results stand on the page asked for, and where the next one begins."""

from dataclasses import dataclass

from tantivy import Query, Searcher

from catalogue.search.by_title import by_title
from catalogue.search.counting import Clue, conditions
from catalogue.search.facets import filter_clauses
from catalogue.search.index import Snapshot, ids_of
from catalogue.search.kept_order import KeptOrder, OrdersAway
from catalogue.search.ranking import Nearest, Ranked, Ranking
from catalogue.search.request import DEEPEST, SearchRequest
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import scope_clauses, up_to
from catalogue.search.text_query import Clauses, TextQuery
from catalogue.search.walk import PageStart, after, mark, marked, marks


@dataclass(frozen=True, slots=True)
class Found:
    """A page's entries with their scores. `following`: where the next page begins; None after the last."""

    ranked: Ranked
    following: PageStart | None


def is_by_rank(text: TextQuery, request: SearchRequest) -> bool:
    """Whether the best come first. Where one match can't be better than another, the newest do."""
    return request.sort == "best" and (text.is_ranked or bool(request.scope.ground or request.scope.place))


def find(text: TextQuery, matching: Clue, request: SearchRequest, snapshot: Snapshot, total: int) -> Found:
    filters = [*filter_clauses(SCHEMA, request.filters), *scope_clauses(SCHEMA, request.scope)]
    first = (request.page - 1) * request.page_size
    if request.sort == "title":
        return _by_title([*conditions(text, matching), *filters], request, first, snapshot.searcher)
    if not is_by_rank(text, request):
        return _newest([*conditions(text, matching), *filters], request, first, snapshot.searcher)
    nearest = _nearest(text, request, snapshot)
    ranking = Ranking(text, matching, filters, request.scope, snapshot.searcher, nearest=nearest)
    begun = request.after
    if begun is None or not begun.is_by_rank:
        ranked = ranking.best(first, request.page_size)[: DEEPEST - first]
        return Found(ranked, _by_rank(ranking, ranked, first, total))
    try:
        question = (request.q, tuple(request.filters.items()), request.scope)
        ranked, following = KeptOrder(ranking, snapshot.generation, question).page(begun, request.page_size)
        return Found(ranked, following)
    except OrdersAway:
        return _by_count(ranking, begun, request.page_size, total)


def _nearest(text: TextQuery, request: SearchRequest, snapshot: Snapshot) -> Nearest | None:
    """Where only an area is asked for, boxes side by side tell which fit best, if they are as new as the index."""
    bitmaps, wanted = snapshot.bitmaps, text.wanted
    if text.is_ranked or not bitmaps or bitmaps.state != snapshot.state or not wanted or wanted.stems:
        return None
    rows = bitmaps.passing(request.scope, request.filters)
    return None if rows is None else lambda first, size: bitmaps.nearest(rows, request.scope, first, size)


def _by_rank(ranking: Ranking, shown: Ranked, first: int, total: int) -> PageStart | None:
    """Where the next page begins, to who hasn't begun to walk."""
    passed = first + len(shown)
    if not shown or passed >= total:
        return None
    ids = ids_of(ranking.searcher, [address for _, address in shown])
    return PageStart(passed, every_word=ranking.matching == "all", seen=marks(ids))


def _by_count(ranking: Ranking, begun: PageStart, size: int, total: int) -> Found:
    """Without a kept order: so many results on, in the order of now, less what the page before showed."""
    first = min(begun.passed, ranking.searcher.num_docs)
    ranked = ranking.best(first, size)
    following = _by_rank(ranking, ranked, first, total)
    seen = marked(begun.seen)
    ids = ids_of(ranking.searcher, [address for _, address in ranked])
    return Found([each for each, own in zip(ranked, ids, strict=True) if mark(own) not in seen], following)


def _by_title(clauses: Clauses, request: SearchRequest, first: int, searcher: Searcher) -> Found:
    begun = request.after if request.after and request.after.title else None
    addresses, following = by_title(clauses, searcher, first=first, size=request.page_size, begun=begun)
    return Found([(0.0, address) for address in addresses], following)


def _newest(clauses: Clauses, request: SearchRequest, first: int, searcher: Searcher) -> Found:
    begun = request.after if request.after and request.after.recency is not None else None
    first = begun.passed if begun else first
    query = Query.boolean_query([*clauses, *(up_to(SCHEMA, begun.recency) if begun else ())])
    # One more than the page holds tells whether there is a next
    hits = searcher.search(query, request.page_size + 1, count=False, offset=first, order_by_field="recency").hits
    ordered = [(0.0, address) for _, address in hits[: request.page_size]]
    if len(hits) <= request.page_size:
        return Found(ordered, None)
    recencies = searcher.fast_field_values("recency", [address for _, address in ordered])
    return Found(ordered, after([int(recency or 0) for recency in recencies], begun))
