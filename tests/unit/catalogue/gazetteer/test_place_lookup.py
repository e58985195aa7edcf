"""What a person types finds the places that they may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.gazetteer.lookup import find, named, postcode_area
from catalogue.gazetteer.place import all_places


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Leeds", ["Leeds", "Leeds"]),  # the authority, then the postcode area
        ("leeds city council", ["Leeds"]),
        ("London Borough of Barnet", ["Barnet"]),
        ("ynys mon", ["Isle of Anglesey"]),
        ("Ynys Môn", ["Isle of Anglesey"]),
        ("Western Isles", ["Na h-Eileanan Siar"]),
        ("Comhairle nan Eilean Siar", ["Na h-Eileanan Siar"]),
        ("Bristol, City of", ["Bristol"]),
        ("Redcar & Cleveland", ["Redcar and Cleveland"]),
        ("Cymru", ["Wales"]),
        ("GB", ["Great Britain"]),
        ("e08000035", ["Leeds"]),
        ("LS1 4AP", ["Leeds"]),
        ("Cumberland", ["Cumberland"]),
        ("Allerdale", ["Allerdale"]),
        ("newcast", ["Newcastle upon Tyne", "Newcastle-under-Lyme", "Newcastle upon Tyne"]),
        ("sussex", ["East Sussex", "West Sussex", "Mid Sussex"]),
        ("Atlantis", []),
        ("", []),
        ("E99999999", []),
    ],
)
def test_a_text_finds_its_places_the_likeliest_first(typed: str, names: list[str]):
    found = [each.name for each in find(typed)]
    assert sorted(found) == sorted(names) if typed == "sussex" else found == names


def test_the_first_half_of_a_postcode_is_enough_and_a_word_is_none():
    assert [postcode_area(text) and postcode_area(text).code for text in ("M", "ls6", "EC1A 1BB", "Leeds", "ZZ1")] == [
        "PC-M",
        "PC-LS",
        "PC-EC",
        None,
        None,
    ]


def test_a_former_district_gives_way_to_the_present_one_of_its_name():
    assert [each.code for each in named("St Albans")] == ["E07000240", "PC-AL"]


@given(st.text(max_size=300))
def test_nothing_that_anybody_types_raises(typed: str):
    assert all(each.code in all_places() for each in find(typed))
    assert set(named(typed)) <= set(all_places().values())
