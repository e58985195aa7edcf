"""What follows from looking at a link: its state, and when to look again. Pure: the clock is a parameter."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from catalogue.enums import LinkState
from catalogue.links.outcome import LinkOutcome, Verdict

#: A link that works is looked at less and less often while its file stays the same.
SUCCESS_LADDER: Final = (timedelta(hours=12), timedelta(days=1), timedelta(days=7), timedelta(days=30))
#: A link that fails is looked at again soon, to be sure, then less and less often.
FAILURE_LADDER: Final = (
    timedelta(hours=1),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
#: A failure counts as confirmed when one at least this long after the first says the same.
CONFIRMED_AFTER: Final = timedelta(hours=1)
RETRY_AFTER_BOUNDS: Final = (timedelta(hours=1), timedelta(days=7))

_WHEN_UNCLEAR = timedelta(hours=12)
_WHEN_REFUSED = timedelta(days=3)
_WHEN_HOPELESS = timedelta(days=7)  # gone, or not a web address: only an edit will change it
_WHEN_NOT_ASKED = timedelta(hours=1)
_JITTER = 0.1


@dataclass(frozen=True, kw_only=True)
class LinkHistory:
    """What is remembered of a link between looks. The field names are those of the `LinkCheck` model."""

    state: LinkState = LinkState.UNCHECKED
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    changed_at: datetime | None = None
    failure_count: int = 0
    """Failures in a row."""
    success_count: int = 0
    """Successes in a row with the same file."""
    etag: str = ""
    last_modified: str = ""
    size_bytes: int | None = None
    fingerprint: str = ""


def next_state(previous: LinkHistory, outcome: LinkOutcome) -> LinkState:
    """One failure makes a link suspected; a second, an hour or more later, broken; one success, working."""
    match outcome.verdict:
        case Verdict.WORKS:
            return LinkState.OK
        case Verdict.NEVER_WORKS:
            return LinkState.BROKEN
        case Verdict.GONE:
            return LinkState.GONE
        case Verdict.REFUSES_US:
            return LinkState.BLOCKED
        case Verdict.NOT_ASKED:
            return previous.state
        case Verdict.UNCLEAR:
            # A busy server is no news about a link that was failing.
            return LinkState.UNKNOWN if previous.failing_since is None else previous.state
    if previous.failing_since is None or outcome.checked_at - previous.failing_since < CONFIRMED_AFTER:
        return LinkState.BROKEN if previous.state == LinkState.BROKEN else LinkState.SUSPECTED
    return LinkState.BROKEN


def history_after(previous: LinkHistory, outcome: LinkOutcome) -> LinkHistory:
    """What to remember after `outcome`."""
    state = next_state(previous, outcome)
    match outcome.verdict:
        case Verdict.NOT_ASKED | Verdict.UNCLEAR:
            return replace(previous, state=state)
        case Verdict.REFUSES_US:
            return replace(previous, state=state, failing_since=None, failure_count=0, success_count=0)
        case Verdict.WORKS:
            changed = is_changed(previous, outcome)
            return LinkHistory(
                state=state,
                last_success_at=outcome.checked_at,
                changed_at=outcome.checked_at if changed else previous.changed_at,
                success_count=1 if changed else previous.success_count + 1,
                etag=outcome.etag,
                last_modified=outcome.last_modified,
                size_bytes=outcome.size,
                fingerprint=outcome.fingerprint,
            )
    return replace(
        previous,
        state=state,
        failing_since=previous.failing_since or outcome.checked_at,
        failure_count=previous.failure_count + 1,
        success_count=0,
    )


def is_changed(previous: LinkHistory, outcome: LinkOutcome) -> bool:
    """Whether the server tells of another file than last time.

    An ETag alone is not believed where dates can be compared: the servers behind one name often disagree on it.
    """
    if previous.size_bytes is not None and outcome.size is not None and previous.size_bytes != outcome.size:
        return True
    if previous.last_modified and outcome.last_modified:
        return previous.last_modified != outcome.last_modified
    if previous.etag and outcome.etag and previous.etag != outcome.etag:
        return True
    return bool(previous.fingerprint and outcome.fingerprint and previous.fingerprint != outcome.fingerprint)


def next_check_at(history: LinkHistory, outcome: LinkOutcome, *, key: str, now: datetime) -> datetime:
    """When to look again. `history` already holds `outcome`; `key` is the resource's id, which spreads the load."""
    delay = _delay(history, outcome)
    if outcome.retry_after is not None and outcome.verdict is not Verdict.WORKS:
        shortest, longest = RETRY_AFTER_BOUNDS
        asked = min(max(timedelta(seconds=outcome.retry_after), shortest), longest)
        # A server that says when is believed; where we would have waited longer anyway, we still do.
        waiting_for_it = outcome.verdict in (Verdict.UNCLEAR, Verdict.NOT_ASKED)
        delay = asked if waiting_for_it else max(delay, asked)
    return now + delay * (1 + _JITTER * _fraction(key))


def _delay(history: LinkHistory, outcome: LinkOutcome) -> timedelta:
    match outcome.verdict:
        case Verdict.WORKS:
            return SUCCESS_LADDER[min(max(history.success_count, 1), len(SUCCESS_LADDER)) - 1]
        case Verdict.FAILS:
            return FAILURE_LADDER[min(max(history.failure_count, 1), len(FAILURE_LADDER)) - 1]
        case Verdict.GONE | Verdict.NEVER_WORKS:
            return _WHEN_HOPELESS
        case Verdict.REFUSES_US:
            return _WHEN_REFUSED
        case Verdict.UNCLEAR:
            return _WHEN_UNCLEAR
        case Verdict.NOT_ASKED:
            return _WHEN_NOT_ASKED


def _fraction(key: str) -> float:
    """A number from 0 to 1, always the same for the same key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest()) / 2**32
