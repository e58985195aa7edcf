import datetime

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from catalogue.gazetteer.place import place
from catalogue.places import Box
from catalogue.search_parameters import SearchParameters
from catalogue.search_scope import Scope, problems


def test_a_year_or_month_is_its_first_day_or_its_last() -> None:
    read = Scope.read(
        {"covers_from": "2019", "covers_to": "2020-02", "updated_from": "2021-03-04", "bbox": "-1,51,0,52"}
    )
    assert read == Scope(
        Box(-1.0, 51.0, 0.0, 52.0),
        datetime.date(2019, 1, 1),
        datetime.date(2020, 2, 29),
        datetime.date(2021, 3, 4),
    )
    assert Scope.read(dict(read.pairs())) == read


def test_what_cannot_be_meant_is_dropped_and_told() -> None:
    wrong = {
        "covers_from": "yesterday",
        "covers_to": "2019-13",
        "bbox": "1,2,3",
        "updated_to": "0000",
        "area": "Atlantis",
    }
    assert Scope.read(wrong) == Scope()
    assert set(problems(wrong)) == set(wrong)
    assert problems({"covers_from": "", "bbox": "-1,51,0,52"}) == {}


def test_the_address_of_a_search_keeps_where_and_when() -> None:
    address = "q=flood&bbox=-1.0%2C51.0%2C0.0%2C52.0&covers_from=2019-01-01"
    parameters = SearchParameters.read(QueryDict(address))
    assert parameters.url() == f"/search?{address}"
    assert parameters.without_scope("area").url() == "/search?q=flood&covers_from=2019-01-01"
    assert parameters.without_filters().url() == "/search?q=flood"


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2019", (2019, 1, 1), (2019, 12, 31)),
        ("March 2019", (2019, 3, 1), (2019, 3, 31)),
        ("3/2019", (2019, 3, 1), (2019, 3, 31)),
        ("21/11/2014", (2014, 11, 21), (2014, 11, 21)),
        ("21 November 2014", (2014, 11, 21), (2014, 11, 21)),
        ("2019/20", (2019, 4, 1), (2020, 3, 31)),
    ],
)
def test_days_are_read_as_people_write_them(
    typed: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    read = Scope.read({"covers_from": typed, "covers_to": typed})
    assert (read.covers_from, read.covers_to) == (datetime.date(*first), datetime.date(*last))


def test_a_place_is_written_as_its_code_and_ranks_by_its_box() -> None:
    leeds = place("E08000035")
    for typed in ("Leeds", "leeds city council", "E08000035"):
        read = Scope.read({"area": typed})
        assert (read.place, read.pairs(), read.ground) == (leeds, [("area", "E08000035")], leeds.box if leeds else None)
    assert Scope.read({"area": "leeds", "bbox": "-1,51,0,52"}).ground == Box(-1.0, 51.0, 0.0, 52.0)


@given(st.dictionaries(st.sampled_from(["area", "bbox", "covers_from", "covers_to", "updated_from"]), st.text()))
def test_nothing_that_an_address_says_raises(query: dict[str, str]) -> None:
    read = Scope.read(query)
    assert Scope.read(dict(read.pairs())) == read
    assert set(problems(query)) <= set(query)
