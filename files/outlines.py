"""The plain outline of where a table's rows lie, as SVG: for readers without JavaScript, and where no tiles are set."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 720
_MOST_HEIGHT = 720
_EDGE = 12


def svg(collection: Mapping[str, Any], box: Sequence[float], title: str) -> str:
    """`collection`: GeoJSON features; `box`: west, south, east, north, in degrees."""
    west, south, east, north = box
    squeeze = math.cos(math.radians((south + north) / 2)) or 0.01
    width, height = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((_WIDTH - 2 * _EDGE) / width, (_MOST_HEIGHT - 2 * _EDGE) / height)
    tall = height * scale + 2 * _EDGE
    left = (_WIDTH - width * scale) / 2

    def place(x: float, y: float) -> str:
        return f"{left + (x - west) * squeeze * scale:.1f},{_EDGE + (north - y) * scale:.1f}"

    parts: list[str] = []
    for feature in collection["features"]:
        for kind, lines in _lines(feature["geometry"]):
            if kind == "point":
                for x, y in lines[0]:
                    across, down = place(x, y).split(",")
                    parts.append(f'<circle cx="{across}" cy="{down}" r="3.5" fill="#1d70b8" fill-opacity="0.6"/>')
                continue
            path = " ".join(
                "M" + " L".join(place(point[0], point[1]) for point in line) + (" Z" if kind == "area" else "")
                for line in lines
                if line
            )
            fill = 'fill="#1d70b8" fill-opacity="0.15" fill-rule="evenodd"' if kind == "area" else 'fill="none"'
            parts.append(f'<path d="{path}" {fill} stroke="#1d70b8" stroke-width="1"/>')
    label = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<svg class="app-outline" viewBox="0 0 {_WIDTH} {max(60, tall):.0f}" role="img" aria-label="{label}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _lines(geometry: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _lines(part)
        return
    found = geometry["coordinates"]
    match kind:
        case "Point":
            yield "point", [[found[:2]]]
        case "MultiPoint":
            yield "point", [[point[:2] for point in found]]
        case "LineString":
            yield "line", [found]
        case "MultiLineString":
            yield "line", found
        case "Polygon":
            yield "area", found
        case "MultiPolygon":
            for polygon in found:
                yield "area", polygon
