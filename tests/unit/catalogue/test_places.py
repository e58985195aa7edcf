"""Boxes from numbers, GeoJSON, WKT, ISO and GML; axes put right where that is certain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.places import Box, box_from, box_from_sides

UK = Box(-6.5, 49.5, 2.0, 56.0)
ring = [[-6.5, 49.5], [2.0, 49.5], [2.0, 56.0], [-6.5, 56.0], [-6.5, 49.5]]

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "bbox", "west", "geometry", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "raw",
    [
        "-6.5,49.5,2.0,56.0",
        "[-6.5, 49.5, 2, 56]",
        "-6.5 49.5 2.0 56.0",
        [-6.5, 49.5, 2.0, 56.0],
        [[-6.5, 49.5], [2.0, 56.0]],
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}},
        {"type": "envelope", "coordinates": [[-6.5, 56.0], [2.0, 49.5]]},
        json.dumps({"type": "Polygon", "coordinates": [ring]}),
        {
            "westBoundLongitude": "-6.5",
            "southBoundLatitude": "49.5",
            "eastBoundLongitude": "2",
            "northBoundLatitude": "56",
        },
        "{'westBoundLongitude': '-6.5', 'eastBoundLongitude': 2, 'southBoundLatitude': 49.5, 'northBoundLatitude':56}",
        "northlimit=56; southlimit=49.5; westlimit=-6.5; eastlimit=2",
        "POLYGON((-6.5 49.5,2 49.5,2 56,-6.5 56,-6.5 49.5))",
        "ENVELOPE(-6.5,2.0,56.0,49.5)",
        "<Envelope><gml:lowerCorner>-6.5 49.5</gml:lowerCorner><gml:upperCorner>2 56</gml:upperCorner></Envelope>",
        "-6.5,56.0,2.0,49.5",
    ],
)
def test_every_shape_of_one_box(raw: object) -> None:
    assert box_from(raw) == UK


def test_latitude_first_is_put_right_only_where_a_value_leaves_no_doubt() -> None:
    assert box_from("38.7,-177.1,38.9,-176.9") == Box(-177.1, 38.7, -176.9, 38.9)
    assert box_from("49.5,-6.5,56.0,2.0") == Box(49.5, -6.5, 56.0, 2.0)


def test_a_point_is_a_box_without_extent_and_a_box_without_extent_is_none() -> None:
    assert box_from({"type": "Point", "coordinates": [-1.5, 53.2]}) == Box(-1.5, 53.2, -1.5, 53.2)
    assert box_from("POINT(-1.5 53.2)") == Box(-1.5, 53.2, -1.5, 53.2)
    assert box_from({"type": "Point", "coordinates": [0, 0]}) is None
    assert box_from("-1.5,53.2,-1.5,53.2") is None
    assert box_from("0,0,0,0") is None


def test_west_beyond_east_crosses_the_antimeridian() -> None:
    box = box_from("170,-50,-170,-30")
    assert box == Box(170, -50, -170, -30)
    assert box.crosses_antimeridian
    assert box.as_geojson()["type"] == "MultiPolygon"
    assert not UK.crosses_antimeridian


def test_rounding_beyond_the_globes_edge_is_forgiven() -> None:
    assert box_from("-180.0001,-90.0001,180.0001,90.0001") == Box(-180, -90, 180, 90)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "England",
        "{{extent}}",
        "100000: England",
        "{}",
        "[]",
        "1,2,3",
        "400000,300000,500000,400000",
        "nan,1,2,3",
        "1e999,1,2,3",
        "-200,0,10,10",
        "POLYGON EMPTY",
        None,
        True,
        5,
        {"type": "Polygon"},
        [[1]],
        ["a", "b", "c", "d"],
        "[" * 10_000,
        "1" * 100_000,
        " " * 100_000 + "!",
    ],
)
def test_what_is_no_box_is_none(raw: object) -> None:
    assert box_from(raw) is None


def test_sides_given_apart() -> None:
    assert box_from_sides("-6.5", "49.5", 2, 56.0) == UK
    assert box_from_sides("-6.5", "49.5", "", None) is None


def test_a_box_off_the_globe_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="Not a box on the globe"):
        Box(0, 10, 1, 5)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    west, east = (draw(st.floats(-180, 180)) + 0.0 for _ in "we")
    if 0 < west - east < 180:
        west, east = east, west  # only over the date line does the west lie east of the east
    south, north = sorted(draw(st.floats(-90, 90)) + 0.0 for _ in "sn")
    return Box(west, south, east, north)


@given(boxes().filter(lambda box: box.west != box.east and box.south != box.north))
def test_every_outward_form_parses_back(box: Box) -> None:
    assert box_from(box.as_text()) == box
    if not box.crosses_antimeridian:
        assert box_from(json.dumps(box.as_geojson())) == box
        assert box_from(box.as_wkt()) == box


@given(json_values | st.text() | st.text(alphabet="0123456789.,-+eE ()[]{}POLYGNENVx:'\"", max_size=80))
def test_any_value_is_answered(raw: object) -> None:
    box = box_from(raw)
    assert box is None or isinstance(box, Box)
