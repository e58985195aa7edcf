"""Times as Solr writes them."""

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.api.ckan.query.moments import NoMoment, Span, span

NOW = datetime.datetime(2026, 11, 22, 4, 30, 15, 123456, tzinfo=datetime.UTC)


def at(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("NOW", NOW),
        ("NOW-7DAYS", at(2026, 11, 15, 4, 30, 15, 123456)),
        ("NOW-1YEAR", at(2025, 11, 22, 4, 30, 15, 123456)),
        ("NOW/DAY", at(2026, 11, 22)),
        ("NOW/DAY+6HOURS", at(2026, 11, 22, 6)),
        ("NOW-1MONTH/MONTH", at(2026, 10, 1)),
        ("NOW/YEAR", at(2026, 1, 1)),
        ("2015-07-24T00:00:00Z", at(2015, 7, 24)),
        ("2015-07-24T00:00:00.000000Z", at(2015, 7, 24)),
        ("2015-07-24T10:11:12.5Z", at(2015, 7, 24, 10, 11, 12, 500000)),
        ("2015-07-24T10:11:12", at(2015, 7, 24, 10, 11, 12)),
        ("2016-02-29T00:00:00Z+1YEAR", at(2017, 2, 28)),
        ("2015-01-31T00:00:00Z+1MONTH", at(2015, 2, 28)),
        ("2015-01-01T00:00:00Z-1MONTH", at(2014, 12, 1)),
        ("NOW-999999YEARS", at(1, 1, 2)),
        ("NOW+999999YEARS", at(9999, 12, 30)),
    ],
)
def test_a_moment_is_both_its_ends(text, moment):
    assert span(text, NOW) == Span(moment, moment)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2015", at(2015, 1, 1), at(2016, 1, 1)),
        ("2015-12", at(2015, 12, 1), at(2016, 1, 1)),
        ("2015-07-24", at(2015, 7, 24), at(2015, 7, 25)),
        ("2015-07-24T10", at(2015, 7, 24, 10), at(2015, 7, 24, 11)),
        ("2015-07-24T10:05", at(2015, 7, 24, 10, 5), at(2015, 7, 24, 10, 6)),
    ],
)
def test_a_date_without_its_last_parts_covers_them_all(text, start, end):
    assert span(text, NOW) == Span(start, end)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2015-02-30", "0000", "2015-13", "NOW+1FORTNIGHT", "NOW/", "NOW-DAYS", "now", "²015"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(NoMoment):
        span(text, NOW)


@given(st.text(alphabet="0123456789-T:Z./+NOWDAYSMONTHYEAR ", max_size=60))
def test_any_text_is_a_time_or_refused(text):
    with contextlib.suppress(NoMoment):
        found = span(text, NOW)
        assert found.start <= found.end
