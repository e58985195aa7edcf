"""Titles in the order in which people look for them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.title_order import title_numbers, title_order

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    "titles",
    [
        ["Air quality", "air quality: England", "AIR QUALITY in Wales", "Airports", "The air we breathe"],
        ["1851 census", "2011 Census", "Zoos"],
        ["Ward 9", "Ward 10", "Ward 010 and 11", "Wards"],
        ["Spend over £500", "Spend over £25,000", "Spend over £100,000", "Spend over one million"],
        ["“Eden” rivers", "Éden rivers, 2019", "[Eden] rivers 2020"],
        ["Children’s homes", "Children's homes inspected", "Childrens homes listed"],
        ["Zoos", "Ωmega", "Дороги", "日本"],
    ],
    ids=lambda titles: titles[0],
)
def test_titles_stand_as_in_a_list_for_people(titles: list[str]) -> None:
    other_way = titles[::-1]
    other_way.sort(key=lambda title: title_order(title, ONE))
    assert other_way == titles


def test_two_entries_never_stand_at_one_place_and_each_keeps_its_own() -> None:
    assert title_order("Air quality", ONE) != title_order("Air quality", OTHER)
    assert title_order("Air quality", ONE) == title_order("  air-quality ", ONE)
    long = "word " * 100
    assert title_order(long + "a", ONE) != title_order(long + "b", OTHER)


@given(st.text(min_size=1, max_size=500), st.text(min_size=1, max_size=500))
def test_numbers_compare_as_the_texts_do(one: str, other: str) -> None:
    first, second = title_order(one, ONE).encode(), title_order(other, OTHER).encode()
    told = [title_numbers(text.decode()) for text in (first, second)]
    assert told[0] == told[1] or (told[0] < told[1]) == (first < second)
    assert all(-(2**63) <= number < 2**63 for numbers in told for number in numbers)
