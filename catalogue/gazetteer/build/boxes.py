"""Boxes: from outlines where they are published, else learnt from the boxes that publishers gave their own datasets."""

import gzip
import json
import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from catalogue.gazetteer.build.names import Row, bare
from catalogue.gazetteer.build.topology import Sides, around, extents
from catalogue.places import Box, box_from_sides

#: A box of a whole authority has between its own area and some five times as much: more is the wrong box.
_LEAST_FILL: Final = 0.2
_MOST_FILL: Final = 1.02
#: With no area to check against, this many datasets must agree.
_AGREEING: Final = 3
#: "Ancient woodland (Gloucestershire)", "Bus stops in Leeds", "Leeds - bus stops".
_in_title: Final = re.compile(r"(?<![\w'’])((?:[A-Z][\w'’-]+)(?: (?:and|on|upon|of|the|[A-Z][\w'’-]+))*)")
_MOST_GROUND: Final = 0.6
#: Learnt boxes that lie elsewhere than the place, or reach far beyond it: found by looking at each.
_REFUSED: Final = frozenset({"E10000032", "E10000029", "E06000052", "E07000028", "E10000028"})
_UK: Final = Box(-9.5, 49.0, 2.5, 61.5)
#: Files of ONS's boundaries, and the property that holds an area's code.
_BOUNDARIES: Final = (
    ("geogALL2022UK.json", "AREACD"),
    ("geogLA2019UK.json", "AREACD"),
    ("geogLA2017UK.json", "AREACD"),
    ("geogLA2013EW.json", "AREACD"),
)
#: Publishers whose remit is one country or union: the box that most of their datasets give is its box.
_REMITS: Final = {
    "Environment Agency": "E92000001",
    "Northern Ireland Spatial Data Infrastructure": "N92000002",
    "Natural Resources Wales": "W92000004",
    "Welsh Government": "W92000004",
    "Ordnance Survey": "K03000001",
    "British Geological Survey": "K02000001",
}
#: What was made of what by the orders for structural change of 2009 to 2023, so that one's box is around the others'.
_SUCCEEDED: Final = {
    "E06000058": ("E06000028", "E06000029", "E07000048"),
    "E06000059": ("E07000049", "E07000050", "E07000051", "E07000052", "E07000053"),
    "E06000060": ("E07000004", "E07000005", "E07000006", "E07000007"),
    "E06000061": ("E07000150", "E07000152", "E07000153", "E07000156"),
    "E06000062": ("E07000151", "E07000154", "E07000155"),
    "E06000063": ("E07000026", "E07000028", "E07000029"),
    "E06000064": ("E07000027", "E07000030", "E07000031"),
    "E06000065": ("E10000023",),
    "E06000066": ("E10000027",),
    # The other way round: what was abolished and covered the ground of what there is now
    "E10000001": ("E06000055", "E06000056"),
    "E10000002": ("E06000060",),
    "E10000004": ("E06000049", "E06000050"),
    "E10000005": ("E06000052", "E06000053"),
    "E10000010": ("E06000047",),
    "E10000033": ("E06000054",),
    # Given another code when its boundary changed a little
    "E06000048": ("E06000057",),
    "E07000097": ("E07000242",),
    "E07000100": ("E07000240",),
    "E07000101": ("E07000243",),
    "E07000104": ("E07000241",),
    "E08000020": ("E08000037",),
    "E11000004": ("E11000007",),
}


def square_kilometres(box: Sides) -> float:
    west, south, east, north = box
    return (east - west) * 111.32 * math.cos(math.radians((south + north) / 2)) * (north - south) * 110.57


def outline_boxes(path: Path, rows: dict[str, Row]) -> None:
    """Scottish council areas: the extents of their outlines."""
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        points = list(_points(feature["geometry"]["coordinates"]))
        row = rows.get(feature["properties"]["code"]) or _by_name(rows, feature["properties"]["local_authority"])
        if row and points:
            longitudes, latitudes = [x for x, _ in points], [y for _, y in points]
            row.box = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
            row.box_source = "outline"
            row.hectares = feature["properties"]["hectares"]


def ons_outline_boxes(folder: Path, rows: dict[str, Row]) -> None:
    """Extents of ONS's generalised boundaries, for whatever has no better one. Newest first: places abolished since
    stand in the older files."""
    for file, code in _BOUNDARIES:
        topology = json.loads((folder / file).read_text(encoding="utf-8"))
        for found, (west, south, east, north) in extents(topology, code):
            row = rows.get(found)
            if row and row.box is None:
                row.box, row.box_source = (west, south, east, north), "outline"


def _points(coordinates: list[Any]) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for inner in coordinates:
        yield from _points(inner)


