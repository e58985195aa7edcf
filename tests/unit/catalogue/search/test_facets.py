"""Counts against a plain count in Python, over an index of several segments."""

import datetime
import random
import uuid
from collections import Counter
from functools import cache

import pytest
from tantivy import Index, Occur, Query

from catalogue.search.coverage import years_covered
from catalogue.search.document import Searchable, to_document
from catalogue.search.facets import FACETS, Counts, FacetCount, count
from catalogue.search.schema import SCHEMA, register
from tests.unit.catalogue.search.entries import entry

NAMES = tuple(FACETS)


@cache
def value_sets(one: Searchable) -> dict[str, set[str]]:
    values = {
        "publisher": {slug for slug, _ in one.publisher_path},
        "topic": {one.topic},
        "format": set(one.formats),
        "licence_code": {one.licence_code},
        "quality": {one.quality_band},
        "open": {"yes"} if one.licence_is_open and one.access == "open" else set(),
        "access": {one.access},
        "frequency": {one.frequency},
        "year": set(years_covered(one.covers, one.title, now=2026)),
        "place": set(one.place_codes),
        "link": {one.link_health},
        "delivery": set(one.deliveries),
        "tag": set(one.tags),
        "kind": {one.kind},
    }
    return {name: {value for value in found if value} for name, found in values.items()}


@pytest.fixture(scope="module")
def entries() -> list[Searchable]:
    chance = random.Random(7)
    formats = ("CSV", "JSON", "XLS", "Esri REST", "PDF")
    return [
        entry(
            id=uuid.UUID(int=number),
            title=f"Entry {chance.choice(['flood', 'bus', 'school'])}",
            publisher_path=tuple(
                (f"body-{body}", "Body") for body in chance.sample(range(300), chance.randrange(1, 4))
            ),
            topic=chance.choice(["", "health", "transport"]),
            formats=tuple(chance.sample(formats, chance.randrange(4))),
            licence_code=chance.choice(["", "uk-ogl", "cc-by"]),
            quality_band=chance.choice(["good", "poor"]),
            access=chance.choice(["open", "restricted"]),
            licence_is_open=chance.random() < 0.5,
            frequency=chance.choice(["", "monthly", "annual"]),
            link_health=chance.choice(["", "working", "all_broken"]),
            deliveries=tuple(chance.sample(["api", "file"], chance.randrange(3))),
            covers=(datetime.date(chance.randrange(2010, 2015), 3, 1), datetime.date(2015, 2, 28)),
            place_codes=tuple(chance.sample(["E92000001", "E12000003", "E08000035"], chance.randrange(3))),
            tags=tuple(f"tag-{number}" for number in chance.sample(range(3000), chance.randrange(6))),
        )
        for number in range(2000)
    ]


@pytest.fixture(scope="module")
def index(entries: list[Searchable]) -> Index:
    index = register(Index(SCHEMA))
    writer = index.writer(15_000_000, 1)
    for start in range(0, len(entries), 500):
        for one in entries[start : start + 500]:
            writer.add_document(to_document(one))
        writer.commit()
    index.reload()
    assert index.searcher().num_segments > 1
    return index


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"publisher": ("body-1", "body-2")},
        {"topic": ("health",), "format": ("CSV", "PDF")},
        {"publisher": ("body-5",), "licence_code": ("uk-ogl",), "quality": ("good",), "access": ("open",)},
        {"format": ("Esri REST",), "topic": ("nowhere",)},
        {"open": ("yes",), "year": ("2011", "2014"), "link": ("working",), "tag": ("tag-1", "tag-2", "tag-3")},
        {"place": ("E12000003",), "delivery": ("api",), "frequency": ("annual",)},
    ],
)
@pytest.mark.parametrize("word", ["", "flood"])
def test_counts_are_exact_and_leave_out_a_facets_own_choice(
    word: str, filters: dict[str, tuple[str, ...]], entries: list[Searchable], index: Index
) -> None:
    matching = [one for one in entries if word in one.title]
    query = Query.term_query(SCHEMA, "text", word) if word else Query.all_query()
    counts = count(index.searcher(), SCHEMA, [(Occur.Must, query)], filters, NAMES, 10**6)

    def passes(one: Searchable, besides: str = "") -> bool:
        values = value_sets(one)
        return all(values[name] & set(chosen) for name, chosen in filters.items() if name != besides)

    assert counts.total == sum(passes(one) for one in matching)
    for name in NAMES:
        expected = Counter(value for one in matching if passes(one, name) for value in value_sets(one)[name])
        assert counts.values[name] == expected, name


def test_the_commonest_come_first_and_chosen_ones_are_never_cut_off() -> None:
    counts = Counts(9, {"topic": {"a": 1, "b": 5, "c": 5, "d": 0}})
    assert counts.of("topic", ("a", "zzz"), 2) == [
        *(FacetCount("b", 5, False), FacetCount("c", 5, False), FacetCount("a", 1, True), FacetCount("zzz", 0, True)),
    ]
    assert counts.of("format", (), 2) == []
