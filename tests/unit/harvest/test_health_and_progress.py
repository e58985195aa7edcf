"""How sources and runs are doing, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from harvest.enums import Health, RunState
from harvest.health import LastRun, health_of
from harvest.progress import progress

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "is_paused", "next_run_at", "expected"),
    [
        (None, False, NOW, Health.NEW),
        (LastRun(RunState.COMPLETED), False, NOW, Health.WORKING),
        (LastRun(RunState.COMPLETED, failed_records=2), False, NOW, Health.PROBLEMS),
        (LastRun(RunState.CANCELLED), False, None, Health.WORKING),
        (LastRun(RunState.FAILED), False, NOW, Health.FAILING),
        (LastRun(RunState.QUARANTINED), False, NOW, Health.WAITING),
        (LastRun(RunState.COMPLETED), False, NOW - timedelta(hours=13), Health.OVERDUE),
        (None, False, NOW - timedelta(days=2), Health.OVERDUE),
        (LastRun(RunState.FAILED), True, None, Health.PAUSED),
    ],
)
def test_health_is_the_worst_that_is_true(last, is_paused, next_run_at, expected):
    assert health_of(last, is_paused=is_paused, next_run_at=next_run_at, now=NOW) == expected


@pytest.mark.parametrize(
    ("seen", "expected", "seconds", "words"),
    [
        (0, None, 0, "0 records"),
        (1200, 5000, 5, "1,200 of 5,000 records, 240 a second, about 16 seconds left"),
        (1200, None, 5, "1,200 records, 240 a second"),
        (10, 100_000, 100, "10 of 100,000 records, less than one a second, about 278 hours left"),
        (5000, 5000, 5, "5,000 of 5,000 records, 1,000 a second"),
        (6000, 5000, 6, "6,000 of 5,000 records, 1,000 a second"),
    ],
)
def test_progress_in_words(seen, expected, seconds, words):
    found = progress(seen=seen, expected=expected, started_at=NOW - timedelta(seconds=seconds), now=NOW)
    assert found.words == words
