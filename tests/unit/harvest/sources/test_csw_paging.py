"""Paging through services that count as they should, and through those that don't."""

from collections.abc import Callable, Iterator

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, SourceFailed, SourceProblem
from harvest.sources.csw_paging import Page, PageEnd, Paging
from harvest.sources.iso_web import NoAnswer

Following = Callable[[int, int], int | None]


def raw(number: int) -> RawRecord:
    return RawRecord(f"r{number}", {}, b"", f"hash {number}")


def right(count: int) -> Following:
    return lambda start, got: start + got if start + got <= count else 0


def service(
    count: int, following: Following | None = None, *, matched: int | None = -1, most: int = 1_000
) -> tuple[Callable[[int, int], Page], list[tuple[int, int]]]:
    """A service of so many records, and what it was asked for."""
    asked: list[tuple[int, int]] = []
    following = following or right(count)

    def page(start: int, rows: int) -> Page:
        asked.append((start, rows))
        given = range(start, min(start + min(rows, most), count + 1))
        yield from map(raw, given)
        yield PageEnd(count if matched == -1 else matched, following(start, len(given)))

    return page, asked


def walk(page: Callable[[int, int], Page], rows: int = 10) -> tuple[list[str], list[str], Paging]:
    """Identities in order, the kinds of problems, and how it went."""
    paging = Paging(page, rows)
    events = list(paging.events())
    problems = [event.finding.kind for event in events if isinstance(event, SourceProblem)]
    return [event.guid for event in events if isinstance(event, RawRecord)], problems, paging


def guids(count: int) -> list[str]:
    return [f"r{number}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    "following",
    [
        right(25),
        lambda start, got: None,
        lambda start, got: 0,
        lambda start, got: 1,
        lambda start, got: start,
        lambda start, got: start + got,  # one past the end, too
        lambda start, got: start + got + 1,
        lambda start, got: 26,
    ],
    ids=["right", "missing", "nought", "one", "same", "past the end", "one too many", "last"],
)
def test_whatever_next_record_says_every_record_is_read_once(following: Following):
    page, asked = service(25, following)

    found, problems, paging = walk(page)

    assert (found, problems, paging.is_whole) == (guids(25), [], True)
    assert asked == [(1, 10), (11, 10), (21, 10)]


@pytest.mark.parametrize("count", [0, 1, 10, 20])
def test_a_service_that_does_not_count_is_read_to_its_last_page(count: int):
    page, _ = service(count, matched=None)

    found, problems, paging = walk(page)

    assert (found, problems, paging.is_whole) == (guids(count), [], True)


def test_how_many_there_are_is_announced_once():
    page, _ = service(25)

    assert [event for event in Paging(page, 10).events() if isinstance(event, Announced)] == [Announced(25)]


def test_pages_smaller_than_asked_for_leave_no_gap():
    page, asked = service(25, most=7)

    assert walk(page)[0] == guids(25)
    assert [start for start, _ in asked] == [1, 8, 15, 22]


def test_a_service_that_starts_anew_each_time_ends_with_a_sentence():
    def page(start: int, rows: int) -> Page:
        yield from map(raw, range(1, 11))
        yield PageEnd(1_000, start + 10)

    with pytest.raises(SourceFailed) as raised:
        walk(page)

    assert str(raised.value) == (
        "The service gives the same page again and again: after 10 records it gave nothing new."
    )


def test_one_page_for_ever_without_a_count_is_the_whole():
    def page(start: int, rows: int) -> Page:
        yield from map(raw, range(1, 8))
        yield PageEnd(None, None)

    found, problems, paging = walk(page)

    assert (found, problems, paging.is_whole) == (guids(7), [], True)


def test_pages_emptied_by_what_we_may_not_see_are_passed_over_and_told():
    def page(start: int, rows: int) -> Page:
        yield from (raw(number) for number in range(start, start + 10) if not 11 <= number <= 22 and number <= 30)
        yield PageEnd(30, start + 10 if start + 10 <= 30 else 0)

    found, problems, paging = walk(page)

    assert found == [f"r{number}" for number in (*range(1, 11), *range(23, 31))]
    assert (problems, paging.is_whole) == (["incomplete-list"], False)


def test_a_service_that_says_more_than_it_gives_is_not_whole():
    page, _ = service(25, matched=26)

    found, problems, paging = walk(page)

    assert (found, problems, paging.is_whole) == (guids(25), ["incomplete-list"], False)


def test_records_that_are_deleted_meanwhile_do_not_hide_others():
    records = list(range(1, 31))

    def page(start: int, rows: int) -> Page:
        given = records[start - 1 :][:rows]
        count = len(records)
        if start == 11:
            del records[0:3]
        yield from map(raw, given)
        yield PageEnd(count, start + len(given))

    found, problems, paging = walk(page)

    assert (sorted(found), problems, paging.is_whole) == (sorted(guids(30)), [], True)


def failing(bad: set[int], count: int = 30) -> Callable[[int, int], Page]:
    """A service that gives no page with one of these records in it."""
    good, _ = service(count)

    def page(start: int, rows: int) -> Page:
        if bad & set(range(start, start + rows)):
            raise NoAnswer("The server answered with status 500.", status=500)
        yield from good(start, rows)

    return page


def test_a_record_that_breaks_its_page_costs_only_itself():
    found, problems, paging = walk(failing({17}))

    assert found == [guid for guid in guids(30) if guid != "r17"]
    assert (problems, paging.is_whole) == (["unreadable-at-source"], False)


def test_a_service_that_breaks_down_ends_with_a_sentence():
    paging = Paging(failing(set(range(11, 31))), 10)
    events: Iterator[object] = iter(paging.events())

    with pytest.raises(SourceFailed) as raised:
        list(events)

    assert str(raised.value) == "The service stopped after 10 records. The server answered with status 500."
    assert paging.unreadable == 5


def test_a_page_that_breaks_off_is_asked_again_and_gives_nothing_twice():
    good, _ = service(25)
    broken: list[int] = []

    def page(start: int, rows: int) -> Page:
        given = good(start, rows)
        if start == 11 and not broken:
            broken.append(start)
            yield from (next(given) for _ in range(4))
            raise SourceFailed("The XML stops in the middle, at line 3.")
        yield from given

    found, problems, paging = walk(page)

    assert (found, problems, paging.is_whole) == (guids(25), [], True)


def test_a_record_that_stands_twice_on_a_page_is_left_for_the_pipeline_to_tell():
    def page(start: int, rows: int) -> Page:
        yield from (raw(1), raw(2), raw(1))
        yield PageEnd(3, 0)

    assert walk(page)[0] == ["r1", "r2", "r1"]
