"""Geometry as GeoJSON has it, thinned so that a page can draw it; and from WKB, and into degrees."""

import struct
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any, Final

Point = tuple[float, float]
Shape = dict[str, Any]

#: Points that the outline of one layer may have, and shapes.
MAX_POINTS: Final = 12_000
MAX_SHAPES: Final = 3_000
_MAX_WKB_DEPTH = 8

_WKB_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}


class Outline:
    """Gathers the shapes of a layer: where they lie, and a picture of them that is small enough for a page."""

    def __init__(self, transform: Callable[[float, float], Point] | None = None) -> None:
        self.box: list[float] | None = None
        self.kinds: dict[str, int] = {}
        self.count = 0
        self._transform = transform
        self._kept: list[tuple[int, Shape]] = []
        self._every = 1

    def add(self, shape: Shape | None, row: int) -> Point | None:
        """Note a shape; return the place of a point, in degrees."""
        if not shape or not isinstance(shape, dict):
            return None
        kind = str(shape.get("type"))
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        moved = self._moved(shape)
        if moved is None:
            return None
        for x, y in points_of(moved):
            if self.box is None:
                self.box = [x, y, x, y]
            else:
                box = self.box
                box[0], box[1], box[2], box[3] = min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)
        if self.count % self._every == 0:
            self._kept.append((row, moved))
            if len(self._kept) > 2 * MAX_SHAPES:  # each second of a long layer, then each fourth …
                self._kept = self._kept[::2]
                self._every *= 2
        self.count += 1
        if kind == "Point":
            x, y = moved["coordinates"][:2]
            return x, y
        return None

    def features(self) -> list[dict[str, Any]]:
        """GeoJSON features with `row` as their only property, thinned."""
        kept = self._kept
        if len(kept) > MAX_SHAPES:
            kept = kept[:: -(-len(kept) // MAX_SHAPES)]
        total = sum(sum(1 for _ in points_of(shape)) for _, shape in kept)
        share = min(1.0, MAX_POINTS / total) if total else 1.0
        return [
            {"type": "Feature", "properties": {"row": row}, "geometry": _thinned(shape, share)} for row, shape in kept
        ]

    def _moved(self, shape: Shape) -> Shape | None:
        try:
            return _mapped(shape, self._point)
        except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError):
            return None

    def _point(self, x: Any, y: Any) -> Point:
        x, y = float(x), float(y)
        if self._transform:
            x, y = self._transform(x, y)
        if not (isfinite(x) and isfinite(y)) or abs(x) > 360 or abs(y) > 90.1:
            raise ValueError("not a place on earth")
        return round(x, 6), round(y, 6)


def points_of(shape: Shape) -> Iterator[Point]:
    if shape["type"] == "GeometryCollection":
        for part in shape["geometries"]:
            yield from points_of(part)
        return
    stack = [shape["coordinates"]]
    while stack:
        item = stack.pop()
        if item and isinstance(item[0], int | float):
            yield item[0], item[1]
        else:
            stack.extend(item)


def _mapped(shape: Shape, point: Callable[[Any, Any], Point]) -> Shape:
    def walk(item: Any) -> Any:
        if isinstance(item[0], int | float):
            return list(point(item[0], item[1]))
        return [walk(part) for part in item if part]

    if shape["type"] == "GeometryCollection":
        return {"type": "GeometryCollection", "geometries": [_mapped(part, point) for part in shape["geometries"]]}
    if shape["type"] not in _WKB_NAMES.values():
        raise ValueError("no geometry of GeoJSON")
    return {"type": shape["type"], "coordinates": walk(shape["coordinates"])}


def _thinned(shape: Shape, share: float) -> Shape:
    """With fewer points to each line. The ends of a line stay."""
    if share >= 1 or shape["type"] in ("Point", "MultiPoint", "GeometryCollection"):
        return shape
    least = 4 if "Polygon" in shape["type"] else 2
    every = max(1, round(1 / share))

    def walk(item: Any) -> Any:
        if item and item[0] and isinstance(item[0][0], int | float):
            if len(item) <= least or every == 1:
                return item
            step = min(every, max(1, len(item) // least))
            return [*item[:-1:step], item[-1]]
        return [walk(part) for part in item]

    return {"type": shape["type"], "coordinates": walk(shape["coordinates"])}


def from_wkb(data: bytes) -> Shape:
    """Well-known binary (ISO 19125, and EWKB's flags) → GeoJSON geometry. Raises ValueError."""
    try:
        shape, _ = _wkb(data, 0, 0)
    except (struct.error, IndexError, KeyError) as error:
        raise ValueError("damaged geometry") from error
    return shape


def from_geopackage(data: bytes) -> Shape:
    """A GeoPackage geometry: a header, and WKB after it. https://www.geopackage.org/spec/#gpb_format"""
    if data[:2] != b"GP":
        raise ValueError("no GeoPackage geometry")
    flags = data[3]
    if flags & 0b10000:
        raise ValueError("empty geometry")
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}.get((flags >> 1) & 0b111, 0)
    return from_wkb(data[8 + envelope :])


def _wkb(data: bytes, at: int, depth: int) -> tuple[Shape, int]:
    if depth > _MAX_WKB_DEPTH:
        raise ValueError("nested too deeply")
    order = "<" if data[at] == 1 else ">"
    (code,) = struct.unpack_from(f"{order}I", data, at + 1)
    at += 5
    has_z, has_m = bool(code & 0x80000000), bool(code & 0x40000000)
    if code & 0x20000000:
        at += 4
    code &= 0x0FFFFFFF
    dimensions = 2 + has_z + has_m + {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0)
    name = _WKB_NAMES[code % 1000]

    def one(at: int) -> tuple[list[float], int]:
        return list(struct.unpack_from(f"{order}2d", data, at)), at + 8 * dimensions

    def line(at: int) -> tuple[list[list[float]], int]:
        (count,) = struct.unpack_from(f"{order}I", data, at)
        at += 4
        if count * 8 * dimensions > len(data) - at:
            raise ValueError("says more points than there are")
        values = struct.unpack_from(f"{order}{count * dimensions}d", data, at)
        points = [[values[n], values[n + 1]] for n in range(0, len(values), dimensions)]
        return points, at + 8 * count * dimensions

    if name == "Point":
        point, at = one(at)
        return {"type": name, "coordinates": point}, at
    if name == "LineString":
        points, at = line(at)
        return {"type": name, "coordinates": points}, at
    (count,) = struct.unpack_from(f"{order}I", data, at)
    at += 4
    if count > len(data):
        raise ValueError("says more parts than there are")
    if name == "Polygon":
        rings = []
        for _ in range(count):
            points, at = line(at)
            rings.append(points)
        return {"type": name, "coordinates": rings}, at
    parts = []
    for _ in range(count):
        part, at = _wkb(data, at, depth + 1)
        parts.append(part)
    if name == "GeometryCollection":
        return {"type": name, "geometries": parts}, at
    return {"type": name, "coordinates": [part["coordinates"] for part in parts]}, at


def transformer(reference: Any) -> Callable[[float, float], Point] | None:
    """From a coordinate reference system (EPSG code or WKT) into degrees of WGS 84; None where it is that already.

    Raises ValueError for one that nobody knows.
    """
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        system = CRS.from_user_input(reference)
        if system.is_geographic and "WGS 84" in system.name:
            return None
        moved = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise ValueError("unknown reference system") from error
    return lambda x, y: moved.transform(x, y)
