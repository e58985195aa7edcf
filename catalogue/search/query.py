"""Searching: a request goes in, a page of results with facets comes out. The one door of reading."""

import datetime
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from uuid import UUID

from markupsafe import Markup
from tantivy import Document

from catalogue.search.analysis import stems, written
from catalogue.search.counting import Clue, Counting
from catalogue.search.facets import FACETS, FacetCount
from catalogue.search.highlight import marked_elsewhere, marked_piece, marked_title, why
from catalogue.search.index import SearchUnavailable, Snapshot, open_reader, reading
from catalogue.search.paging import find, is_by_rank
from catalogue.search.request import DEEPEST, ENOUGH, SearchRequest
from catalogue.search.schema import SCHEMA
from catalogue.search.text_query import LONGEST_QUERY, TextQuery, take_apart, to_query
from catalogue.search.walk import PageStart
from catalogue.search_parameters import SORTS

__all__ = [
    "FacetCount",
    "Hit",
    "SearchPage",
    "SearchRequest",
    "SearchUnavailable",
    "index_position",
    "related",
    "search",
]

_LARGEST_PAGE: Final = 100
_MOST_VALUES: Final = 50
_MOST_RELATED: Final = 6

_word = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One result, with all that a card or the API shows: no query to the database is needed."""

    id: UUID
    name: str
    title: str
    title_html: Markup
    snippet_html: Markup
    elsewhere_html: Markup
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
        """Title, a piece of the description and what else has words that those lack, as safe HTML with the words that
        were found in <mark>."""
        return {
            "title": str(self.title_html),
            "description": str(self.snippet_html),
            "elsewhere": str(self.elsewhere_html),
        }


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. `pages` is the last that can be asked for; `is_capped` says that there would be more.

    `matching`: "all" if only entries with every word are here, "any" if some have only some of them.
    `corrected` and `unknown`: words typed that no entry has, for which similar ones were looked for, or none.
    `position`: the change up to which the index has followed the catalogue. `narrowed`: what `publisher:leeds` and the
    like were taken for, by facet. `did_you_mean`: what was typed with likely slips put right; empty if there are none.
    """

    hits: list[Hit]
    total: int
    facets: dict[str, list[FacetCount]]
    page: int
    pages: int
    is_capped: bool
    matching: Literal["all", "any"]
    corrected: tuple[str, ...]
    unknown: tuple[str, ...]
    took_ms: float
    position: int
    following: PageStart | None  # where the next page begins; None after the last
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    did_you_mean: str = ""


def search(request: SearchRequest) -> SearchPage:
    """Answer a request from this node's index. Raises `SearchUnavailable` if there is none to read."""
    started = time.perf_counter()
    with reading() as snapshot:
        return _answer(_tidy(request), snapshot, started)


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
        sort=request.sort if request.sort in SORTS else "best",
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
    request = _narrowed(request, text)
    counting = Counting(request, text, snapshot)
    matching: Clue = "none" if nothing else _matching(text, request, counting)
    if (begun := request.after) and begun.is_by_rank and not nothing and is_by_rank(text, request):
        matching = "all" if begun.every_word else "any"  # as the walk began
    counts = counting.counts(matching)
    if not counts.total and matching == "all" and request.sort == "best":
        # Enough entries have every word, but none within the filters
        matching = "any"
        counts = counting.counts(matching)
    reachable = min(counts.total, DEEPEST)
    pages = max(1, math.ceil(reachable / request.page_size))
    hits: list[Hit] = []
    following: PageStart | None = None
    if counts.total and request.page <= pages:
        found = find(text, matching, request, snapshot, counts.total)
        following = found.following
        hits = [_hit(score, snapshot.searcher.doc(address), text) for score, address in found.ranked]
    return SearchPage(
        hits=hits,
        total=counts.total,
        facets={name: counts.of(name, request.filters.get(name, ()), request.facet_limit) for name in request.facets},
        page=request.page,
        pages=pages,
        is_capped=counts.total > DEEPEST,
        matching="all" if matching == "all" else "any",
        corrected=text.corrected,
        unknown=text.unknown,
        took_ms=(time.perf_counter() - started) * 1000,
        position=snapshot.state.position,
        following=following,
        narrowed=text.narrowed,
        did_you_mean=_respelt(request.q, text),
    )


def _narrowed(request: SearchRequest, text: TextQuery) -> SearchRequest:
    """With what operators ask for beside the chosen filters: `format:csv` in words is the filter. Where a facet has
    both, an entry must pass both."""
    filters = dict(request.filters)
    for facet, values in text.narrowed.items():
        chosen = filters.get(facet)
        filters[facet] = (tuple(value for value in values if value in chosen) or ("",)) if chosen else values
    return replace(request, filters=dict(sorted(filters.items())))


def _respelt(typed: str, text: TextQuery) -> str:
    if not text.respelt:
        return ""

    def replaced(word: re.Match[str]) -> str:
        return text.respelt.get("".join(written(word[0])), word[0])

    return _word.sub(replaced, typed)


def related(page: SearchPage, q: str) -> list[str]:
    """Searches that may interest whoever made this one: the commonest tags of what was found, less what was typed."""
    typed = set(stems(q))
    tags = [count.value for count in page.facets.get("tag", []) if count.count > 1 and not count.selected]
    return [tag for tag in tags if (own := set(stems(tag))) and not own <= typed][:_MOST_RELATED]


def _matching(text: TextQuery, request: SearchRequest, counting: Counting) -> Clue:
    """Whether entries with only some of the words belong to the answer.

    Decided without the filters, so that choosing a facet's value gives as many results as its count said. By date or
    title, an entry with one word of five may come first: then every word is asked for if any entry has them.
    """
    if text.every_word is None:
        return "all"
    enough = ENOUGH if request.sort == "best" else 1
    return "all" if counting.have_every_word(enough) else "any"


def _hit(score: float, document: Document, text: TextQuery) -> Hit:
    wanted = text.stems
    card: dict[str, Any] = json.loads(document["card"][0])
    title_html, in_title = marked_title(card["title"], wanted)
    snippet_html, in_description = marked_piece(card["description"], wanted)
    return Hit(
        id=UUID(card["id"]),
        name=card["name"],
        title=card["title"],
        title_html=title_html,
        snippet_html=snippet_html,
        elsewhere_html=marked_elsewhere(card, text.meanings, in_title | in_description),
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
