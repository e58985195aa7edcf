"""Which entries match, as ids alone: for an API that narrows them in the database, or pages through them all."""

from dataclasses import dataclass
from uuid import UUID

from tantivy import Occur, Query, Searcher

from catalogue.search.facets import filter_clauses
from catalogue.search.index import ids_of, number_of, reading
from catalogue.search.request import ENOUGH
from catalogue.search.schema import SCHEMA
from catalogue.search.text_query import Clauses, TextQuery, Typed, take_apart, to_query


@dataclass(frozen=True, slots=True)
class MatchingIds:
    """Some of the ids, the best match first, and how many there are in all."""

    ids: list[UUID]
    total: int


def ranked_ids(text: str, *, first: int = 0, limit: int | None = None) -> MatchingIds:
    """Entries that match what was typed, as the search page finds them. Raises `SearchUnavailable`."""
    typed = take_apart(text)
    if typed.is_empty:
        return MatchingIds([], 0)
    with reading() as snapshot:
        query = to_query(typed, snapshot.searcher, SCHEMA)
        return _answer(query, snapshot.searcher, first, limit)


def ids_with(text: str, *, in_title: bool = False) -> list[UUID]:
    """Entries that have every one of these words and "phrases", in no order. Raises `SearchUnavailable`."""
    typed = take_apart(text)
    if typed.is_empty:
        return []
    with reading() as snapshot:
        query = to_query(typed, snapshot.searcher, SCHEMA)
        clauses = [
            *(query.every_word or query.any_word),
            *filter_clauses(SCHEMA, query.narrowed),
            *(_in_title(typed) if in_title else ()),
        ]
        if query.unknown:
            return []
        found = Query.const_score_query(Query.boolean_query(clauses), 0.0)
        return _ids(found, snapshot.searcher, 0, number_of(snapshot.searcher, Query.boolean_query(clauses)))


def matching(text: str, searcher: Searcher) -> Query:
    """What `ranked_ids` finds, in no order."""
    typed = take_apart(text)
    if typed.is_empty:
        return Query.empty_query()
    return Query.boolean_query(_matching(to_query(typed, searcher, SCHEMA), searcher)[0])


def _matching(query: TextQuery, searcher: Searcher) -> tuple[Clauses, int]:
    """Conditions, and how many fulfil them: some words will do where too few entries have all."""
    filters = filter_clauses(SCHEMA, query.narrowed)
    clauses = [*(query.every_word or query.any_word), *filters]
    total = number_of(searcher, Query.boolean_query(clauses))
    if query.every_word and total < ENOUGH:
        clauses = [*query.any_word, *filters]
        total = number_of(searcher, Query.boolean_query(clauses))
    return clauses, total


def _answer(query: TextQuery, searcher: Searcher, first: int, limit: int | None) -> MatchingIds:
    clauses, total = _matching(query, searcher)
    wanted = total - first if limit is None else min(limit, total - first)
    if wanted <= 0:
        return MatchingIds([], total)
    return MatchingIds(
        _ids(Query.boolean_query([*clauses, *query.titles, *query.ordering]), searcher, first, wanted), total
    )


def _in_title(typed: Typed) -> Clauses:
    stems = [stem for _, stem in typed.words] + [stem for phrase in typed.phrases for stem in phrase]
    return [(Occur.Must, Query.term_query(SCHEMA, "title", stem)) for stem in stems]


def _ids(query: Query, searcher: Searcher, first: int, limit: int) -> list[UUID]:
    if limit < 1:  # the engine panics at a limit of 0
        return []
    return ids_of(searcher, [a for _, a in searcher.search(query, limit, count=False, offset=first).hits])
