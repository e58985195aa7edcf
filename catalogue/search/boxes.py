"""Each row's box, id and standing side by side: what puts entries in order by how well their area fits. Pure.

The engine would compare seven numbers of every entry to find the best few hundred, and could not tell which of those
that fit alike is best. Here the whole score of all that meet the area is worked out at once, some tens of nanoseconds
an entry.
"""

from array import array
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import numpy as np
from pyroaring import BitMap

from catalogue.places import Box
from catalogue.search.coverage import SMALLEST, extent_class
from catalogue.search.document import joined
from catalogue.search.numbers import DEGREE
from catalogue.search.scope import FILED, NEARNESS, spans_of
from catalogue.search.weights import WEIGHTS

#: Of an entry without a box: no degree.
_NONE: Final = 2**31 - 1

_SIDES: Final = ("west", "south", "east", "north")


class Boxes:
    """As the writing process keeps them. Rows are only ever added."""

    def __init__(self) -> None:
        self.halves = array("q")  # of the ids
        self.sides = array("i")  # in millionths of a degree
        self.standings = array("B")

    def add(self, fields: Mapping[str, Any]) -> None:
        """The next row is this entry's."""
        self.halves.extend((fields.get("id_high", 0), fields.get("id_low", 0)))
        sides = [fields.get(name) for name in _SIDES]
        self.sides.extend(_NONE if side is None else round(side * DEGREE) for side in sides)
        self.standings.append(fields.get("standing", 0))

    def skip_to(self, row: int) -> None:
        """Rows up to this one belong to entries that are stored again."""
        while len(self.standings) < row:
            self.add({})

    def pieces(self) -> tuple[bytes, bytes, bytes]:
        """Each as long as whole words of eight bytes."""
        standings = self.standings.tobytes()
        return self.halves.tobytes(), self.sides.tobytes(), standings + bytes(-len(standings) % 8)

    @classmethod
    def of(cls, halves: bytes, sides: bytes, standings: bytes) -> "Boxes":
        """As saved, to be carried on. Raises `ValueError` if it can't be."""
        boxes = cls()
        boxes.halves.frombytes(halves)
        boxes.sides.frombytes(sides)
        boxes.standings.frombytes(standings[: len(boxes.halves) // 2])
        return boxes


class ReadBoxes:
    """As readers ask them, over the saved file's memory."""

    def __init__(self, halves: memoryview, sides: memoryview, standings: memoryview) -> None:
        self._halves = np.frombuffer(halves, np.int64).reshape(-1, 2)
        self._sides = np.frombuffer(sides, np.int32).reshape(-1, 4)
        self._standings = np.frombuffer(standings, np.uint8)

    def best(self, rows: BitMap, area: Box | None, filed: BitMap, *, first: int, size: int) -> list[tuple[float, UUID]]:
        """So many of these rows from the `first` best on, with their scores; equals in the order of rows."""
        chosen = np.frombuffer(rows.to_array(), dtype=np.uint32)
        scores = np.ones(len(chosen), np.float32)
        if area:
            scores += _fits(self._sides[chosen], area)
        if filed:
            scores[np.isin(chosen, np.frombuffer(filed.to_array(), np.uint32), assume_unique=True)] += FILED
        scores *= 1 + WEIGHTS["standing"] / 100 * self._standings[chosen].astype(np.float32)
        end = min(first + size, len(chosen))
        if first >= end:
            return []
        least = np.partition(scores, len(chosen) - end)[len(chosen) - end]
        among = np.flatnonzero(scores >= least)
        order = among[np.argsort(-scores[among], kind="stable")][first:end]
        return [
            (float(scores[place]), joined(int(high), int(low)))
            for place, (high, low) in zip(order, self._halves[chosen[order]], strict=True)
        ]


def _fits(sides: np.ndarray, area: Box) -> np.ndarray:
    """As `scope.fit` and `scope.near` say of one entry, for all at once."""
    has_box = sides[:, 0] != _NONE
    west, south, east, north = (sides[:, place] for place in range(4))
    spans = spans_of(area)
    own = _degrees(east - west) * _degrees(north - south)
    asked = sum(max(right - left, SMALLEST) for left, right in spans) * max(area.north - area.south, SMALLEST)
    width = np.sum([_overlap(west, east, *span) for span in spans], axis=0)
    both = _degrees(width) * _degrees(_overlap(south, north, area.south, area.north))
    rest = own + asked - both
    found = WEIGHTS["box that fits the area"] * np.where(rest > 0, np.minimum(both / np.where(rest > 0, rest, 1), 1), 1)
    apart = np.abs(np.rint(np.log2(own)) - extent_class(spans[0], area.south, area.north))
    for reach, lift in NEARNESS:
        found += np.where(apart <= reach, lift, 0)
    return np.where(has_box, found, 0).astype(np.float32)


def _overlap(low: np.ndarray, high: np.ndarray, first: float, last: float) -> np.ndarray:
    """How much of each extent lies between these degrees, in millionths."""
    return np.maximum(np.minimum(high, round(last * DEGREE)) - np.maximum(low, round(first * DEGREE)), 0)


def _degrees(millionths: np.ndarray) -> np.ndarray:
    return np.maximum(millionths.astype(np.float32) / DEGREE, np.float32(SMALLEST))
