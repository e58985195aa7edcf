"""Which of some entries a search finds, and all that it finds: for webhooks, which ask about the few that changed."""

from collections.abc import Collection
from uuid import UUID

from tantivy import Occur, Query

from catalogue.search.facets import filter_clauses
from catalogue.search.index import ids_of, reading
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import scope_clauses
from catalogue.search.text_query import take_apart, to_query
from catalogue.search_parameters import SearchParameters


def found_among(ids: Collection[UUID], parameters: SearchParameters) -> set[UUID]:
    """Those of these entries that the search finds, with every word typed. Raises `SearchUnavailable`."""
    return _found(parameters, ids, len(ids)) if ids else set()


def found_by(parameters: SearchParameters, *, most: int) -> set[UUID] | None:
    """All that the search finds, with every word typed; None if that is more than `most`.

    Raises `SearchUnavailable`.
    """
    found = _found(parameters, None, most + 1)
    return found if len(found) <= most else None


def _found(parameters: SearchParameters, ids: Collection[UUID] | None, limit: int) -> set[UUID]:
    typed = take_apart(parameters.q)
    if parameters.q and typed.is_empty:
        return set()
    with reading() as snapshot:
        text = to_query(typed, snapshot.searcher, SCHEMA)
        query = Query.boolean_query(
            [
                *(text.every_word or text.any_word),
                *filter_clauses(SCHEMA, parameters.filters),
                *filter_clauses(SCHEMA, text.narrowed),
                *scope_clauses(SCHEMA, parameters.scope),
                *_only(ids),
            ]
        )
        found = snapshot.searcher.search(query, limit, count=False).hits
        return set(ids_of(snapshot.searcher, [address for _, address in found]))


def _only(ids: Collection[UUID] | None) -> list[tuple[Occur, Query]]:
    if ids is None:
        return [(Occur.Must, Query.all_query())]
    return [(Occur.Must, Query.term_set_query(SCHEMA, "id", [str(dataset_id) for dataset_id in ids]))]
