"""Counts by bitmaps: as a plain count in Python has them, whatever was added, changed and taken out."""

import datetime
from collections import Counter
from pathlib import Path

import pytest

from catalogue.search import rows as rows_module
from catalogue.search.analysis import stems
from catalogue.search.document import Searchable, prepare
from catalogue.search.facets import FACETS
from catalogue.search.location import State
from catalogue.search.rows import Rows, load
from catalogue.search.tally import YEAR, Bitmaps, Wanted
from tests.unit.catalogue.search.entries import entry
from tests.unit.catalogue.search.test_facets import NAMES, entries, value_sets

__all__ = ["entries"]  # a fixture

STATE = State(
    7, 1, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
)


def fetched(stem: str) -> None:
    raise AssertionError(f"{stem} is common, and should not be fetched")


@pytest.fixture(scope="module")
def rows(entries: list[Searchable]) -> Rows:
    rows = Rows()
    for one in entries:
        prepared = prepare(one)
        rows.add(prepared.stems, prepared.values)
    return rows


@pytest.fixture(scope="module")
def bitmaps(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Bitmaps:
    path = tmp_path_factory.mktemp("tally") / "rows"
    rows.save(path, STATE)
    return Bitmaps(path)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"publisher": ("body-1", "body-2")},
        {"topic": ("health",), "format": ("CSV", "PDF")},
        {"open": ("yes",), "year": ("2011", "2014"), "link": ("working",), "tag": ("tag-1", "tag-2", "tag-3")},
        {"format": ("Esri REST",), "topic": ("nowhere",)},
    ],
)
@pytest.mark.parametrize(
    ("groups", "every"),
    [((), True), ((("flood",),), True), ((("flood",), ("bus",)), False), ((("flood", "bus"),), True)],
)
def test_counts_are_exact(
    groups: tuple[tuple[str, ...], ...],
    every: bool,
    filters: dict[str, tuple[str, ...]],
    entries: list[Searchable],
    bitmaps: Bitmaps,
) -> None:
    found = bitmaps.matching(Wanted(groups), fetched, every=every)
    counts = bitmaps.count(found, filters, NAMES, 10_000)
    assert counts is not None

    def matches(one: Searchable) -> bool:
        words = set(stems(one.title))
        answers = [bool(words & set(group)) for group in groups]
        return all(answers) if every else any(answers)

    def passes(one: Searchable, besides: str = "") -> bool:
        values = value_sets(one)
        return all(values[name] & set(chosen) for name, chosen in filters.items() if name != besides)

    matching = [one for one in entries if matches(one)]
    assert counts.total == sum(passes(one) for one in matching)
    for name in NAMES:
        expected = Counter(value for one in matching if passes(one, name) for value in value_sets(one)[name])
        # What is offered: so many of the commonest, and every chosen one
        assert counts.of(name, filters.get(name, ()), 10_000) == type(counts)(0, {name: expected}).of(
            name, filters.get(name, ()), 10_000
        ), name


def test_excluded_words_and_covered_years(tmp_path: Path) -> None:
    rows = Rows()
    covers_2011 = (datetime.date(2011, 2, 1), None)
    for one in (entry(title="flood 2011"), entry(title="flood bus", covers=covers_2011), entry(title="bus")):
        prepared = prepare(one)
        rows.add(prepared.stems, prepared.values)
    rows.save(tmp_path / "rows", STATE)
    bitmaps = Bitmaps(tmp_path / "rows")
    assert list(bitmaps.matching(Wanted((("flood",),), ("bus",)), fetched, every=True)) == [0]
    assert list(bitmaps.matching(Wanted((("2011", f"{YEAR}2011"),)), fetched, every=True)) == [0, 1]
    assert list(bitmaps.matching(Wanted((("2011", f"{YEAR}1999"),)), fetched, every=True)) == [0]


def test_what_is_saved_is_carried_on(rows: Rows, entries: list[Searchable], bitmaps: Bitmaps, tmp_path: Path) -> None:
    rows.save(tmp_path / "rows", STATE)
    again, state = load(tmp_path / "rows")
    assert state == STATE
    assert (again.next, again.alive, again.words, again.values) == (rows.next, rows.alive, rows.words, rows.values)
    again.remove([0, 1, 2])
    prepared = prepare(entries[0])
    assert again.add(prepared.stems, prepared.values) == len(entries)
    again.save(tmp_path / "rows", STATE)
    changed = Bitmaps(tmp_path / "rows")
    before = bitmaps.count(bitmaps.alive, {}, ("access",), 10)
    after = changed.count(changed.alive, {}, ("access",), 10)
    assert before is not None
    assert after is not None
    assert after.total == before.total - 2
    gone = Counter(one.access for one in entries[1:3])
    assert after.values["access"] == {name: count - gone[name] for name, count in before.values["access"].items()}


def test_a_file_that_is_no_rows_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"x" * 100, b"domesday rows 1\n", b"domesday rows 2\n" + b"\xff" * 30):
        (tmp_path / "rows").write_bytes(content)
        with pytest.raises((ValueError, OSError)):
            Bitmaps(tmp_path / "rows")


def test_every_facet_is_counted(bitmaps: Bitmaps) -> None:
    counts = bitmaps.count(bitmaps.alive, {}, tuple(FACETS), 10)
    assert counts is not None
    assert set(counts.values) == set(FACETS)


def test_what_is_removed_while_a_large_file_is_saved_stays_removed(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "_LARGE", 1)
    path = tmp_path / "rows"
    rows.save(path, STATE)
    again = load(path)[0]
    again.remove([0])
    again.note_removed(path)

    again.save(path, STATE, meanwhile=True)
    again.remove([1, 2])
    again.note_removed(path)  # the saving may have come to its end, or not
    assert list(rows.alive - load(path)[0].alive) == [0, 1, 2]

    again.end_saving(path, wait=True)
    assert list(rows.alive - load(path)[0].alive) == [0, 1, 2]
    again.save(path, STATE)
    assert [found.name for found in tmp_path.iterdir()] == ["rows"]


def test_a_saving_that_fails_is_told_and_done_again(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "_LARGE", 1)
    rows.save(tmp_path / "rows", STATE)
    again = load(tmp_path / "rows")[0]
    again.save(tmp_path / "missing" / "rows", STATE, meanwhile=True)
    with pytest.raises(FileNotFoundError):
        again.end_saving(tmp_path / "missing" / "rows", wait=True)

    again._saved_at = -1_000.0
    assert again.is_due
    again.save(tmp_path / "rows", STATE)
    assert not again.is_due
