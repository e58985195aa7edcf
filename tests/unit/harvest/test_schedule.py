"""Moments of schedules: fixed by London's clock, without drift, spread through the night."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.enums import Schedule
from harvest.schedule import LONDON, next_run_at, retry_at


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def daily(now: str, time_of_day: time | None = time(7, 30)) -> datetime | None:
    return next_run_at(Schedule.DAILY, time_of_day=time_of_day, source_id=1, now=at(now))


def test_manual_sources_have_no_moment():
    assert next_run_at(Schedule.MANUAL, time_of_day=None, source_id=1, now=at("2026-01-05T12:00Z")) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-05T07:29:59Z", "2026-01-05T07:30Z"),
        ("2026-01-05T07:30Z", "2026-01-06T07:30Z"),
        ("2026-07-05T12:00Z", "2026-07-06T06:30Z"),  # summer: an hour earlier by UTC
        ("2026-03-28T12:00Z", "2026-03-29T06:30Z"),  # the clocks go forward that night
        ("2026-10-24T12:00Z", "2026-10-25T07:30Z"),  # and back
    ],
)
def test_daily_moment_keeps_londons_time(now: str, expected: str):
    assert daily(now) == at(expected)


def test_time_that_the_clocks_skip_comes_an_hour_later():
    assert daily("2026-03-28T12:00Z", time(1, 30)) == at("2026-03-29T02:30+01:00")


def test_time_that_the_clocks_repeat_comes_once():
    first = daily("2026-10-24T12:00Z", time(1, 30))

    assert first == at("2026-10-25T01:30+01:00")
    assert first is not None
    assert daily(first.isoformat(), time(1, 30)) == at("2026-10-26T01:30Z")


def test_hourly_moments_are_an_hour_apart_at_one_minute():
    now = at("2026-03-29T00:50Z")
    moments = []
    for _ in range(4):
        now = next_run_at(Schedule.HOURLY, time_of_day=time(0, 20), source_id=9, now=now) or now
        moments.append(now)

    assert moments == [at(f"2026-03-29T0{hour}:20Z") for hour in (1, 2, 3, 4)]


@given(
    st.sampled_from([Schedule.HOURLY, Schedule.DAILY, Schedule.WEEKLY, Schedule.MONTHLY]),
    st.none() | st.times().map(lambda value: value.replace(second=0, microsecond=0)),
    st.integers(1, 10**9),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)),
)
def test_a_late_run_moves_no_later_moment(
    schedule: Schedule, time_of_day: time | None, source_id: int, now: datetime, late: timedelta
):
    """The moments form one fixed series, wherever one begins to ask."""
    first = next_run_at(schedule, time_of_day=time_of_day, source_id=source_id, now=now)
    assert first is not None
    assert first > now
    step = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "monthly": 28}[schedule]
    assert first - now <= timedelta(days=step, hours=1)
    later = next_run_at(schedule, time_of_day=time_of_day, source_id=source_id, now=first + late)
    assert later is not None
    moment = first
    while moment < later:
        moment = next_run_at(schedule, time_of_day=time_of_day, source_id=source_id, now=moment) or later
    assert moment == later


def test_sources_without_a_time_are_spread_through_the_night():
    moments = [
        next_run_at(Schedule.DAILY, time_of_day=None, source_id=number, now=at("2026-01-05T12:00Z"))
        for number in range(1, 301)
    ]
    times = sorted(moment.astimezone(LONDON).time() for moment in moments if moment)

    assert len(set(times)) == 300
    assert (times[0], times[-1]) == (time(0, 30), time(5, 29))


def test_failures_in_a_row_are_tried_again_less_and_less_soon():
    now = at("2026-01-05T12:00Z")

    assert [retry_at(failures, now=now) for failures in range(1, 5)] == [
        now + timedelta(minutes=15),
        now + timedelta(hours=1),
        now + timedelta(hours=4),
        None,
    ]
