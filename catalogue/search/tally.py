"""Counting broad questions by bitmaps: what matches, and how many of it have each value of each facet."""

import heapq
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import Final
from uuid import UUID

from pyroaring import BitMap

from catalogue.gazetteer.place import Place, countries
from catalogue.places import Box
from catalogue.search.boxes import ReadBoxes
from catalogue.search.columns import MANY_VALUED, ReadColumns
from catalogue.search.facets import FACETS, Counts, Filters
from catalogue.search.numbers import Digits, of_all, within
from catalogue.search.rows import RowsFile
from catalogue.search.scope import Range, box_ranges, day_ranges
from catalogue.search_scope import Scope

#: Counts of fewer entries than this are never older than the index.
FEWEST: Final = 10_000

#: Stands before a year among stems: entries that cover it, whether they name it or not.
YEAR: Final = "\x1fyear="

#: A set of rows is sparse if it is at most one in so many.
_SPARSE: Final = 16

#: Bitmaps kept open of one file, each of up to 125 kB for a million entries.
_MOST_OPEN: Final = 3_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as stems alone: of each group any one, and none of the excluded."""

    groups: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    @property
    def stems(self) -> set[str]:
        found = {stem for group in self.groups for stem in group} | set(self.excluded)
        return {stem for stem in found if not stem.startswith(YEAR)}


class Bitmaps:
    """The bitmaps of one saved file, for one process. Safe to use from several threads: what is read twice is equal."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` where there are none yet, `ValueError` if the file can't be read."""
        try:
            self._file = RowsFile(path)
            header = self._file.header
            self._words: dict[str, list[int]] = header["words"]
            self._facets: dict[str, list[list]] = {name: held["values"] for name, held in header["facets"].items()}
            self._least: dict[str, int] = {name: held["least"] for name, held in header["facets"].items()}
            self._places = {name: {v[0]: v for v in values} for name, values in self._facets.items()}
            self._columns = ReadColumns(*self._file.columns())
            self._boxes = ReadBoxes(*self._file.boxes())
            self._number_places: dict[str, list[list[int]]] = header["numbers"]
            self._everything = BitMap(range(header["next"]))
            self.alive = self._file.read(*header["alive"][:2])
            self.state = self._file.state
        except (KeyError, TypeError, struct.error) as error:
            raise ValueError(f"the rows can't be read: {error}") from error
        self._open: dict[tuple[str, str], BitMap] = {}
        self._numbers: dict[str, Digits] = {}

    def knows(self, stem: str) -> bool:
        return stem in self._words

    def with_word(self, stem: str) -> BitMap:
        return self._bitmap("", stem, self._words[stem])

    def matching(self, wanted: Wanted, rows_of: Callable[[str], BitMap], *, every: bool) -> BitMap:
        """Rows with one word of each group, or of any group. `rows_of` finds those of a word that isn't common."""

        def with_stem(stem: str) -> BitMap:
            if stem.startswith(YEAR):
                place = self._places.get("year", {}).get(stem.removeprefix(YEAR))
                return self._value("year", place) if place else BitMap()
            return self.with_word(stem) if self.knows(stem) else rows_of(stem)

        found = self.alive
        if wanted.groups:
            groups = [BitMap.union(*map(with_stem, group)) for group in wanted.groups]
            groups.sort(key=len)
            found = reduce(BitMap.__and__, groups) if every else BitMap.union(*groups)
            found &= self.alive
        for stem in wanted.excluded:
            found = found - with_stem(stem)
        return found

    def within(self, rows: BitMap, filters: Filters, *, besides: str = "") -> BitMap | None:
        """Those of the rows that pass the filters. None if that can't be told."""
        for name, chosen in filters.items():
            if name == besides or not chosen:
                continue
            places = self._places.get(name, {})
            if self._least.get(name) and any(value not in places for value in chosen):
                return None
            rows = rows & self._with_any(name, chosen)
        return rows

    def _with_any(self, name: str, chosen: Iterable[str]) -> BitMap:
        """Rows with any of these values."""
        places = self._places.get(name, {})
        held = [self._value(name, places[value]) for value in chosen if value in places]
        return BitMap.union(*held) if held else BitMap()

    def in_scope(self, rows: BitMap, scope: Scope) -> BitMap | None:
        """Those of the rows where and when is asked for. None if that can't be told."""
        for asked in day_ranges(scope):
            rows = rows & self._between(asked)
        if scope.area:
            rows = rows & self._meeting(scope.area)
        if scope.place:
            filed = self.within(rows, {"place": (scope.place.code,)})
            if filed is None:
                return None
            rows = filed | self._covering(rows, scope.place, scope.place.box) if scope.place.box else filed
        return rows

    def passing(self, scope: Scope, filters: Filters) -> BitMap | None:
        """Rows of everything that is in the scope and passes the filters. None if that can't be told."""
        rows = self.in_scope(self.alive, scope)
        return None if rows is None else self.within(rows, filters)

    def nearest(self, rows: BitMap, scope: Scope, first: int, size: int) -> list[tuple[float, UUID]]:
        """So many of these rows from the `first` on of those whose area fits best, with their scores."""
        filed = self._with_any("place", [scope.place.code]) if scope.place else BitMap()
        return self._boxes.best(rows, scope.ground, filed, first=first, size=size)

    def _covering(self, rows: BitMap, place: Place, box: Box) -> BitMap:
        """Those of the rows whose box meets the place's, less those filed under another country alone."""
        own, others = countries(place.code)
        met = rows & self._meeting(box)
        return met - (self._with_any("place", others) - self._with_any("place", own)) if others else met

    def _meeting(self, area: Box) -> BitMap:
        """Rows of the entries whose box meets the area."""
        return BitMap.union(*(reduce(BitMap.__and__, map(self._between, sides)) for sides in box_ranges(area)))

    def _between(self, asked: Range) -> BitMap:
        name, low, high = asked
        if name not in self._numbers:
            places = self._number_places.get(name, [])
            self._numbers[name] = of_all([self._file.read(*place[:2]) for place in places]) if places else Digits()
        return within(self._numbers[name], name, low, high)

    def count(self, rows: BitMap, filters: Filters, facets: Iterable[str], limit: int) -> Counts | None:
        """Exact as of the file. Of each facet at least the `limit` commonest values. Facets of which that can't be told
        are left out; None if even the total can't be."""
        passing = self.within(rows, filters)
        if passing is None:
            return None
        values: dict[str, Mapping[str, int]] = {}
        columns = self._columns.tally(passing) if self._is_sparse(passing) else None
        for name in facets:
            chosen, most = filters.get(name, ()), FACETS[name].offered(limit)
            own = self.within(rows, filters, besides=name) if chosen else passing
            found: Mapping[str, int] | None = None
            if own is not None and name in MANY_VALUED and self._is_sparse(own):
                tally = columns if columns and own is passing else self._columns.tally(own)
                found = tally.of(name, most, chosen)
            elif own is not None:
                found = self._tally(name, own, most, chosen)
            if found is not None:
                values[name] = found
        return Counts(len(passing), values)

    def tags_as_written(self, rows: BitMap) -> dict[str, int]:
        """How many of these rows have each tag."""
        return self._tags.tally(rows & self.alive).all()

    @cached_property
    def tags_of_all(self) -> dict[str, int]:
        """How many entries have each tag as it is written. As of the file, like the bitmaps themselves."""
        return self.tags_as_written(self.alive)

    @cached_property
    def _tags(self) -> ReadColumns:
        """Read by who asks for it alone: a large catalogue has a hundred thousand tags."""
        return ReadColumns(*self._file.tags())

    def _is_sparse(self, rows: BitMap) -> bool:
        """Whether so few of all rows that columns are quicker than bitmaps."""
        return _SPARSE * len(rows) <= len(self._everything)

    def _tally(self, name: str, rows: BitMap, limit: int, chosen: tuple[str, ...]) -> dict[str, int] | None:
        """Values are taken by their number of entries, which no count can exceed: so most rare ones are never asked."""
        overlap = self._overlap(rows)
        counts: dict[str, int] = {}
        best: list[int] = []
        for held in self._facets.get(name, ()):
            if len(best) == limit and held[3] < best[0]:
                break
            if (count := overlap(name, held)) > 0:
                counts[held[0]] = count
                if len(best) < limit:
                    heapq.heappush(best, count)
                elif count > best[0]:
                    heapq.heapreplace(best, count)
        least = self._least.get(name, 0)
        if least and (len(best) < limit or best[0] < least):
            return None
        for value in chosen:
            place = self._places.get(name, {}).get(value)
            if place and value not in counts and (count := overlap(name, place)):
                counts[value] = count
        return counts

    def _overlap(self, rows: BitMap) -> Callable[[str, list], int]:
        """How many of the rows have a value. Small bitmaps are found in a dense one in constant time, and in a sparse
        one by search: so what is sparse is counted by its complement."""
        if not self._is_sparse(rows):
            return lambda name, held: rows.intersection_cardinality(self._value(name, held))
        others = self._everything - rows
        return lambda name, held: held[3] - others.intersection_cardinality(self._value(name, held))

    def _value(self, name: str, held: list) -> BitMap:
        return self._bitmap(name, held[0], held[1:])

    def _bitmap(self, kind: str, name: str, place: list[int]) -> BitMap:
        found = self._open.get((kind, name))
        if found is None:
            found = self._file.read(place[0], place[1])
            if len(self._open) < _MOST_OPEN:
                self._open[kind, name] = found
        return found
