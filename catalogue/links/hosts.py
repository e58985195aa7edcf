"""What the links of one batch say about the servers behind them, and about our own network. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from catalogue.links.outcome import LinkCategory, LinkOutcome, Verdict

_NETWORK_FAULTS = frozenset({LinkCategory.DNS, LinkCategory.DNS_UNAVAILABLE, LinkCategory.UNREACHABLE})
# Faults of the whole server, whichever of its files was asked for.
_SERVER_FAULTS = _NETWORK_FAULTS | {
    LinkCategory.REFUSED,
    LinkCategory.TLS,
    LinkCategory.TLS_ISSUER,
    LinkCategory.BLOCKED_ADDRESS,
}


class HostPatience:
    """Within one batch: when to stop asking a server, and what to say of its remaining links. Keys are origins."""

    def __init__(self, *, failures_allowed: int = 3) -> None:
        self._failures_allowed = failures_allowed
        self._failures: dict[str, int] = {}
        self._verdicts: dict[str, LinkOutcome] = {}

    def record(self, origin: str, outcome: LinkOutcome) -> None:
        """Take note of what one link of the server gave."""
        if outcome.category in (LinkCategory.RATE_LIMITED, LinkCategory.UNAVAILABLE) and not outcome.final_url:
            self._verdicts[origin] = replace(
                outcome,
                category=LinkCategory.DEFERRED,
                reason="The server asked us to slow down, so this link was not checked this time.",
                status_code=None,
                method="",
            )
        elif outcome.category in _SERVER_FAULTS and not outcome.final_url:
            self._failures[origin] = self._failures.get(origin, 0) + 1
            if self._failures[origin] >= self._failures_allowed:
                self._verdicts[origin] = outcome
        elif outcome.verdict is not Verdict.NOT_ASKED:
            self._failures.pop(origin, None)

    def verdict(self, origin: str, *, now: datetime) -> LinkOutcome | None:
        """The outcome for another link of the server without asking again, or None: ask."""
        shared = self._verdicts.get(origin)
        return replace(shared, checked_at=now) if shared else None


def looks_like_our_own_outage(outcomes: Iterable[tuple[str, LinkOutcome]]) -> bool:
    """Whether so many hosts are out of reach that it is our network that is down. Takes (host, outcome) pairs.

    Nothing should then be recorded: a broken cable of ours must not mark a country's links as broken.
    """
    reached: set[str] = set()
    unreached: set[str] = set()
    for host, outcome in outcomes:
        if outcome.verdict in (Verdict.NOT_ASKED, Verdict.NEVER_WORKS):
            continue
        (unreached if outcome.category in _NETWORK_FAULTS else reached).add(host)
    unreached -= reached
    return len(unreached) >= 10 and len(unreached) >= 9 * len(reached)
