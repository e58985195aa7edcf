"""Which of some entries a search finds: for webhooks, which ask about the few that changed."""

import json
from collections.abc import Collection
from uuid import UUID

from tantivy import Occur, Query

from catalogue.search.facets import filter_clauses
from catalogue.search.index import reading
from catalogue.search.schema import SCHEMA
from catalogue.search.scope import scope_clauses
from catalogue.search.text_query import take_apart, to_query
from catalogue.search_parameters import SearchParameters


def found_among(ids: Collection[UUID], parameters: SearchParameters) -> set[UUID]:
    """Those of these entries that the search finds, with every word typed. Raises `SearchUnavailable`."""
    if not ids:
        return set()
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
                (Occur.Must, Query.term_set_query(SCHEMA, "id", [str(dataset_id) for dataset_id in ids])),
            ]
        )
        hits = snapshot.searcher.search(query, len(ids), count=False).hits
        return {UUID(json.loads(snapshot.searcher.doc(address)["card"][0])["id"]) for _, address in hits}