def _by_name(rows: dict[str, Row], name: str) -> Row | None:
    return next((row for row in rows.values() if row.code.startswith("S12") and row.name == name), None)


def learn(packages: Path, rows: dict[str, Row]) -> None:
    """Boxes from the datasets of each authority's own council, else from datasets with the place in their title."""
    by_name = {key: row.code for row in rows.values() for name in (row.name, *row.names) for key in _keys(name)}
    own: dict[str, list[Sides]] = defaultdict(list)
    titled: dict[str, list[Sides]] = defaultdict(list)
    with gzip.open(packages, "rt", encoding="utf-8") as lines:
        for line in lines:
            package = json.loads(line)
            box = _box_of(package.get("extras") or {})
            if box is None:
                continue
            publisher = (package.get("organization") or {}).get("title") or ""
            councils = {by_name[key] for key in _keys(publisher) if key in by_name}
            for code in councils | ({_REMITS[publisher]} if publisher in _REMITS else set()):
                own[code].append(box)
            for piece in _in_title.findall(package.get("title") or ""):
                if named := by_name.get(" ".join(piece.lower().split())):
                    titled[named].append(box)
    for row in rows.values():
        if row.box is None and row.code not in _REFUSED:
            found = _agreed(own[row.code], row.hectares, least=1 if row.hectares else _AGREEING)
            found = found or (_agreed(titled[row.code], row.hectares, least=2) if row.hectares else None)
            row.box, row.box_source = found, "learnt" if found else ""


def _keys(name: str) -> set[str]:
    plain = name.lower().replace("&", "and").replace("-", " ").replace(",", "").replace("’", "'")
    plain = " ".join(plain.split())
    keys = {plain}
    if "council" in plain or "borough" in plain or plain.startswith("city of"):
        keys.add(bare(plain))
    if plain.startswith("the "):
        keys |= _keys(plain.removeprefix("the "))
    return keys


def _box_of(extras: dict[str, Any]) -> Sides | None:
    sides = [extras.get(f"bbox-{name}") for name in ("west-long", "south-lat", "east-long", "north-lat")]
    box = box_from_sides(*sides)
    if box is None or box.crosses_antimeridian:
        return None
    inside = _UK.west <= box.west and _UK.south <= box.south and box.east <= _UK.east and box.north <= _UK.north
    return (box.west, box.south, box.east, box.north) if inside else None


def _agreed(boxes: list[Sides], hectares: float, *, least: int) -> Sides | None:
    """The box that most datasets give, `least` of them or more, of those whose size can be right."""
    if hectares:
        boxes = [box for box in boxes if _LEAST_FILL <= hectares / 100 / square_kilometres(box) <= _MOST_FILL]
    alike = Counter(tuple(round(side, 1) for side in box) for box in boxes)
    commonest, count = alike.most_common(1)[0] if alike else (None, 0)
    if count < least:
        return None
    group = [box for box in boxes if tuple(round(side, 1) for side in box) == commonest]
    west, south, east, north = (round(statistics.median(side), 4) for side in zip(*group, strict=True))
    return west, south, east, north


def add_up_hectares(rows: dict[str, Row]) -> None:
    """Areas of counties, regions and countries from those of their parts of one year, where no list has them."""
    for kind in ("COUNTY", "REGION", "COUNTRY", "UNION"):
        for row in sorted(rows.values(), key=lambda row: row.code, reverse=True):  # K04 before K03 before K02
            if row.kind == kind and not row.hectares:
                row.hectares = sum(part.hectares for part in _parts(row, rows))


def from_parts(rows: dict[str, Row]) -> None:
    """Boxes of whatever has none around those of its parts, if these cover most of its ground."""
    for row in rows.values():
        if row.box is None and row.hectares and not row.ended:
            known = list(_known(row, rows))
            if sum(hectares for hectares, _ in known) >= _MOST_GROUND * row.hectares:
                row.box, row.box_source = around(box for _, box in known), "parts"
    for code, others in _SUCCEEDED.items():
        boxes = [rows[other].box for other in others]
        if rows[code].box is None and all(boxes):
            rows[code].box, rows[code].box_source = around(box for box in boxes if box), "parts"


def _known(row: Row, rows: dict[str, Row]) -> Iterator[tuple[float, Sides]]:
    """Area and box of each part that has a box; of a part without one, of its parts."""
    for part in _parts(row, rows):
        if part.box:
            yield part.hectares, part.box
        else:
            yield from _known(part, rows)


def _parts(row: Row, rows: dict[str, Row]) -> list[Row]:
    """Its parts as they were before the changes of 2019 on: each bit of ground once."""
    return [part for part in rows.values() if part.parent == row.code and part.hectares]
