"""Results in the order of their titles: which of them stand on a page, and where the next page begins."""

from typing import Final

from tantivy import DocAddress, FieldType, Occur, Order, Query, Searcher

from catalogue.search.index import number_of
from catalogue.search.schema import SCHEMA, TITLE_NUMBERS, TITLE_ORDER
from catalogue.search.text_query import Clauses
from catalogue.search.title_order import title_numbers
from catalogue.search.walk import PageStart

#: The engine's numbers end here.
_MOST: Final = 2**63 - 1

#: Texts that are read of every segment to pass them by: more are skipped by one number more.
_FEW: Final = 30

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
        alike = number_of(self._searcher, self._query(_same(numbers)))
        return [each for each in self._begun(numbers, alike, size) if each[0] > title][:size]

    def at(self, first: int, size: int) -> _Titled:
        numbers: list[int] = []
        before = first  # of those that begin with these numbers
        for name in TITLE_NUMBERS:
            passed = self._search(_same(numbers), before + 1, name)
            if len(passed) <= before:
                return []
            number = passed[-1][0]
            before -= sum(each < number for each, _ in passed)
            numbers.append(number)
            if before <= _FEW:
                break
        return self._begun(numbers, before, size)[before : before + size]

    def _begun(self, numbers: list[int], passed: int, size: int) -> _Titled:
        """From the first that begins with these numbers, so many and `size` more."""
        limit = passed + size
        if passed <= _FEW:
            return self.ordered([(Occur.Must, _either([_same(numbers), *_beyond(numbers)]))], limit)
        # Every segment of the index would read so many texts: few of them hold many that begin alike
        found = self.ordered(_same(numbers), limit)
        return found + self.ordered([(Occur.Must, _either(_beyond(numbers)))], limit - len(found))

    def ordered(self, besides: Clauses, limit: int) -> _Titled:
        return self._search(besides, limit, TITLE_ORDER)

    def _search(self, besides: Clauses, limit: int, order_by: str) -> list:
        if limit < 1:  # the engine panics at a limit of 0
            return []
        query = self._query(besides)
        return self._searcher.search(query, limit, count=False, order_by_field=order_by, order=Order.Asc).hits

    def _query(self, besides: Clauses) -> Query:
        return Query.boolean_query([*self._clauses, *besides])


def _same(numbers: list[int]) -> Clauses:
    """Titles that begin with these."""
    return [_between(name, number, number) for name, number in zip(TITLE_NUMBERS, numbers, strict=False)]


def _beyond(numbers: list[int]) -> list[Clauses]:
    """Titles that come after all that begin with these: the ways to."""
    return [
        [*_same(numbers[:place]), _between(TITLE_NUMBERS[place], number + 1, _MOST)]
        for place, number in enumerate(numbers)
    ]


def _either(ways: list[Clauses]) -> Query:
    return Query.boolean_query([(Occur.Should, Query.boolean_query(way)) for way in ways])


def _between(name: str, least: int, most: int) -> tuple[Occur, Query]:
    return Occur.Must, Query.const_score_query(Query.range_query(SCHEMA, name, FieldType.Integer, least, most), 0.0)
