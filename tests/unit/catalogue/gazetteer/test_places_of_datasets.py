"""An entry is filed under the places that it is about."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.gazetteer.datasets import at, council, fit, in_title, places_of, with_lineage
from catalogue.gazetteer.place import all_places
from catalogue.places import Box

LEEDS = "E08000035"
ENGLAND = "E92000001"


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"title": "Bus stops in Leeds", "publisher": "Department for Transport"}, (LEEDS,)),
        ({"title": "Spending over £500", "publisher": "Leeds City Council"}, (LEEDS,)),
        ({"places": ["England"], "publisher": "Leeds City Council"}, (LEEDS,)),
        ({"places": ["England", "Wales"]}, (ENGLAND, "W92000004")),
        ({"places": ["http://statistics.data.gov.uk/id/statistical-geography/E08000035"]}, (LEEDS,)),
        ({"places": ["Leeds"], "title": "Roads of Kent"}, (LEEDS,)),
        ({"places": ["England"], "title": "Roads of Kent"}, ("E10000016",)),
        ({"title": "Reading ages of pupils"}, ()),
        ({"title": "Pupils in Reading"}, ("E06000038",)),
        ({"title": "bath water"}, ()),
        ({"publisher": "Kent County Council"}, ("E10000016",)),
        ({"publisher": "City of York Council"}, ("E06000014",)),
        ({"publisher": "Arts Council England"}, ()),
        ({"publisher": "Environment Agency"}, ()),
        ({"box": Box(-1.80, 53.70, -1.29, 53.94)}, (LEEDS,)),
        ({"box": Box(-180, -90, 180, 90)}, ()),
        ({}, ()),
    ],
)
def test_places_come_from_coverage_then_title_then_box_then_council(said: dict, codes: tuple[str, ...]):
    assert places_of(**said) == codes


def test_an_entry_about_a_district_is_filed_under_everything_around_it():
    assert with_lineage([LEEDS]) == ("K02000001", "K03000001", "K04000001", ENGLAND, "E12000003", "E11000006", LEEDS)


def test_a_title_may_name_several_places():
    title = "Roads (St. Helens), Redcar & Cleveland; Newcastle-upon-Tyne"
    assert [each.name for each in in_title(title)] == ["St. Helens", "Redcar and Cleveland", "Newcastle upon Tyne"]


def test_a_box_is_that_of_a_place_only_if_most_of_the_ground_is_shared():
    assert at(all_places()[LEEDS].box).code == LEEDS
    assert at(Box(-1.6, 53.8, -1.5, 53.85)) is None


def test_fit_is_one_for_the_same_box_and_nothing_for_boxes_apart():
    box = Box(-2, 53, -1, 54)
    assert [fit(box, box), fit(box, Box(0, 53, 1, 54)), fit(box, Box(-2, 53, -1.5, 54))] == [1, 0, 0.5]
    assert fit(Box(170, 50, -170, 51), box) == 0


@given(st.text(max_size=200), st.text(max_size=100), st.lists(st.text(max_size=50), max_size=5))
def test_nothing_that_an_entry_says_raises(title: str, publisher: str, places: list[str]):
    assert set(places_of(places=places, title=title, publisher=publisher)) <= set(all_places())


@pytest.mark.skipif("REAL_DATA_DIR" not in os.environ, reason="REAL_DATA_DIR names no folder of real metadata")
def test_nearly_every_council_of_2016_is_known():
    names = set()
    with gzip.open(Path(os.environ["REAL_DATA_DIR"]) / "a_ckan/data.gov.uk-2016/packages.jsonl.gz", "rt") as lines:
        for line in lines:
            names.add((json.loads(line).get("organization") or {}).get("title") or "")
    councils = {name for name in names if "Borough" in name or name.endswith(("City Council", "District Council"))}
    unknown = sorted(name for name in councils if not council(name) and not name.startswith("NHS"))
    assert len(unknown) <= 0.02 * len(councils), unknown
