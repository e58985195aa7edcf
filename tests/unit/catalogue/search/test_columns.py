"""Counts of few rows by columns: as a plain count in Python has them."""

import random
from collections import Counter
from pathlib import Path

from pyroaring import BitMap

from catalogue.search.columns import MANY_VALUED, Columns, ReadColumns
from catalogue.search.facets import FACETS
from catalogue.search.location import State
from catalogue.search.rows import Rows
from catalogue.search.tally import Bitmaps
from tests.unit.catalogue.search.test_tally import STATE

Values = list[dict[str, list[str]]]


def made(count: int) -> Values:
    chance = random.Random(5)
    return [
        {facet: [f"{facet}-{each}" for each in chance.sample(range(40), chance.randrange(4))] for facet in MANY_VALUED}
        for _ in range(count)
    ]


def read(columns: Columns) -> ReadColumns:
    return ReadColumns(*columns.pieces())


def expected(values: Values, rows: BitMap, facet: str) -> Counter[str]:
    return Counter(value for row in rows for value in values[row][facet])


def test_rows_with_no_value_one_and_several_are_counted_value_by_value():
    values = made(60)
    columns = Columns()
    for each in values:
        columns.add(each)
    for rows in (BitMap(), BitMap([0]), BitMap([59]), BitMap([3, 17, 18, 40]), BitMap(range(60))):
        tally = read(columns).tally(rows)
        for facet in MANY_VALUED:
            assert tally.of(facet, 1_000, ()) == expected(values, rows, facet)


def test_the_commonest_come_with_all_that_are_equally_common_and_with_what_was_chosen():
    columns = Columns()
    for tags in (["a", "b"], ["a", "b"], ["a", "c"], ["d", "c"], ["e"]):
        columns.add({"tag": tags})
    tally = read(columns).tally(BitMap(range(5)))
    assert tally.of("tag", 1, ()) == {"a": 3}
    assert tally.of("tag", 2, ()) == {"a": 3, "b": 2, "c": 2}
    assert tally.of("tag", 1, ("e", "nowhere")) == {"a": 3, "e": 1}


def test_what_was_saved_is_carried_on_and_rows_that_were_left_out_have_no_values():
    values = made(20)
    columns = Columns()
    for each in values[:10]:
        columns.add(each)
    again = Columns.of(*columns.pieces())
    again.skip_to(12)
    for each in values[10:]:
        again.add(each)
    tally = read(again).tally(BitMap(range(12)))
    assert tally.of("tag", 1_000, ()) == expected(values, BitMap(range(10)), "tag")
    tally = read(again).tally(BitMap(range(22)))
    assert tally.of("tag", 1_000, ()) == expected(values, BitMap(range(20)), "tag")


def test_few_rows_of_many_are_counted_as_by_bitmaps(tmp_path: Path) -> None:
    values = made(400)
    rows = Rows()
    for each in values:
        rows.add((), {name: each.get(name, []) for name in FACETS})
    state: State = STATE
    rows.save(tmp_path / "rows", state)
    bitmaps = Bitmaps(tmp_path / "rows")
    few = BitMap(range(0, 400, 20))
    filters = {"tag": ("tag-3", "tag-7")}
    counts = bitmaps.count(few, filters, MANY_VALUED, 1_000)
    assert counts
    passing = BitMap(row for row in few if {"tag-3", "tag-7"} & set(values[row]["tag"]))
    assert counts.total == len(passing)
    for facet in MANY_VALUED:
        own = few if facet == "tag" else passing
        assert counts.values[facet] == expected(values, own, facet)
