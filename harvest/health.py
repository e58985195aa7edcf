"""How a source is doing, in a word and a sentence. Pure: the clock is passed in."""

import datetime
from dataclasses import dataclass

from harvest.enums import Health, RunState

#: A source whose time passed this long ago and that nobody harvested: the workers are not keeping up, or are not there.
OVERDUE_AFTER = datetime.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run that ended: what health is judged by."""

    state: RunState
    failed_records: int = 0


def health_of(
    last: LastRun | None, *, is_paused: bool, next_run_at: datetime.datetime | None, now: datetime.datetime
) -> Health:
    """The worst that is true of the source."""
    if is_paused:
        return Health.PAUSED
    if last and last.state == RunState.QUARANTINED:
        return Health.WAITING
    if last and last.state == RunState.FAILED:
        return Health.FAILING
    if next_run_at and next_run_at < now - OVERDUE_AFTER:
        return Health.OVERDUE
    if last is None:
        return Health.NEW
    if last.failed_records:
        return Health.PROBLEMS
    return Health.WORKING
