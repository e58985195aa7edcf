"""The values of every row side by side: what results too few for bitmaps are counted by. Pure.

For facets with hundreds of values and more. Asking a bitmap of each value costs the same for ten matches as for ten
thousand; here each match costs some nanoseconds for each value it has. Values are numbered as they come; a row's
numbers stand together in one long column, and another says where each row's begin.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
from pyroaring import BitMap

#: Facets that are held so. The others have so few values that bitmaps are as quick.
MANY_VALUED: Final = ("publisher", "format", "year", "place", "tag")

#: Beside them, in columns of their own that no search asks: tags as they are written, which CKAN's clients count by.
TAGS_AS_WRITTEN: Final = ("tag_as_written",)

Numbers = np.ndarray[tuple[int], np.dtype[np.uint32]]


class Columns:
    """As the writing process keeps them. Rows are only ever added, and so are values."""

    def __init__(self, facets: tuple[str, ...] = MANY_VALUED) -> None:
        self.facets = facets
        self.ends = array("I")
        self.held = array("I")
        self.numbers: dict[str, dict[str, int]] = {facet: {} for facet in facets}
        self.values: list[tuple[int, str]] = []  # of each number: place of its facet in `facets`, value

    def add(self, values: Mapping[str, Iterable[str]]) -> None:
        """The next row has these values."""
        for place, facet in enumerate(self.facets):
            numbers = self.numbers[facet]
            for value in dict.fromkeys(values.get(facet, ())):
                number = numbers.get(value)
                if number is None:
                    numbers[value] = number = len(self.values)
                    self.values.append((place, value))
                self.held.append(number)
        self.ends.append(len(self.held))

    def skip_to(self, row: int) -> None:
        """Rows up to this one have no values: they belong to entries that are stored again."""
        while len(self.ends) < row:
            self.ends.append(len(self.held))

    def pieces(self) -> tuple[bytes, bytes, bytes]:
        values = orjson.dumps(self.values)
        values += b" " * (-len(values) % 4)  # so that what comes next begins at a whole number
        return self.ends.tobytes(), self.held.tobytes(), values

    @classmethod
    def of(cls, ends: bytes, held: bytes, values: bytes, *, facets: tuple[str, ...] = MANY_VALUED) -> "Columns":
        """As saved, to be carried on. Raises `ValueError` if it can't be."""
        columns = cls(facets)
        columns.ends.frombytes(ends)
        columns.held.frombytes(held)
        for place, value in orjson.loads(values):
            columns.numbers[facets[place]][value] = len(columns.values)
            columns.values.append((place, value))
        return columns


class ReadColumns:
    """As readers ask them, over the saved file's memory."""

    def __init__(self, ends: bytes | memoryview, held: bytes | memoryview, values: bytes | memoryview) -> None:
        """As `Columns.pieces` gave them."""
        self._ends: Numbers = np.frombuffer(ends, np.uint32)
        self._held: Numbers = np.frombuffer(held, np.uint32)
        read = orjson.loads(values)
        self._values: list[str] = [value for _, value in read]
        self._facets = np.array([place for place, _ in read], dtype=np.uint8)

    def tally(self, rows: BitMap) -> "Tally":
        """How many of the rows have each value."""
        chosen = np.frombuffer(rows.to_array(), dtype=np.uint32)
        ends = self._ends[chosen].astype(np.int64)
        starts = np.where(chosen == 0, 0, self._ends[np.maximum(chosen, 1) - 1]).astype(np.int64)
        lengths = ends - starts
        # The places of all values of the chosen rows, one row's after the other
        first = np.cumsum(lengths) - lengths
        places = np.repeat(starts - first, lengths) + np.arange(int(lengths.sum()))
        counts = np.bincount(self._held[places], minlength=len(self._values))
        return Tally(self._values, self._facets, counts, np.flatnonzero(counts))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by number of value, and which of them aren't nothing."""

    _values: list[str]
    _facets: np.ndarray
    _counts: np.ndarray
    _found: np.ndarray

    def all(self) -> dict[str, int]:
        """Every value of every facet."""
        return {self._values[number]: int(self._counts[number]) for number in self._found}

    def of(self, facet: str, limit: int, chosen: Iterable[str]) -> dict[str, int]:
        """The `limit` commonest values of a facet, all that are equally common as the last, and the chosen ones."""
        own = self._found[self._facets[self._found] == MANY_VALUED.index(facet)]
        counts = self._counts[own]
        shown = own
        if len(own) > limit:
            shown = own[counts >= np.partition(counts, -limit)[-limit]]
        tallied = {self._values[number]: int(self._counts[number]) for number in shown}
        if wanted := set(chosen) - tallied.keys():
            tallied |= {
                self._values[number]: int(self._counts[number]) for number in own if self._values[number] in wanted
            }
        return tallied
