"""Bounding boxes from what catalogues hold: numbers, GeoJSON, WKT, ISO and GML, axes put right where certain."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Coordinates this little outside the globe are rounding and are brought back to its edge.
_TOLERANCE = 0.01
_HALF_GLOBE = 180
#: A shape of more points than this is cut: its box only needs the extremes, and hostile input must not cost time.
_MAX_POINTS = 200_000


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees of WGS 84. West may exceed east: then the box crosses the antimeridian, as GeoJSON has it.

    Raises ValueError for coordinates off the globe or a south above the north.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180 <= self.west <= 180 and -180 <= self.east <= 180 and -90 <= self.south <= self.north <= 90):
            raise ValueError(f"Not a box on the globe: {self.west}, {self.south}, {self.east}, {self.north}")

    @property
    def sides(self) -> dict[str, float]:
        """West, south, east and north by name, in this order: as entries hold them."""
        return {"west": self.west, "south": self.south, "east": self.east, "north": self.north}

    @property
    def crosses_antimeridian(self) -> bool:
        return self.west > self.east

    @property
    def is_point(self) -> bool:
        return self.west == self.east and self.south == self.north

    def as_geojson(self) -> dict[str, Any]:
        """Point or Polygon; a MultiPolygon of two halves where the box crosses the antimeridian (RFC 7946, 3.1.9)."""
        if self.is_point:
            return {"type": "Point", "coordinates": [self.west, self.south]}
        if self.crosses_antimeridian:
            halves = [self._ring(self.west, 180.0), self._ring(-180.0, self.east)]
            return {"type": "MultiPolygon", "coordinates": [[ring] for ring in halves]}
        return {"type": "Polygon", "coordinates": [self._ring(self.west, self.east)]}

    def _ring(self, west: float, east: float) -> list[list[float]]:
        return [[west, self.south], [east, self.south], [east, self.north], [west, self.north], [west, self.south]]

    def as_text(self) -> str:
        """'west,south,east,north', as DCAT-US and OpenSearch write it."""
        return ",".join(repr(side) for side in (self.west, self.south, self.east, self.north))

    def as_wkt(self) -> str:
        """POLYGON or POINT; west and east as they stand, also across the antimeridian."""
        if self.is_point:
            return f"POINT({self.west} {self.south})"
        return "POLYGON((" + ",".join(f"{x} {y}" for x, y in self._ring(self.west, self.east)) + "))"


_SIDES = (
    ("west", "south", "east", "north"),
    ("westboundlongitude", "southboundlatitude", "eastboundlongitude", "northboundlatitude"),
    ("westlimit", "southlimit", "eastlimit", "northlimit"),
    ("minx", "miny", "maxx", "maxy"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("bbox-west-long", "bbox-south-lat", "bbox-east-long", "bbox-north-lat"),
    ("min_lon", "min_lat", "max_lon", "max_lat"),
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_NUMBERS = re.compile(_NUMBER, re.IGNORECASE)
_FOUR = re.compile(
    rf"\s*\[?\s*({_NUMBER})(?:\s*[,;]\s*|\s+)({_NUMBER})(?:\s*[,;]\s*|\s+)({_NUMBER})(?:\s*[,;]\s*|\s+)({_NUMBER})\s*\]?\s*",
    re.IGNORECASE,
)
#: Four numbers at full precision are shorter; longer digits cost quadratic time to refuse.
_MAX_FOUR = 200
_WKT = re.compile(
    r"(?:<[^<>]{0,300}>\s{0,5}|srid=\d{1,9};\s{0,5})?"
    r"(envelope|bbox|polygon|multipolygon|point|linestring|multipoint)\s{0,5}[zm]{0,2}\s{0,5}(\(.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED_SIDE = re.compile(
    r"['\"]?\b(west|south|east|north)(?:bound(?:longitude|latitude)|limit|ernmost\w*)?['\"]?\s*[:=]\s*['\"]?("
    + _NUMBER
    + ")",
    re.IGNORECASE,
)
_CORNERS = re.compile(rf"<(?:\w+:)?(lower|upper)corner[^>]*>\s*({_NUMBER})[\s,]+({_NUMBER})", re.IGNORECASE)


def box_from(raw: object) -> Box | None:
    """The box that a text, list or GeoJSON object describes; None for place names, nonsense and boxes without extent.

    A point given as a point makes a box without extent; a box whose corners coincide is a default left in, and None.
    South and north the wrong way round, and latitude before longitude where a value leaves no doubt, are put right.
    """
    if isinstance(raw, dict):
        return _from_mapping(raw)
    if isinstance(raw, (list, tuple)):
        return _from_list(raw)
    if not isinstance(raw, str) or not raw:
        return None
    text = raw.strip()
    found = _FOUR.fullmatch(text) if len(text) <= _MAX_FOUR else None
    if found:
        return box_from_sides(*found.groups())
    if text[:1] in "{[":
        try:
            loaded = json.loads(text)
        except (ValueError, RecursionError):
            return _from_named_sides(text)
        return box_from(loaded) if isinstance(loaded, (dict, list)) else None
    found = _WKT.fullmatch(text)
    if found:
        return _from_wkt(found[1].lower(), found[2])
    return _from_named_sides(text) or _from_corners(text)


def box_from_sides(west: object, south: object, east: object, north: object) -> Box | None:
    """A box from four values given apart, as ISO and CKAN's extras have them; None where they make none."""
    sides = [_degrees(side) for side in (west, south, east, north)]
    w, s, e, n = sides
    if w is None or s is None or e is None or n is None:
        return None
    if w == e or s == n:
        return None
    return _box(w, s, e, n)


