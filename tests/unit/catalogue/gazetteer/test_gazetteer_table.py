"""The table of places keeps its own rules."""

from catalogue.gazetteer.datasets import fit
from catalogue.gazetteer.lookup import named
from catalogue.gazetteer.place import BoxSource, PlaceKind, all_places, lineage, parts, place


def test_every_parent_is_a_place_and_every_chain_ends_at_the_united_kingdom():
    assert {lineage(code)[0] for code in all_places()} == {"K02000001"}


def test_every_place_is_found_by_its_code_in_any_case_and_by_the_address_that_ends_in_it():
    for code, each in all_places().items():
        assert place(code.lower()) == each
        assert named(f"http://statistics.data.gov.uk/id/statistical-geography/{code}") == (each,)


def test_every_place_that_exists_is_found_by_its_name_and_its_welsh_name():
    for each in all_places().values():
        if each.is_current:
            assert each in named(each.name)
            assert not each.name_cy or each in named(each.name_cy)


def test_a_box_says_where_it_comes_from_and_nothing_else_does():
    for each in all_places().values():
        assert (each.box is None) == (each.box_source is BoxSource.NONE), each


def test_every_place_that_exists_has_a_box_and_those_without_are_districts_abolished_in_2009():
    assert [each.code for each in all_places().values() if each.is_current and each.box is None] == []
    assert {(each.kind, each.ended) for each in all_places().values() if each.box is None} == {
        (PlaceKind.AUTHORITY, 2009)
    }


def test_no_place_that_exists_stands_under_one_that_was_abolished():
    for each in all_places().values():
        around = all_places().get(each.parent)
        assert not each.is_current or around is None or around.is_current, each


def test_boxes_of_authorities_touch_the_boxes_of_their_counties():
    for each in all_places().values():
        around = all_places().get(each.parent)
        if each.box and around and around.box and each.kind is PlaceKind.AUTHORITY:
            assert fit(each.box, around.box) > 0, each


def test_the_tree_has_the_countries_and_the_nine_regions_of_england():
    assert [all_places()[code].name for code in parts()["K04000001"]] == ["England", "Wales"]
    regions = [all_places()[code] for code in parts()["E92000001"]]
    assert [each.name for each in regions if each.kind is PlaceKind.REGION] == [
        "East Midlands",
        "East of England",
        "London",
        "North East",
        "North West",
        "South East",
        "South West",
        "West Midlands",
        "Yorkshire and the Humber",
    ]
    assert lineage("E07000227") == (
        "K02000001",
        "K03000001",
        "K04000001",
        "E92000001",
        "E12000008",
        "E10000032",
        "E07000227",
    )
