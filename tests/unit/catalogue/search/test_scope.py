"""Where and when, over a small index: what meets an area and a period, and what fits an area best."""

import datetime
import uuid
from typing import Any

import pytest
from tantivy import Index, Query

from catalogue.gazetteer.place import place
from catalogue.places import Box
from catalogue.search.coverage import tag_values, years_covered
from catalogue.search.document import prepare, to_document
from catalogue.search.location import State
from catalogue.search.numbers import Digits, Kind
from catalogue.search.rows import Rows, load
from catalogue.search.schema import SCHEMA, register
from catalogue.search.scope import fits, near, scope_clauses
from catalogue.search.tally import Bitmaps
from catalogue.search_scope import Scope
from tests.unit.catalogue.search.entries import entry

DAY = datetime.date
ENTRIES: dict[str, dict[str, Any]] = {
    "country": {"box": (-6.4, 49.8, 1.8, 55.8), "updated_at": DAY(2019, 5, 1)},
    "town": {"box": (-1.8, 53.7, -1.3, 53.95), "covers": (DAY(2015, 1, 1), DAY(2016, 12, 31))},
    "street": {"box": (-1.55, 53.79, -1.54, 53.8), "covers": (None, DAY(2010, 6, 30))},
    "pacific": {"box": (178.0, -20.0, -178.0, -15.0), "covers": (DAY(2020, 1, 1), None)},
    "filed": {"place_codes": ("E92000001", "E08000035"), "updated_at": DAY(2019, 1, 1)},
    "england": {"box": (-6.4, 49.8, 1.8, 55.8), "place_codes": ("E92000001",), "updated_at": DAY(2018, 1, 1)},
    "border": {
        "box": (-3.2, 51.4, -2.4, 53.4),
        "place_codes": ("E92000001", "W92000004"),
        "updated_at": DAY(2018, 1, 1),
    },
    "nowhere": {"updated_at": DAY(1086, 1, 1)},
}


@pytest.fixture(scope="module")
def index() -> Index:
    index = register(Index(SCHEMA))
    writer = index.writer(15_000_000, 1)
    for number, (title, fields) in enumerate(ENTRIES.items()):
        writer.add_document(to_document(entry(id=uuid.UUID(int=number), title=title, **fields)))
    writer.commit()
    index.reload()
    return index


@pytest.fixture(scope="module")
def bitmaps(tmp_path_factory: pytest.TempPathFactory) -> Bitmaps:
    rows = Rows()
    for title, fields in ENTRIES.items():
        prepared = prepare(entry(title=title, **fields))
        rows.add(prepared.stems, prepared.values, prepared.fields)
    path = tmp_path_factory.mktemp("bitmaps") / "rows"
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    rows.save(path, State(0, None, None, now))
    # As the writing process carries on from them
    load(path)[0].save(path, State(0, None, None, now))
    return Bitmaps(path)


def counted(bitmaps: Bitmaps, scope: Scope) -> set[str] | None:
    rows = bitmaps.in_scope(bitmaps.alive, scope)
    return None if rows is None else {list(ENTRIES)[row] for row in rows}


