"""Searching: a request goes in, a page of results with facets comes out. The one door of reading."""

import datetime
import json
import math
import time
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from markupsafe import Markup
from tantivy import DocAddress, Document, Occur, Query, Searcher

from catalogue.places import Box
from catalogue.search.facets import DEFAULT_FACETS, FACETS, Counts, FacetCount, Filters, count, filter_clauses
from catalogue.search.highlight import marked_piece, marked_title, why
from catalogue.search.index import IndexDamaged, SearchUnavailable, Snapshot, engine_errors, open_reader, report_damage
from catalogue.search.kept import KeptCounts
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import filed, fits, near, scope_clauses, up_to
from catalogue.search.text_query import LONGEST_QUERY, Clauses, TextQuery, take_apart, to_query
from catalogue.search.walk import PageStart, after
from catalogue.search_scope import EVERYWHERE, Scope

__all__ = ["FacetCount", "Hit", "SearchPage", "SearchRequest", "SearchUnavailable", "index_position", "search"]

#: Results that can be reached by paging. Nobody reads so far; programs take the change feed or a dump.
DEEPEST: Final = 10_000
_LARGEST_PAGE: Final = 100

#: With at least this many entries that have every word, those with only some are left out.
_ENOUGH: Final = 50

#: Quality moves a result by at most this share of its score, within a block of so many.
_QUALITY_SHARE: Final = 0.05
_BLOCK: Final = 100

#: What a perfect fit to the area asked for adds to a score.
_FIT: Final = 10.0

_MOST_VALUES: Final = 50

Clue = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked. Anything may be in it: what can't be meant finds nothing, or is cut.

    `filters` maps names of `FACETS` to chosen values: several of one facet mean any of them. `scope` is where and when.
    `after`: the page begins there, as an earlier answer's `following` said; `page` then says nothing.
    """

    q: str = ""
    filters: Filters = field(default_factory=dict)
    sort: str = "best"
    page: int = 1
    page_size: int = 20
    facets: tuple[str, ...] = DEFAULT_FACETS
    facet_limit: int = 200
    scope: Scope = EVERYWHERE
    after: PageStart | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One result, with all that a card or the API shows: no query to the database is needed."""

    id: UUID
    name: str
    title: str
    title_html: Markup
    snippet_html: Markup
    why: str
    score: float
    publisher_slug: str
    publisher_title: str
    topic: str
    licence_code: str
    access: str
    kind: str
    formats: tuple[str, ...]
    tags: tuple[str, ...]
    quality_score: int | None
    quality_band: str
    origin_id: str
    updated_at: datetime.date

    @property
    def url(self) -> str:
        return f"/dataset/{self.id}/{self.name}"

    @property
    def highlights(self) -> dict[str, str]:
        """Title and a piece of the description as safe HTML, with the words that were found in <mark>."""
        return {"title": str(self.title_html), "description": str(self.snippet_html)}


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. `pages` is the last that can be asked for; `is_capped` says that there would be more.

    `matching`: "all" if only entries with every word are here, "any" if some have only some of them.
    `corrected` and `unknown`: words typed that no entry has, for which similar ones were looked for, or none.
    `position`: the change up to which the index has followed the catalogue.
    """

    hits: list[Hit]
    total: int
    facets: dict[str, list[FacetCount]]
    page: int
    pages: int
    is_capped: bool
    matching: Clue
    corrected: tuple[str, ...]
    unknown: tuple[str, ...]
    took_ms: float
    position: int
    following: PageStart | None  # where the next page begins; None after the last


_kept = KeptCounts()


def search(request: SearchRequest) -> SearchPage:
    """Answer a request from this node's index. Raises `SearchUnavailable` if there is none to read."""
    started = time.perf_counter()
    snapshot = open_reader()
    try:
        with engine_errors():
            return _answer(_tidy(request), snapshot, started)
    except IndexDamaged as error:
        report_damage(snapshot.build, error)
        raise SearchUnavailable from error


def index_position() -> int:
    """The change up to which the index has followed the catalogue. Raises `SearchUnavailable`."""
    return open_reader().state.position


def _tidy(request: SearchRequest) -> SearchRequest:
    return SearchRequest(
        q=" ".join(_encodable(request.q[:LONGEST_QUERY]).split()),
        filters={
            name: tuple(dict.fromkeys(_encodable(value) for value in values))[:_MOST_VALUES]
            for name, values in sorted(request.filters.items())
            if name in FACETS and values
        },
        sort="recent" if request.sort == "recent" else "best",
        page=max(request.page, 1),
        page_size=min(max(request.page_size, 1), _LARGEST_PAGE),
        facets=tuple(name for name in request.facets if name in FACETS),
        facet_limit=max(request.facet_limit, 1),
        scope=request.scope,
        after=request.after,
    )


def _encodable(text: str) -> str:
    """Without lone surrogates, which the engine refuses: what a reader sends must never look like a damaged index."""
    return text.encode(errors="replace").decode()


