"""Draws `static/images/islands.svg`, the sheet of the small map: `python -m catalogue.gazetteer.build.outline FILE`.

FILE is `countries-50m.json` of the npm package world-atlas 2.0.2: Natural Earth's countries at 1:50m (public domain).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from catalogue.gazetteer.sheet import HEIGHT, WIDTH, point

#: ISO 3166-1 numeric codes: the United Kingdom, Ireland, the Isle of Man.
_DRAWN: Final = {"826": "home", "372": "other", "833": "other"}
#: Rings of fewer points are skerries that would be specks.
_FEWEST_POINTS: Final = 5


def rings(topology: dict[str, Any]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """("home" or "other", longitudes and latitudes) of each island."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)
    for country in topology["objects"]["countries"]["geometries"]:
        if country.get("id") in _DRAWN:
            polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
            for polygon in polygons:
                ring = [point for index in polygon[0] for point in (arcs[index] if index >= 0 else arcs[~index][::-1])]
                kept = list(dict.fromkeys(ring))
                if len(kept) >= _FEWEST_POINTS:
                    yield _DRAWN[country["id"]], kept


def drawing(topology: dict[str, Any]) -> str:
    paths = {"home": "", "other": ""}
    for land, ring in rings(topology):
        corners = dict.fromkeys(point(longitude, latitude) for longitude, latitude in ring)
        paths[land] += "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">\n'
        "<!-- Made with Natural Earth, public domain -->\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#dfe9ea"/>\n'
        f'<path d="{paths["other"]}" fill="#e9e5d8" stroke="#a9a28c" stroke-width=".6"/>\n'
        f'<path d="{paths["home"]}" fill="#fbf8ef" stroke="#6f7a6f" stroke-width=".8"/>\n</svg>\n'
    )


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[3] / "static/images/islands.svg"
    target.write_text(drawing(json.loads(Path(sys.argv[1]).read_text())))
