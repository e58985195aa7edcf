"""What to let go of when nothing is found, each with how many datasets it would bring."""

from dataclasses import dataclass

from catalogue.search.query import SearchRequest, search
from catalogue.search_labels import Facet
from catalogue.search_parameters import SearchParameters

#: Searches made to find out. Each costs little: they narrow down to nothing or nearly so.
_MOST = 12
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Loosened:
    """A wider search, and how many datasets it finds."""

    label: str
    url: str
    count: int


def loosened(parameters: SearchParameters, facets: list[Facet]) -> list[Loosened]:
    """Wider searches that find something, the smallest step first: less one filter, less one word, less all filters."""
    steps: list[tuple[str, SearchParameters]] = []
    for facet in facets:
        chosen = [option.label for option in facet.options if option.selected]
        if chosen:
            steps.append((f"any {facet.title.lower()}", parameters.without_facet(facet.name)))
    scope = parameters.scope
    if scope.place or scope.area:
        steps.append(("any area", parameters.without_scope("place", "area")))
    if scope.covers_from or scope.covers_to:
        steps.append(("any time covered", parameters.without_scope("covers_from", "covers_to")))
    if scope.updated_from or scope.updated_to:
        steps.append(("any date of update", parameters.without_scope("updated_from", "updated_to")))
    narrowings = len(steps)
    words = parameters.q.split()
    if 1 < len(words) <= _MOST_WORDS:
        steps += [
            (f"without “{word}”", parameters.asking(" ".join([*words[:place], *words[place + 1 :]])))
            for place, word in enumerate(words)
        ]
    if narrowings > 1:  # else it is the first step
        steps.append(("without any filter", parameters.without_filters()))
    found = [Loosened(words, wider.url(), _count(wider)) for words, wider in steps[:_MOST]]
    return [each for each in found if each.count]


def _count(wider: SearchParameters) -> int:
    request = SearchRequest(wider.q, wider.filters, wider.sort, page_size=1, facets=(), scope=wider.scope)
    return search(request).total
