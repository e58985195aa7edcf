"""What follows from looking at a link: states, ladders, and what Hypothesis says of any history at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.enums import LinkState
from catalogue.links.outcome import LinkCategory, LinkOutcome, Verdict
from catalogue.links.policy import (
    CONFIRMED_AFTER,
    FAILURE_LADDER,
    SUCCESS_LADDER,
    LinkHistory,
    history_after,
    next_check_at,
    next_state,
)

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NEVER_SEEN = LinkHistory()


def outcome(category: LinkCategory, *, at: datetime = NOW, **fields: object) -> LinkOutcome:
    return replace(LinkOutcome(category=category, reason="Because.", checked_at=at), **fields)


def seen(*looks: tuple[LinkCategory, timedelta]) -> LinkHistory:
    """The history of a link looked at in turn, each at that long after NOW."""
    history = NEVER_SEEN
    for category, after in looks:
        history = history_after(history, outcome(category, at=NOW + after))
    return history


OK, NOT_FOUND = LinkCategory.OK, LinkCategory.NOT_FOUND


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ([], LinkState.UNCHECKED),
        ([(OK, 0 * HOUR)], LinkState.OK),
        ([(NOT_FOUND, 0 * HOUR)], LinkState.SUSPECTED),
        ([(NOT_FOUND, 0 * HOUR), (NOT_FOUND, HOUR / 2)], LinkState.SUSPECTED),
        ([(NOT_FOUND, 0 * HOUR), (NOT_FOUND, HOUR)], LinkState.BROKEN),
        ([(NOT_FOUND, 0 * HOUR), (LinkCategory.TIMEOUT, HOUR)], LinkState.BROKEN),
        ([(NOT_FOUND, 0 * HOUR), (OK, HOUR), (NOT_FOUND, 2 * HOUR)], LinkState.SUSPECTED),
        ([(NOT_FOUND, 0 * HOUR), (NOT_FOUND, HOUR), (OK, 2 * HOUR)], LinkState.OK),
        ([(LinkCategory.GONE, 0 * HOUR)], LinkState.GONE),
        ([(OK, 0 * HOUR), (LinkCategory.GONE, DAY)], LinkState.GONE),
        ([(LinkCategory.GONE, 0 * HOUR), (NOT_FOUND, DAY)], LinkState.BROKEN),
        ([(LinkCategory.BAD_URL, 0 * HOUR)], LinkState.BROKEN),
        ([(LinkCategory.FORBIDDEN, 0 * HOUR)], LinkState.BLOCKED),
        ([(NOT_FOUND, 0 * HOUR), (LinkCategory.FORBIDDEN, DAY), (NOT_FOUND, 2 * DAY)], LinkState.SUSPECTED),
        ([(LinkCategory.RATE_LIMITED, 0 * HOUR)], LinkState.UNKNOWN),
        ([(OK, 0 * HOUR), (LinkCategory.RATE_LIMITED, DAY)], LinkState.UNKNOWN),
        ([(NOT_FOUND, 0 * HOUR), (LinkCategory.RATE_LIMITED, DAY)], LinkState.SUSPECTED),
        ([(NOT_FOUND, 0 * HOUR), (LinkCategory.UNAVAILABLE, DAY), (NOT_FOUND, 2 * DAY)], LinkState.BROKEN),
        ([(LinkCategory.UNSUPPORTED, 0 * HOUR)], LinkState.UNKNOWN),
        ([(LinkCategory.DEFERRED, 0 * HOUR)], LinkState.UNCHECKED),
        ([(OK, 0 * HOUR), (LinkCategory.DEFERRED, DAY)], LinkState.OK),
    ],
)
def test_state_after_a_series_of_looks(looks: list[tuple[LinkCategory, timedelta]], state: LinkState) -> None:
    assert seen(*looks).state == state


def test_history_of_a_link_that_broke_and_came_back() -> None:
    broken = seen((OK, 0 * HOUR), (NOT_FOUND, DAY), (NOT_FOUND, 2 * DAY))
    assert (broken.failing_since, broken.failure_count) == (NOW + DAY, 2)
    assert (broken.last_success_at, broken.success_count) == (NOW, 0)
    mended = history_after(broken, outcome(OK, at=NOW + 3 * DAY))
    assert (mended.failing_since, mended.failure_count) == (None, 0)
    assert (mended.last_success_at, mended.success_count) == (NOW + 3 * DAY, 1)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"size": 10}, {"size": 11}, True),
        ({"size": 10}, {"size": 10}, False),
        ({"size": 10}, {}, False),
        ({"last_modified": "a"}, {"last_modified": "b"}, True),
        ({"last_modified": "a", "etag": "1"}, {"last_modified": "a", "etag": "2"}, False),
        ({"etag": "1"}, {"etag": "2"}, True),
        ({"etag": "1"}, {}, False),
        ({"last_modified": "a", "size": 10}, {"last_modified": "a", "size": 11}, True),
    ],
)
def test_change_of_the_file_is_noticed(before: dict[str, object], after: dict[str, object], changed: bool) -> None:
    first = history_after(NEVER_SEEN, outcome(OK, **before))
    second = history_after(first, outcome(OK, at=NOW + DAY, **after))
    assert (second.changed_at, second.success_count) == ((NOW + DAY, 1) if changed else (None, 2))


def delay(history: LinkHistory, last: LinkOutcome, key: str = "r1") -> timedelta:
    return next_check_at(history, last, key=key, now=NOW) - NOW


def assert_about(actual: timedelta, expected: timedelta) -> None:
    assert expected <= actual <= expected * 1.1


def test_success_ladder_stretches_while_the_file_stays_the_same() -> None:
    history = NEVER_SEEN
    for expected in (*SUCCESS_LADDER, SUCCESS_LADDER[-1]):
        history = history_after(history, outcome(OK, size=10))
        assert_about(delay(history, outcome(OK, size=10)), expected)
    history = history_after(history, outcome(OK, size=11))
    assert_about(delay(history, outcome(OK, size=11)), SUCCESS_LADDER[0])


def test_failure_ladder_looks_again_soon_and_then_less_and_less_often() -> None:
    history = NEVER_SEEN
    for expected in (*FAILURE_LADDER, FAILURE_LADDER[-1]):
        history = history_after(history, outcome(NOT_FOUND))
        assert_about(delay(history, outcome(NOT_FOUND)), expected)


@pytest.mark.parametrize(
    ("category", "retry_after", "expected"),
    [
        (LinkCategory.RATE_LIMITED, None, 12 * HOUR),
        (LinkCategory.RATE_LIMITED, 3 * 3600, 3 * HOUR),
        (LinkCategory.RATE_LIMITED, 1, HOUR),
        (LinkCategory.RATE_LIMITED, 365 * 24 * 3600, 7 * DAY),
        (LinkCategory.DEFERRED, None, HOUR),
        (LinkCategory.DEFERRED, 2 * 3600, 2 * HOUR),
        (LinkCategory.SERVER_ERROR, 2 * 3600, 2 * HOUR),
        (LinkCategory.SERVER_ERROR, 1, HOUR),
        (LinkCategory.FORBIDDEN, None, 3 * DAY),
        (LinkCategory.FORBIDDEN, 3600, 3 * DAY),
        (LinkCategory.GONE, None, 7 * DAY),
        (LinkCategory.BAD_URL, None, 7 * DAY),
        (LinkCategory.OK, 6 * 24 * 3600, 12 * HOUR),
    ],
)
def test_time_the_server_asks_for_is_given_within_bounds(
    category: LinkCategory, retry_after: int | None, expected: timedelta
) -> None:
    last = outcome(category, retry_after=retry_after)
    assert_about(delay(history_after(NEVER_SEEN, last), last), expected)


def test_jitter_is_the_same_for_a_resource_and_spreads_many() -> None:
    last = outcome(OK)
    history = history_after(NEVER_SEEN, last)
    delays = [delay(history, last, key=f"resource-{number}") for number in range(500)]
    assert delays == [delay(history, last, key=f"resource-{number}") for number in range(500)]
    assert len(set(delays)) == 500
    assert max(delays) - min(delays) > SUCCESS_LADDER[0] * 0.09


looks = st.lists(
    st.tuples(
        st.sampled_from(LinkCategory),
        st.integers(1, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        st.none() | st.integers(0, 10**9),
    ),
    max_size=12,
)


def replay(series: list[tuple[LinkCategory, timedelta, int | None]]) -> tuple[LinkHistory, list[LinkOutcome]]:
    at, history, outcomes = NOW, NEVER_SEEN, []
    for category, pause, retry_after in series:
        at += pause
        outcomes.append(outcome(category, at=at, retry_after=retry_after))
        history = history_after(history, outcomes[-1])
    return history, outcomes


@given(looks)
def test_one_success_always_mends(series: list[tuple[LinkCategory, timedelta, int | None]]) -> None:
    history, _ = replay([*series, (OK, HOUR, None)])
    assert (history.state, history.failing_since, history.failure_count) == (LinkState.OK, None, 0)


@given(looks)
def test_state_and_history_never_contradict_each_other(
    series: list[tuple[LinkCategory, timedelta, int | None]],
) -> None:
    history, _ = replay(series)
    failing = history.state in (LinkState.SUSPECTED, LinkState.BROKEN, LinkState.GONE)
    assert failing == (history.failing_since is not None) == (history.failure_count > 0)


@given(looks)
def test_broken_needs_two_failures_an_hour_apart(series: list[tuple[LinkCategory, timedelta, int | None]]) -> None:
    history, outcomes = replay(series)
    certain = {Verdict.NEVER_WORKS, Verdict.GONE}
    if history.state == LinkState.BROKEN and not certain & {each.verdict for each in outcomes}:
        failures = [each.checked_at for each in outcomes if each.verdict is Verdict.FAILS]
        assert failures[-1] - failures[0] >= CONFIRMED_AFTER


@given(looks)
def test_another_failure_never_makes_a_failing_link_look_better(
    series: list[tuple[LinkCategory, timedelta, int | None]],
) -> None:
    history, _ = replay(series)
    at = NOW + timedelta(days=400)
    worse = next_state(history, outcome(NOT_FOUND, at=at))
    if history.failing_since is not None:
        assert worse == LinkState.BROKEN
    else:
        assert worse == LinkState.SUSPECTED


@given(looks, st.text(max_size=40))
def test_next_look_is_never_sooner_than_an_hour_nor_later_than_33_days(
    series: list[tuple[LinkCategory, timedelta, int | None]], key: str
) -> None:
    history, outcomes = replay([*series, (NOT_FOUND, HOUR, None)])
    assert HOUR <= delay(history, outcomes[-1], key) <= 33 * DAY
    if series:
        history, outcomes = replay(series)
        assert HOUR <= delay(history, outcomes[-1], key) <= 33 * DAY


@given(st.integers(1, 20))
def test_more_failures_never_bring_the_next_look_forward(count: int) -> None:
    failed = [(NOT_FOUND, HOUR, None)]
    history, outcomes = replay(failed * count)
    longer, _ = replay(failed * (count + 1))
    assert delay(history, outcomes[-1]) <= delay(longer, outcomes[-1])
