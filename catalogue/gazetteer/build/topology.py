"""Extents of the areas in a TopoJSON file (https://github.com/topojson/topojson-specification, version 1.0.0). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

Sides = tuple[float, float, float, float]


def extents(topology: Mapping[str, Any], code: str) -> Iterator[tuple[str, Sides]]:
    """(code, west, south, east, north) of every area of every layer; `code` is the property that holds it.

    Areas that touch share the arc between them, written once as steps from its first point; a reversed arc is the
    complement of its number.
    """
    scale, origin = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_around_arc(arc, scale, origin) for arc in topology["arcs"]]
    for layer in topology["objects"].values():
        for area in layer["geometries"]:
            if numbers := list(_numbers(area.get("arcs") or [])):
                yield area["properties"][code], around([arcs[number if number >= 0 else ~number] for number in numbers])


def _around_arc(arc: list[list[int]], scale: list[float], origin: list[float]) -> Sides:
    ways = [list(accumulate(step[axis] for step in arc)) for axis in (0, 1)]
    (west, east), (south, north) = (
        (origin[axis] + scale[axis] * min(way), origin[axis] + scale[axis] * max(way)) for axis, way in enumerate(ways)
    )
    return west, south, east, north


def _numbers(arcs: list[Any]) -> Iterator[int]:
    """The arcs of a polygon or of several, however deep they are nested."""
    for each in arcs:
        if isinstance(each, int):
            yield each
        else:
            yield from _numbers(each)


def around(boxes: Iterable[Sides]) -> Sides:
    """The box around boxes, of which there is at least one."""
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
