import datetime

from django.http import QueryDict

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
    wrong = {"covers_from": "yesterday", "covers_to": "2019-13", "bbox": "1,2,3", "updated_to": "0000"}
    assert Scope.read(wrong) == Scope()
    assert set(problems(wrong)) == set(wrong)
    assert problems({"covers_from": "", "bbox": "-1,51,0,52"}) == {}


def test_the_address_of_a_search_keeps_where_and_when() -> None:
    address = "q=flood&bbox=-1.0%2C51.0%2C0.0%2C52.0&covers_from=2019-01-01"
    parameters = SearchParameters.read(QueryDict(address))
    assert parameters.url() == f"/search?{address}"
    assert parameters.without_scope("area").url() == "/search?q=flood&covers_from=2019-01-01"
    assert parameters.without_filters().url() == "/search?q=flood"
