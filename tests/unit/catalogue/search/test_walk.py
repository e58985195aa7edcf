"""Where a page of a walk begins, and what of that is written in a cursor."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.walk import PageStart, after, marks


@pytest.mark.parametrize(
    "begin",
    [
        PageStart(3, 2**62),
        PageStart(1, 0),
        PageStart(20, every_word=True, seen=marks([UUID(int=each) for each in range(100)])),
        PageStart(0),
        PageStart(10**9 - 1, order="0123456789abcdef"),
        PageStart(5, every_word=True, order="0123456789abcdef"),
    ],
)
def test_a_cursor_is_read_as_it_was_written(begin: PageStart) -> None:
    assert PageStart.read(begin.written()) == begin


@given(st.text())
def test_nothing_else_is_a_cursor(text: str) -> None:
    read = PageStart.read(text)
    assert read is None or isinstance(read, PageStart)


def test_entries_of_one_moment_are_counted_so_that_none_is_shown_twice_or_left_out() -> None:
    first = after([9, 7, 7], None)
    assert first == PageStart(2, 7)
    assert after([7, 7], first) == PageStart(4, 7)
    assert after([7, 5], first) == PageStart(1, 5)