def _answer(request: SearchRequest, snapshot: Snapshot, started: float) -> SearchPage:
    typed = take_apart(request.q)
    # Something was typed, and there is no word in it
    nothing = bool(request.q) and typed.is_empty
    text = to_query(typed, snapshot.searcher, SCHEMA)
    matching, clauses = _matching(text, request, snapshot)
    if nothing:
        clauses = [(Occur.Must, Query.empty_query())]
    counts = _counts(clauses, matching, request, request.facets, snapshot)
    if not counts.total and matching == "all" and request.sort == "best":
        # Enough entries have every word, but none within the filters
        matching, clauses = "any", text.any_word
        counts = _counts(clauses, matching, request, request.facets, snapshot)
    reachable = min(counts.total, DEEPEST)
    pages = max(1, math.ceil(reachable / request.page_size))
    hits: list[Hit] = []
    following: PageStart | None = None
    if counts.total and request.page <= pages:
        is_ranked = bool(typed.words or typed.phrases)
        hits, following = _hits(clauses, text, is_ranked, request, snapshot.searcher, counts.total)
    return SearchPage(
        hits=hits,
        total=counts.total,
        facets={name: counts.of(name, request.filters.get(name, ()), request.facet_limit) for name in request.facets},
        page=request.page,
        pages=pages,
        is_capped=counts.total > DEEPEST,
        matching=matching,
        corrected=text.corrected,
        unknown=text.unknown,
        took_ms=(time.perf_counter() - started) * 1000,
        position=snapshot.state.position,
        following=following,
    )


def _matching(text: TextQuery, request: SearchRequest, snapshot: Snapshot) -> tuple[Clue, Clauses]:
    """Whether entries with only some of the words belong to the answer.

    Decided without the filters, so that choosing a facet's value gives as many results as its count said. By date,
    an entry with one word of five would come first for being new: then every word is asked for if any entry has them.
    """
    if text.every_word is None:
        return "all", text.any_word
    unfiltered = SearchRequest(q=request.q)
    with_all = _counts(text.every_word, "all", unfiltered, (), snapshot).total
    if with_all >= (1 if request.sort == "recent" else _ENOUGH):
        return "all", text.every_word
    return "any", text.any_word


def _counts(
    clauses: Clauses, matching: Clue, request: SearchRequest, facets: tuple[str, ...], snapshot: Snapshot
) -> Counts:
    key = (request.q, matching, tuple(request.filters.items()), request.scope, facets)
    matched = [*clauses, *scope_clauses(SCHEMA, request.scope)]
    return _kept.get(
        key, snapshot.generation, lambda: count(snapshot.searcher, SCHEMA, matched, request.filters, facets)
    )


def _hits(
    clauses: Clauses, text: TextQuery, is_ranked: bool, request: SearchRequest, searcher: Searcher, total: int
) -> tuple[list[Hit], PageStart | None]:
    """One page, and where the next begins."""
    filters = [*filter_clauses(SCHEMA, request.filters), *scope_clauses(SCHEMA, request.scope)]
    first = (request.page - 1) * request.page_size
    area = request.scope.ground
    following: PageStart | None = None
    if request.sort == "best" and (is_ranked or area or request.scope.place):
        first = min(request.after.passed, DEEPEST) if request.after else first
        closeness = [*filed(SCHEMA, request.scope), *(near(SCHEMA, area) if area else ())]
        query = Query.boolean_query([*clauses, *text.ordering, *filters, *closeness])
        ordered = _ranked(query, first, request.page_size, searcher, area)[: DEEPEST - first]
        if ordered and first + len(ordered) < min(total, DEEPEST):
            following = PageStart(first + len(ordered))
    else:
        begun = request.after if request.after and request.after.recency is not None else None
        first = begun.passed if begun else first
        query = Query.boolean_query([*clauses, *filters, *(up_to(SCHEMA, begun.recency) if begun else ())])
        # One more than the page holds tells whether there is a next
        found = searcher.search(query, request.page_size + 1, count=False, offset=first, order_by_field="recency").hits
        ordered = [(0.0, address) for _, address in found[: request.page_size]]
        if len(found) > request.page_size:
            recencies = searcher.fast_field_values("recency", [address for _, address in ordered])
            following = after([int(recency or 0) for recency in recencies], begun)
    return [_hit(score, searcher.doc(address), text.stems) for score, address in ordered], following


def _ranked(
    query: Query, first: int, size: int, searcher: Searcher, area: Box | None
) -> list[tuple[float, DocAddress]]:
    """The best entries from `first` on. Quality reorders within fixed blocks, so that pages neither repeat nor skip."""
    start = first - first % _BLOCK
    end = math.ceil((first + size) / _BLOCK) * _BLOCK
    found = searcher.search(query, end - start, count=False, offset=start).hits
    addresses = [address for _, address in found]
    scores = searcher.fast_field_values("quality_score", addresses)
    lifts = fits(searcher, area, addresses) if area else [0.0] * len(found)
    weighed = [
        ((score + _FIT * fit) * (1 + _QUALITY_SHARE * (quality or 0) / 100), address)
        for (score, address), quality, fit in zip(found, scores, lifts, strict=True)
    ]
    ordered: list[tuple[float, DocAddress]] = []
    for block in range(0, len(weighed), _BLOCK):
        ordered += sorted(weighed[block : block + _BLOCK], key=lambda item: -item[0])
    return ordered[first - start : first - start + size]


def _hit(score: float, document: Document, wanted: frozenset[str]) -> Hit:
    card: dict[str, Any] = json.loads(document["card"][0])
    title_html, in_title = marked_title(card["title"], wanted)
    snippet_html, in_description = marked_piece(card["description"], wanted)
    return Hit(
        id=UUID(card["id"]),
        name=card["name"],
        title=card["title"],
        title_html=title_html,
        snippet_html=snippet_html,
        why=why(card, wanted, in_title, in_description),
        score=score,
        publisher_slug=card["publisher_slug"],
        publisher_title=card["publisher_title"],
        topic=card["topic"],
        licence_code=card["licence_code"],
        access=card["access"],
        kind=card["kind"],
        formats=tuple(card["formats"]),
        tags=tuple(card["tags"]),
        quality_score=card["quality_score"],
        quality_band=card["quality_band"],
        origin_id=card["origin_id"],
        updated_at=datetime.date.fromisoformat(card["updated_at"]),
    )
