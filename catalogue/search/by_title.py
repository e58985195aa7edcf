"""Results in the order of their titles: which of them stand on a page, and where the next page begins."""

from tantivy import DocAddress, FieldType, Occur, Order, Query, Searcher

from catalogue.search.schema import SCHEMA, TITLE_NUMBERS, TITLE_ORDER
from catalogue.search.text_query import Clauses
from catalogue.search.title_order import title_numbers
from catalogue.search.walk import PageStart

#: The engine's numbers begin and end here.
_LEAST, _MOST = -(2**63), 2**63 - 1

#: What a title is ordered by, and whose it is.
_Titled = list[tuple[str, DocAddress]]


def by_title(
    clauses: Clauses, searcher: Searcher, *, first: int, size: int, begun: PageStart | None
) -> tuple[list[DocAddress], PageStart | None]:
    """So many of what fulfils the conditions from the `first` on, or after the title where `begun` says it begins.

    Each text that the engine orders by costs it microseconds, so it skips by numbers to what begins alike.
    """
    asked = _Asked(clauses, searcher)
    if begun:
        found = asked.after(begun.title, size + 1)
    elif first:
        found = asked.at(first, size + 1)
    else:
        found = asked.ordered([], size + 1)
    shown = found[:size]
    # One more than the page holds tells whether there is a next
    return [address for _, address in shown], PageStart(0, title=shown[-1][0]) if len(found) > size else None


class _Asked:
    """What fulfils some conditions, by title."""

    def __init__(self, clauses: Clauses, searcher: Searcher) -> None:
        self._clauses = clauses
        self._searcher = searcher

    def after(self, title: str, size: int) -> _Titled:
        numbers = title_numbers(title)
        alike = _same(numbers)
        found = [each for each in self.ordered(alike, self._count(alike)) if each[0] > title]
        return self._filled(found, numbers, size)

    def at(self, first: int, size: int) -> _Titled:
        numbers: list[int] = []
        before = first
        for name in TITLE_NUMBERS:
            alike = _same(numbers)
            standing = self._search(alike, 1, name, offset=before)
            if not standing:
                return []
            number = standing[0][0]
            before -= self._count([*alike, *_between(name, _LEAST, number - 1)])
            numbers.append(number)
            if not before:
                break
        return self._filled(self.ordered(_same(numbers), before + size)[before:], numbers, size)

    def _filled(self, found: _Titled, numbers: list[int], size: int) -> _Titled:
        """With what comes after all that begins alike."""
        missing = size - len(found)
        return found + self.ordered(_beyond(numbers), missing) if missing > 0 else found[:size]

    def ordered(self, besides: Clauses, limit: int) -> _Titled:
        return self._search(besides, limit, TITLE_ORDER)

    def _search(self, besides: Clauses, limit: int, order_by: str, *, offset: int = 0) -> list:
        if limit < 1:  # the engine panics at a limit of 0
            return []
        query = Query.boolean_query([*self._clauses, *besides])
        return self._searcher.search(
            query, limit, count=False, offset=offset, order_by_field=order_by, order=Order.Asc
        ).hits

    def _count(self, besides: Clauses) -> int:
        found = self._searcher.search(Query.boolean_query([*self._clauses, *besides]), 1, count=True)
        return int(found.count)  # type: ignore[attr-defined]  # missing in the engine's own stubs


def _same(numbers: list[int]) -> Clauses:
    """Titles that begin with these."""
    return [
        clause
        for name, number in zip(TITLE_NUMBERS, numbers, strict=False)
        for clause in _between(name, number, number)
    ]


def _beyond(numbers: list[int]) -> Clauses:
    """Titles that come after all that begin with these."""
    ways = [
        Query.boolean_query([*_same(numbers[:place]), *_between(TITLE_NUMBERS[place], number + 1, _MOST)])
        for place, number in enumerate(numbers)
        if number < _MOST
    ]
    return [(Occur.Must, Query.boolean_query([(Occur.Should, way) for way in ways]))]


def _between(name: str, least: int, most: int) -> Clauses:
    if least > most:
        return [(Occur.Must, Query.empty_query())]
    return [(Occur.Must, Query.const_score_query(Query.range_query(SCHEMA, name, FieldType.Integer, least, most), 0.0))]
