"""The small map of the islands: where a place lies on its sheet, in the units of its drawing. Pure.

Plate carrée, degrees of longitude shortened as at the middle of the sheet: the islands look as people know them.
"""

import math
from dataclasses import dataclass
from typing import Final

from catalogue.places import Box

#: What the sheet shows.
SHEET: Final = Box(-10.8, 49.6, 2.4, 61.1)
#: Units to a degree of latitude, and of longitude.
DOWN: Final = 30.0
ACROSS: Final = round(DOWN * math.cos(math.radians((SHEET.south + SHEET.north) / 2)), 3)
WIDTH: Final = round((SHEET.east - SHEET.west) * ACROSS)
HEIGHT: Final = round((SHEET.north - SHEET.south) * DOWN)

#: A rectangle smaller than this could not be seen.
_SMALLEST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """As SVG has it."""

    x: float
    y: float
    width: float
    height: float


def point(longitude: float, latitude: float) -> tuple[float, float]:
    """From the sheet's upper left corner, right and down."""
    return round((longitude - SHEET.west) * ACROSS, 1), round((SHEET.north - latitude) * DOWN, 1)


def rectangle(box: Box) -> Rectangle | None:
    """A box on the sheet, cut at its edges; None for one that is not on it at all."""
    east = 180.0 if box.crosses_antimeridian else box.east
    west, right = max(box.west, SHEET.west), min(east, SHEET.east)
    south, north = max(box.south, SHEET.south), min(box.north, SHEET.north)
    if west > right or south > north:
        return None
    x, y = point(west, north)
    right_x, bottom_y = point(right, south)
    return Rectangle(x, y, round(max(right_x - x, _SMALLEST), 1), round(max(bottom_y - y, _SMALLEST), 1))
