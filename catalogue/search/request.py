"""What is asked of search."""

from dataclasses import dataclass, field
from typing import Final

from catalogue.search.facets import DEFAULT_FACETS, Filters
from catalogue.search.walk import PageStart
from catalogue.search_scope import EVERYWHERE, Scope

#: Results that can be reached by paging. Nobody reads so far; programs take the change feed or a dump.
DEEPEST: Final = 10_000

#: With at least this many entries that have every word, those with only some are left out.
ENOUGH: Final = 50


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
