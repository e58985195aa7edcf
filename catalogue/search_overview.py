"""What the whole catalogue, or one publisher's part of it, consists of: the commonest values of a few facets."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.search.query import SearchRequest, SearchUnavailable, search
from catalogue.search_labels import Option, labelled


@dataclass(frozen=True, slots=True)
class Overview:
    """How many datasets there are, and the commonest values of each facet asked for."""

    total: int
    facets: Mapping[str, list[Option]]


def overview(*facets: str, most: int, **filters: str) -> Overview | None:
    """By the search index, whose counts are kept between changes; None while there is no index."""
    chosen = {name: (value,) for name, value in filters.items()}
    try:
        found = search(SearchRequest(filters=chosen, page_size=1, facets=facets, facet_limit=most))
    except SearchUnavailable:
        return None
    return Overview(found.total, {facet.name: facet.options for facet in labelled(found.facets)})
