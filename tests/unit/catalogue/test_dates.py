"""Dates as publishers write them: days first, partial dates as ranges, and never a guess."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.dates import MAX_YEAR, MIN_YEAR, PartialDate, parse_date, parse_datetime, parse_period

anything = (
    st.text(max_size=150)
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.lists(st.text())
    | st.dictionaries(st.sampled_from(["startDate", "endDate", "from", "x"]), st.text() | st.integers() | st.none())
)
dated = st.from_regex(
    r"[0-9]{1,4}[-/. ][0-9]{1,4}[-/. ][0-9]{1,4}([T ][0-9:.]{2,8}(Z|[+-][0-9:]{2,5})?)?", fullmatch=True
)
days = st.dates(date(MIN_YEAR, 1, 1), date(MAX_YEAR, 12, 31))


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2014-03-05", date(2014, 3, 5)),
        ("2014-03-05T23:30:00-05:00", date(2014, 3, 5)),
        ("2013-06-03T14:58:43.210148", date(2013, 6, 3)),
        ("2014-04-09Z", date(2014, 4, 9)),
        ("1893-12-31T23:00", date(1893, 12, 31)),
        ("20201117", date(2020, 11, 17)),
        ("22082013", date(2013, 8, 22)),
        ("2021/02/05", date(2021, 2, 5)),
        ("06/05/2009", date(2009, 5, 6)),
        ("12/05/2006 08:21", date(2006, 5, 12)),
        ("30/9/15", date(2015, 9, 30)),
        ("28.08.2013", date(2013, 8, 28)),
        ("08/13/2012", date(2012, 8, 13)),
        ("30th September 2013", date(2013, 9, 30)),
        ("Monday 7 November 2012", date(2012, 11, 7)),
        ("23-Nov-2012 ", date(2012, 11, 23)),
        ("September 30, 2013", date(2013, 9, 30)),
        ('["2009-12-22"]', date(2009, 12, 22)),
    ],
)
def test_whole_dates(raw: str, day: date) -> None:
    assert parse_date(raw) == PartialDate(day, day, " ".join(raw.split()))


@pytest.mark.parametrize(
    ("raw", "start", "end"),
    [
        ("2014", date(2014, 1, 1), date(2014, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("10/2011", date(2011, 10, 1), date(2011, 10, 31)),
        ("March 2014", date(2014, 3, 1), date(2014, 3, 31)),
        ("Latest publication May 2009", date(2009, 5, 1), date(2009, 5, 31)),
        ("June 2009 (when it was created)", date(2009, 6, 1), date(2009, 6, 30)),
        ("2004-00-00", date(2004, 1, 1), date(2004, 12, 31)),
        ("2013/14", date(2013, 4, 1), date(2014, 3, 31)),
        ("2010/11", date(2010, 4, 1), date(2011, 3, 31)),
        ("2012-13", date(2012, 4, 1), date(2013, 3, 31)),
        ("2009-10", date(2009, 10, 1), date(2009, 10, 31)),
        ("1996-2012", date(1996, 1, 1), date(2012, 12, 31)),
    ],
)
def test_partial_dates_are_the_days_they_may_mean(raw: str, start: date, end: date) -> None:
    assert parse_date(raw) == PartialDate(start, end, raw)


@pytest.mark.parametrize(
    "raw",
    [
        "R/P1Y",
        "-",
        "",
        "2020-02-30",
        "31/09/2013",
        "0999",
        "0201-12-31",
        "2201",
        "9999-08-01",
        "03/16",
        "missing",
        "now",
        "Prior to 2005",
        "Late 1980s",
        "No Release Planned",
        "99",
        None,
        True,
        12,
        1.5,
        [],
        {},
        "2014-13-01",
        "x" * 500,
    ],
)
def test_what_cannot_be_a_date_is_none(raw: object) -> None:
    assert parse_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2013-06-03T14:58:43.210148", datetime(2013, 6, 3, 14, 58, 43, 210148, UTC)),
        ("2017-01-01T00:00:00-05:00", datetime(2017, 1, 1, 5, tzinfo=UTC)),
        ("2020-10-26T20:32:20.000Z", datetime(2020, 10, 26, 20, 32, 20, tzinfo=UTC)),
        ("2019-06-27 12:41:27", datetime(2019, 6, 27, 12, 41, 27, tzinfo=UTC)),
        ("Tue, 03 Jun 2008 11:05:30 GMT", datetime(2008, 6, 3, 11, 5, 30, tzinfo=UTC)),
        ("2014-03", datetime(2014, 3, 1, tzinfo=UTC)),
        (1405929600000, datetime(2014, 7, 21, 8, tzinfo=UTC)),
        ("R/P1Y", None),
        ("9999-12-31T23:59:59+14:00", None),
        (None, None),
    ],
)
def test_stamps(raw: object, moment: datetime | None) -> None:
    assert parse_datetime(raw) == moment


@pytest.mark.parametrize(
    ("raw", "start", "end"),
    [
        ("2014-01-01/2014-12-31", date(2014, 1, 1), date(2014, 12, 31)),
        ("2014/2015", date(2014, 1, 1), date(2015, 12, 31)),
        ("2014-01-01/P1Y", date(2014, 1, 1), date(2014, 12, 31)),
        ("P1M/2014-12-31", date(2014, 12, 1), date(2014, 12, 31)),
        ("2014-01-01/..", date(2014, 1, 1), None),
        ("../2014", None, date(2014, 12, 31)),
        ("2019-01/present", date(2019, 1, 1), None),
        ("2012-01-01T05:00:00-05:00/2016-12-31T05:00:00-05:00", date(2012, 1, 1), date(2016, 12, 31)),
        ("2019-2022", date(2019, 1, 1), date(2022, 12, 31)),
        ("1970—2010", date(1970, 1, 1), date(2010, 12, 31)),
        ("1/8/2020 - 5/3/2024", date(2020, 8, 1), date(2024, 3, 5)),
        ("August 1, 2020 to June 30, 2022", date(2020, 8, 1), date(2022, 6, 30)),
        ("July 2022-June 2023", date(2022, 7, 1), date(2023, 6, 30)),
        ("2013-2016, 2019-2021", date(2013, 1, 1), date(2021, 12, 31)),
        ("2022-23, 2023-2024, & 2024-25", date(2022, 4, 1), date(2025, 3, 31)),
        ("2018, 2019, 2021", date(2018, 1, 1), date(2021, 12, 31)),
        ("2014-12-31/2014-01-01", date(2014, 1, 1), date(2014, 12, 31)),
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ({"startDate": "2018-02", "endDate": "2019"}, date(2018, 2, 1), date(2019, 12, 31)),
        ({"from": "2018"}, date(2018, 1, 1), None),
        ("R/P1Y", None, None),
        ("Monthly", None, None),
        ("2014-01-01/nonsense", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_periods(raw: object, start: date | None, end: date | None) -> None:
    assert parse_period(raw) == (start, end)


@given(days)
def test_every_iso_date_parses_back(day: date) -> None:
    assert parse_date(day.isoformat()) == PartialDate(day, day, day.isoformat())
    assert parse_date(f"{day:%d/%m}/{day.year:04}") == PartialDate(day, day, f"{day:%d/%m}/{day.year:04}")
    assert parse_date(day.isoformat()[:7]).start == day.replace(day=1)  # type: ignore[union-attr]


@given(days, st.integers(0, 4000))
def test_every_interval_parses_back(day: date, length: int) -> None:
    end = min(day + timedelta(days=length), date(MAX_YEAR, 12, 31))
    assert parse_period(f"{day.isoformat()}/{end.isoformat()}") == (day, end)


@given(st.datetimes(datetime(MIN_YEAR, 1, 2), datetime(MAX_YEAR, 12, 30)))
def test_every_stamp_of_ckan_parses_back(moment: datetime) -> None:
    assert parse_datetime(moment.isoformat()) == moment.replace(tzinfo=UTC)


@given(anything | dated)
def test_any_value_is_answered_within_bounds(raw: object) -> None:
    found = parse_date(raw)
    if found:
        assert MIN_YEAR <= found.start.year <= found.end.year <= MAX_YEAR
        assert found.start <= found.end
    start, end = parse_period(raw)
    assert start is None or end is None or start <= end
    moment = parse_datetime(raw)
    assert moment is None or moment.tzinfo is UTC
