"""What can be typed: operators, synonyms, years, formats, halves of words; and that nothing typed can raise."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from catalogue.search.analysis import stems
from catalogue.search.index import close_reader
from catalogue.search.location import State, building, make_current, new_build
from catalogue.search.query import SearchRequest, related, search
from catalogue.search.synonyms import ACRONYMS, LIKE, SAME, said_otherwise, spelt_out, table
from catalogue.search.writing import Writer
from tests.unit.catalogue.search.entries import DAY, entry

LEEDS = (("leeds-city-council", "Leeds City Council"),)
ENTRIES: dict[str, dict[str, Any]] = {
    "Bus stops in Leeds": {"formats": ("CSV",), "tags": ("bus stops", "transport"), "publisher_path": LEEDS},
    "Bus stops of Kent": {"formats": ("PDF",), "tags": ("transport",)},
    "Waiting times": {"description": "Of the National Health Service, by trust"},
    "NHS workforce": {},
    "Organisation chart": {},
    "Spending over 500 pounds 2019": {"tags": ("finance",), "publisher_path": LEEDS},
    "Spending over 500 pounds 2018": {"tags": ("finance",), "publisher_path": LEEDS},
    "Refuse collection days": {"topic": "environment"},
    "Special needs in schools": {"description": "Please send questions to us. Special educational needs, by school"},
    "Recruitment": {},
}


@pytest.fixture(scope="module", autouse=True)
def _index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "SEARCH_DIR", tmp_path_factory.mktemp("search"))
        close_reader()
        with building():
            build = new_build()
            writer = Writer(build, is_new=True)
            writer.add(
                entry(id=uuid.UUID(int=number), title=title, **fields)
                for number, (title, fields) in enumerate(ENTRIES.items())
            )
            writer.commit(State(0, None, None, DAY))
            writer.close(wait=True)
            make_current(build)
        yield
        close_reader()


def titles(q: str, **more: Any) -> list[str]:
    return [hit.title for hit in search(SearchRequest(q=q, **more)).hits]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("publisher:leeds bus", ["Bus stops in Leeds"]),
        ("publisher:leeds-city-council stops", ["Bus stops in Leeds"]),
        ("bus format:csv", ["Bus stops in Leeds"]),
        ("bus -format:pdf", ["Bus stops in Leeds"]),
        ('tag:"bus stops"', ["Bus stops in Leeds"]),
        ("tag:bus-stops", ["Bus stops in Leeds"]),
        ("topic:environment", ["Refuse collection days"]),
        ("year:2019", ["Spending over 500 pounds 2019"]),
        ("publisher:nobody", []),
        ("refuse publisher:leeds", []),
        ('"bus stops" -leeds', ["Bus stops of Kent"]),
        ("organization", ["Organisation chart"]),
        ("rubbish", ["Refuse collection days"]),
        ("recruitmet", ["Recruitment"]),
        ("recruitm", ["Recruitment"]),
    ],
)
def test_what_is_found(typed: str, expected: list[str]) -> None:
    assert titles(typed) == expected


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bus stops csv", "Bus stops in Leeds"),
        ("spending 2019", "Spending over 500 pounds 2019"),
        ("spending 2018", "Spending over 500 pounds 2018"),
    ],
)
def test_a_format_or_a_year_in_words_comes_first(typed: str, first: str) -> None:
    assert titles(typed)[0] == first


def test_an_acronym_and_its_words_find_each_other() -> None:
    assert set(titles("nhs")) == {"NHS workforce", "Waiting times"}
    assert set(titles("national health service")) == {"NHS workforce", "Waiting times"}
    assert "Special needs in schools" in titles("send")


def test_letters_count_only_as_capitals() -> None:
    assert spelt_out(["please send it", "SEND"], ["pleas", "send"]) == ["special educational needs and disabilities"]
    assert spelt_out(["please send it"], ["pleas", "send"]) == []
    assert spelt_out(["A&E waits"], ["a", "e", "wait"]) == ["accident and emergency"]


def test_operators_narrow_beside_chosen_filters() -> None:
    page = search(SearchRequest(q="stops publisher:leeds", filters={"publisher": ("body",)}))
    assert (page.total, page.narrowed) == (0, {"publisher": ("leeds-city-council",)})
    assert search(SearchRequest(q="format:excel")).narrowed == {"format": ("XLS",)}


def test_did_you_mean_gives_the_word_as_it_is_written() -> None:
    page = search(SearchRequest(q="Recruitmet in 2019"))
    assert page.did_you_mean == "recruitment in 2019"
    assert search(SearchRequest(q="recruitment")).did_you_mean == ""


def test_related_searches_are_tags_of_what_was_found() -> None:
    assert related(search(SearchRequest(q="bus")), "bus") == ["transport"]
    assert related(search(SearchRequest(q="spending")), "spending") == ["finance"]


def test_every_synonym_has_its_reason_and_can_be_looked_up() -> None:
    rows = table()
    assert [row for row in rows if not row.get("why")] == []
    assert len({row["short"] for row in rows if row["kind"] == "acronym"}) == len(ACRONYMS)
    assert (SAME["color"], LIKE["rubbish"][:1]) == (("colour",), ("refus",))


def test_a_phrase_that_publishers_word_otherwise_is_known_by_its_words_side_by_side() -> None:
    assert said_otherwise(stems("city parking lots")) == {"park": (("car", "park"),), "lot": (("car", "park"),)}
    assert said_otherwise(stems("downtown")) == {"downtown": (("town", "centr"), ("citi", "centr"))}
    assert said_otherwise(stems("lots of parking")) == {}


def test_a_phrase_of_an_entry_that_the_bitmaps_lack_is_counted(settings: Any, tmp_path: Path) -> None:
    """A commit is seen a moment before its state: bitmaps then seem to be as new as the index."""
    settings.SEARCH_DIR = tmp_path
    close_reader()
    state = State(0, None, None, DAY)
    with building():
        build = new_build()
        writer = Writer(build, is_new=True)
        for number, tags in enumerate(((), ("late",))):
            writer.add([entry(id=uuid.UUID(int=number), title=f"Bus stops {number}", tags=tags)])
            writer.rows._saving_took = 1_000.0 * number  # the second time no saving is due
            writer.commit(state)
        writer.close(wait=True)
        make_current(build)
    page = search(SearchRequest(q='"bus stops"', facets=("tag",)))
    close_reader()
    assert (page.total, [(value.value, value.count) for value in page.facets["tag"]]) == (2, [("late", 1)])


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    strategies.one_of(
        strategies.text(max_size=120),
        strategies.lists(
            strategies.sampled_from(
                [
                    '"',
                    "(",
                    "NOT",
                    "publisher:",
                    "-tag:",
                    "year:2019",
                    "format:csv",
                    "bus",
                    "\x00",
                    "\ud800",
                    "a" * 90,
                    "-",
                ]
            ),
            max_size=12,
        ).map(" ".join),
    )
)
def test_nothing_typed_raises(typed: str) -> None:
    page = search(SearchRequest(q=typed))
    assert page.total >= len(page.hits)
