"""The five stars: the best file that can be had, and the licence told apart from the format."""

from dataclasses import replace

import pytest

from catalogue.enums import Access, DatasetKind, LinkState, ResourceKind
from catalogue.quality.facts import DatasetFacts, ResourceFacts
from catalogue.quality.stars import MEANINGS, format_stars_of, stars_of

OPEN = DatasetFacts(licence="uk-ogl", licence_title="Open Government Licence", licence_is_open=True)


def earned(facts: DatasetFacts, *formats: str, link: str = LinkState.OK) -> tuple[int | None, int | None]:
    files = tuple(ResourceFacts(id=str(n), format=code, link=link) for n, code in enumerate(formats))
    found = stars_of(replace(facts, resources=files))
    return found.stars, found.format_stars


@pytest.mark.parametrize(
    ("code", "stars"),
    [
        ("PDF", 1),
        ("XLSX", 2),
        ("XLSM", 2),
        ("SHP", 2),
        ("CSV", 3),
        ("GTFS", 3),
        ("PSV", 3),
        ("GPKG", 3),
        ("JSON", 3),
        ("Parquet", 3),
        ("TIFF", 3),
        ("PNG", 3),
        ("RDF", 5),
        ("JSON-LD", 5),
        ("N-Triples", 5),
        ("MP3", 1),
        ("HTML", 0),
        ("EXE", 0),
        ("", 1),
        ("unheard of", 1),
    ],
)
def test_stars_of_a_format(code: str, stars: int) -> None:
    assert format_stars_of(code) == stars
    assert earned(OPEN, code) == (stars, stars)


def test_each_number_of_stars_has_its_meaning() -> None:
    assert len(MEANINGS) == 6


def test_the_best_file_counts() -> None:
    assert earned(OPEN, "PDF", "CSV", "XLS") == (3, 3)


def test_without_an_open_licence_there_is_no_star_but_the_format_has_its_own() -> None:
    facts = replace(DatasetFacts(), resources=(ResourceFacts(id="7", format="CSV", link=LinkState.OK),))
    found = stars_of(facts)
    assert (found.stars, found.format_stars, found.field, found.evidence) == (0, 3, "licence", ("7",))
    assert found.reason == "The best format is CSV, but no licence is given: without an open licence there is no star."
    closed = stars_of(replace(facts, licence="other-closed", licence_title="Other (not open)"))
    assert closed.reason == (
        "The best format is CSV, but “Other (not open)” isn't open: without an open licence there is no star."
    )


@pytest.mark.parametrize("link", [LinkState.BROKEN, LinkState.GONE])
def test_a_link_that_does_not_work_earns_nothing(link: str) -> None:
    assert earned(OPEN, "CSV", link=link) == (0, 0)


@pytest.mark.parametrize("link", [LinkState.UNCHECKED, LinkState.BLOCKED, LinkState.SUSPECTED])
def test_a_link_about_which_nothing_is_known_is_not_held_against_it(link: str) -> None:
    assert earned(OPEN, "CSV", link=link) == (3, 3)


def test_nobody_asks_for_stars_of_data_that_is_not_open_or_of_a_series_without_files() -> None:
    for facts in (replace(OPEN, access=Access.RESTRICTED), replace(OPEN, kind=DatasetKind.SERIES)):
        assert stars_of(facts).stars is None
        assert stars_of(facts).format_stars is None


def test_open_data_without_data_has_none() -> None:
    assert (stars_of(OPEN).stars, stars_of(OPEN).reason) == (0, "No data is linked.")
    guide = ResourceFacts(kind=ResourceKind.DOCUMENT, format="CSV")
    assert stars_of(replace(OPEN, resources=(guide,))).stars == 0
