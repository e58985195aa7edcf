"""The parameters of a search page's address, read and written in one place. Pure.

The address is data.gov.uk's: `/search?q=…&filters[publisher]=…&filters[topic]=…&sort=best|recent|title&page=…`. A
filter may repeat: values of one facet mean OR.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict

from catalogue.gazetteer.place import Place
from catalogue.search_scope import EVERYWHERE, Scope

#: The facets that an address may filter by; `catalogue.search.facets` says what each holds.
FILTERS = (
    *("publisher", "topic", "format", "licence_code", "open", "access", "frequency", "year", "place"),
    *("quality", "link", "delivery", "tag"),
)
SORTS = ("best", "recent", "title")
LONGEST_QUERY = 500
LAST_PAGE = 500
MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """What a reader asked for. Values that can't be meant are dropped rather than answered with an error."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "best"
    page: int = 1
    scope: Scope = EVERYWHERE

    @classmethod
    def read(cls, query: QueryDict) -> "SearchParameters":
        """From the address. Accepts `filters[publisher]` and, as Rails writes lists, `filters[publisher][]`."""
        filters = {
            name: _distinct([*query.getlist(f"filters[{name}]"), *query.getlist(f"filters[{name}][]")])
            for name in FILTERS
        }
        page = query.get("page", "1")
        sort = query.get("sort", "best")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
            filters={name: values for name, values in filters.items() if values},
            sort=sort if sort in SORTS else "best",
            page=min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 10 else 1,
            scope=Scope.read(query),
        )

    @classmethod
    def of_address(cls, address: str) -> "SearchParameters":
        """From a results page's whole address, or from what stands in it after the “?”."""
        return cls.read(QueryDict(urlsplit(address).query if "?" in address else address))

    def url(self, path: str = "/search", **extra: str) -> str:
        """The address of just this search."""
        pairs = [*self.pairs(), *extra.items()]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of its address, and of a form's hidden fields."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(f"filters[{name}]", value) for name, values in self.filters.items() for value in values]
        pairs += self.scope.pairs()
        if self.sort != "best":
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def on_page(self, page: int) -> "SearchParameters":
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> "SearchParameters":
        return replace(self, sort=sort, page=1)

    def without(self, name: str, value: str) -> "SearchParameters":
        """The same search, less one chosen filter."""
        left = tuple(chosen for chosen in self.filters.get(name, ()) if chosen != value)
        others = {key: values for key, values in self.filters.items() if key != name}
        return replace(self, filters=others | ({name: left} if left else {}), page=1)

    def without_facet(self, name: str) -> "SearchParameters":
        """The same search, less every chosen value of one facet."""
        return replace(self, filters={key: values for key, values in self.filters.items() if key != name}, page=1)

    def asking(self, q: str) -> "SearchParameters":
        """The same filters with other words."""
        return replace(self, q=q, page=1)

    def in_place(self, place: Place) -> "SearchParameters":
        """The same search in this place."""
        return replace(self, scope=replace(self.scope, place=place), page=1)

    def without_filters(self) -> "SearchParameters":
        return replace(self, filters={}, scope=EVERYWHERE, page=1)

    def without_scope(self, *names: str) -> "SearchParameters":
        """The same search, less some limits of where and when, by their names in `Scope`."""
        return replace(self, scope=replace(self.scope, **dict.fromkeys(names)), page=1)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    clean = (value.replace("\x00", "").strip()[:200] for value in values)
    return tuple(dict.fromkeys(value for value in clean if value))[:MOST_VALUES]
