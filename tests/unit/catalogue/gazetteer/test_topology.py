"""Extents of areas, from a topology of two squares that share a side."""

from catalogue.gazetteer.build.topology import extents

# A at 10..11 east, B at 11..12; arc 0 is the side between them, from south to north
TOPOLOGY = {
    "transform": {"scale": [0.5, 0.5], "translate": [10.0, 50.0]},
    "arcs": [
        [[2, 0], [0, 2]],
        [[2, 2], [-2, 0], [0, -2], [2, 0]],
        [[2, 0], [2, 0], [0, 2], [-2, 0]],
    ],
    "objects": {
        "districts": {
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "A"}},
                {"type": "Polygon", "arcs": [[2, ~0]], "properties": {"code": "B"}},
            ]
        },
        "country": {
            "geometries": [
                {"type": "MultiPolygon", "arcs": [[[0, 1]], [[2, ~0]]], "properties": {"code": "C"}},
                {"type": None, "properties": {"code": "nowhere"}},
            ]
        },
    },
}


def test_an_extent_is_around_every_arc_of_an_area_whichever_way_it_runs():
    assert dict(extents(TOPOLOGY, "code")) == {
        "A": (10.0, 50.0, 11.0, 51.0),
        "B": (11.0, 50.0, 12.0, 51.0),
        "C": (10.0, 50.0, 12.0, 51.0),
    }