def _box(w: float, s: float, e: float, n: float) -> Box | None:
    """Sides brought onto the globe and into order; None where that is not certain."""
    if max(abs(s), abs(n)) > 90 + _TOLERANCE and max(abs(w), abs(e)) <= 90 + _TOLERANCE:
        w, s, e, n = s, w, n, e  # a latitude beyond the pole is a longitude
    if s > n:
        s, n = n, s
    if w > e and w - e < _HALF_GLOBE:
        w, e = e, w  # written the wrong way round; a box across the date line spans more than half the globe this way
    w, e = (max(-180.0, min(180.0, side)) if abs(side) <= 180 + _TOLERANCE else side for side in (w, e))
    s, n = (max(-90.0, min(90.0, side)) if abs(side) <= 90 + _TOLERANCE else side for side in (s, n))
    try:
        return Box(w + 0.0, s + 0.0, e + 0.0, n + 0.0)  # + 0.0 turns -0.0 into 0.0
    except ValueError:
        return None


def _degrees(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, str) and not _NUMBERS.fullmatch(value.strip()):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _from_mapping(raw: dict[Any, Any]) -> Box | None:
    kind = raw.get("type")
    if kind == "Feature" and isinstance(raw.get("geometry"), dict):
        return _from_mapping(raw["geometry"])
    if "coordinates" in raw:
        points = list(_points(raw["coordinates"]))
        if isinstance(kind, str) and kind.lower() == "envelope" and len(points) == 2:
            (w, n), (e, s) = points
            return box_from_sides(w, s, e, n)
        return _around(points, is_point=kind == "Point")
    if isinstance(raw.get("bbox"), (list, tuple, str)):
        return box_from(raw["bbox"])
    lowered = {key.lower(): value for key, value in raw.items() if isinstance(key, str)}
    for names in _SIDES:
        if all(name in lowered for name in names):
            return box_from_sides(*(lowered[name] for name in names))
    return None


def _from_list(raw: list[Any] | tuple[Any, ...]) -> Box | None:
    if len(raw) == 1:
        return box_from(raw[0]) if isinstance(raw[0], (dict, str)) else None
    if len(raw) == 4 and not isinstance(raw[0], (list, tuple)):
        return box_from_sides(*raw)
    if len(raw) == 6:  # with heights: west, south, lowest, east, north, highest
        return box_from_sides(raw[0], raw[1], raw[3], raw[4])
    if len(raw) == 2 and all(isinstance(corner, (list, tuple)) and len(corner) == 2 for corner in raw):
        return box_from_sides(*raw[0], *raw[1])
    return None


def _points(coordinates: object) -> Iterator[tuple[float, float]]:
    """Every longitude–latitude pair in a GeoJSON coordinates array, to the depth that geometries have."""
    level: list[object] = [coordinates]
    count = 0
    for _ in range(6):
        deeper: list[object] = []
        for item in level:
            if not isinstance(item, (list, tuple)) or not item:
                continue
            if isinstance(item[0], (list, tuple)):
                deeper.extend(item[:_MAX_POINTS])
                continue
            x, y = _degrees(item[0]), _degrees(item[1]) if len(item) > 1 else None
            if x is not None and y is not None and count < _MAX_POINTS:
                count += 1
                yield x, y
        level = deeper


def _around(points: list[tuple[float, float]], *, is_point: bool = False) -> Box | None:
    if not points:
        return None
    longitudes, latitudes = [x for x, _ in points], [y for _, y in points]
    w, s, e, n = min(longitudes), min(latitudes), max(longitudes), max(latitudes)
    if is_point:
        return None if w == s == 0 else _box(w, s, e, n)
    return box_from_sides(w, s, e, n)


def _from_wkt(kind: str, body: str) -> Box | None:
    numbers = [float(number) for number in _NUMBERS.findall(body[: _MAX_POINTS * 20])]
    if not all(map(math.isfinite, numbers)):
        return None
    if kind in ("envelope", "bbox"):
        if len(numbers) != 4:
            return None
        w, e, n, s = numbers  # Solr and CQL order: west, east, north, south
        return box_from_sides(w, s, e, n)
    width = len(_NUMBERS.findall(body.lstrip("( ").partition(",")[0].partition(")")[0]))
    if width < 2 or len(numbers) % width:
        return None
    return _around(list(zip(numbers[::width], numbers[1::width], strict=True)), is_point=kind == "point")


def _from_named_sides(text: str) -> Box | None:
    """'{'westBoundLongitude': '-9', …}' and 'northlimit=…; southlimit=…' (Dublin Core Box)."""
    sides = {name.lower(): number for name, number in _NAMED_SIDE.findall(text[:2_000])}
    return box_from_sides(sides["west"], sides["south"], sides["east"], sides["north"]) if len(sides) == 4 else None


def _from_corners(text: str) -> Box | None:
    """A GML envelope's corners, taken as longitude first unless the value shows otherwise."""
    corners = {name.lower(): (x, y) for name, x, y in _CORNERS.findall(text[:5_000])}
    return box_from_sides(*corners["lower"], *corners["upper"]) if len(corners) == 2 else None