def found(index: Index, scope: Scope) -> set[str]:
    searcher = index.searcher()
    hits = searcher.search(Query.boolean_query(scope_clauses(SCHEMA, scope)), 10).hits
    numbers = searcher.fast_field_values("id_low", [address for _, address in hits])
    return {list(ENTRIES)[int(number or 0) + 2**63] for number in numbers}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(area=Box(-1.6, 53.7, -1.5, 53.9)), {"country", "town", "street", "england"}),
        (Scope(area=Box(0.0, 51.0, 0.1, 51.1)), {"country", "england"}),
        (Scope(area=Box(179.0, -18.0, -179.0, -17.0)), {"pacific"}),
        (Scope(place=place("E08000035")), {"country", "town", "street", "filed", "england"}),
        (Scope(place=place("E06000001")), {"country", "england"}),
        # England's box goes round Cardiff, and what is about England alone isn't about Cardiff
        (Scope(place=place("W06000015")), {"country", "border"}),
        (Scope(place=place("K04000001")), {"country", "town", "street", "england", "border"}),
        (Scope(covers_from=DAY(2016, 12, 31)), {"town", "pacific"}),
        (Scope(covers_to=DAY(2014, 12, 31)), {"street"}),
        (Scope(covers_from=DAY(2010, 6, 30), covers_to=DAY(2015, 1, 1)), {"street", "town"}),
        (Scope(updated_to=DAY(2019, 5, 1)), {"country", "filed", "nowhere", "england", "border"}),
        (Scope(updated_from=DAY(2019, 5, 2)), {"town", "street", "pacific"}),
        (Scope(updated_from=DAY(2019, 5, 1), updated_to=DAY(2019, 5, 1)), {"country"}),
        (Scope(updated_to=DAY(1900, 1, 1)), {"nowhere"}),
    ],
)
def test_what_passes(index: Index, bitmaps: Bitmaps, scope: Scope, expected: set[str]) -> None:
    assert found(index, scope) == expected
    assert counted(bitmaps, scope) == expected


@pytest.mark.parametrize(("low", "high"), [(3, 3), (0, 5), (None, 4), (5, None), (6, 2), (-3, 900), (None, -1)])
def test_numbers_are_compared_by_their_digits(low: int | None, high: int | None) -> None:
    values = [0, 1, 2, 3, 3, 4, 5, 6, 7]
    digits = Digits()
    for row, value in enumerate(values):
        digits.add(row, Kind(3, int), value)
    expected = [
        row for row, value in enumerate(values) if (low is None or value >= low) and (high is None or value <= high)
    ]
    assert list(digits.between(low, high)) == expected


def test_a_side_just_on_the_edge_of_the_area_meets_it_by_engine_and_by_bitmaps(index: Index, bitmaps: Bitmaps) -> None:
    touching = Scope(area=Box(-1.3, 53.95, -1.2, 54.0))
    beside = Scope(area=Box(-1.299999, 53.95, -1.2, 54.0))
    assert found(index, touching) == counted(bitmaps, touching) == {"country", "town", "england"}
    assert found(index, beside) == counted(bitmaps, beside) == {"country", "england"}


@pytest.mark.parametrize(
    ("area", "best"),
    [
        (Box(-1.8, 53.7, -1.3, 53.9), "town"),
        (Box(-6.4, 50.0, 1.8, 55.8), "country"),
        (Box(-1.551, 53.79, -1.541, 53.801), "street"),
    ],
)
def test_the_box_most_like_the_area_fits_best(index: Index, area: Box, best: str) -> None:
    searcher = index.searcher()
    query = Query.boolean_query([*scope_clauses(SCHEMA, Scope(area=area)), *near(SCHEMA, area)])
    hits = searcher.search(query, 10).hits
    addresses = [address for _, address in hits]
    first = searcher.fast_field_values("id_low", addresses[:1])[0]
    assert list(ENTRIES)[int(first or 0) + 2**63] == best
    ordered = fits(searcher, area, addresses)
    assert max(ordered) == ordered[0] > 0.5
    assert all(0 <= fit <= 1 for fit in ordered)


def test_years_come_from_the_period_else_from_the_title() -> None:
    assert years_covered((DAY(2018, 4, 1), DAY(2020, 3, 31)), "Spending 2001", now=2026) == ["2018", "2019", "2020"]
    assert years_covered((DAY(2024, 1, 1), None), "", now=2026) == ["2024", "2025", "2026"]
    assert years_covered((DAY(1086, 1, 1), DAY(9999, 1, 1)), "", now=2026)[0] == "1997"
    assert years_covered((None, None), "Spending over £2000, 2018/19 and 2021", now=2026) == ["2018", "2019", "2021"]
    assert years_covered((None, None), "12019 things", now=2026) == []


def test_tags_are_one_whatever_their_case_and_spaces() -> None:
    assert tag_values(("Bus  stops", "bus stops", " ", "Buses")) == ["bus stops", "buses"]
