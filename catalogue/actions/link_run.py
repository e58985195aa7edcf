"""Checking links for a while: claim, look, record, until nothing is due, time is up or somebody stops us.

Nothing is lost however it ends: what was looked at is recorded, and what was not is given back.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from redis.asyncio import Redis

from catalogue.actions import quality
from catalogue.actions.link_locks import alive
from catalogue.actions.link_queue import LEASE, DueLink, claim_due, give_back
from catalogue.actions.links import Recorded, record_outcomes
from catalogue.enums import LinkState
from catalogue.links.hosts import looks_like_our_own_outage
from catalogue.links.outcome import LinkCategory, LinkOutcome
from catalogue.links.probe import LINK_CHECK_LIMITS, PromisedUrl
from catalogue.links.prober import Look, Prober
from catalogue.models import LinkCheck
from services.host_gate import ValkeyHostGate
from services.http import OutboundPolicy
from services.http.session import Gate

logger = logging.getLogger(__name__)

#: When our own network is down, links are tried again after this time.
AFTER_OUTAGE: Final = timedelta(minutes=10)

#: Links claimed at once, and most that one run has in its hands: enough for hundreds of hosts to be asked side by side.
_CLAIM: Final = 2_000
_IN_HAND: Final = 12_000

#: Outcomes are recorded when there are so many, or after so many seconds.
_RECORD: Final = 500
_RECORD_EVERY: Final = 1.0

#: Seconds between two scorings: a dataset's links are often checked shortly after each other.
_SCORE_EVERY: Final = 5.0

#: Seconds between two looks for due links, where the last one found few.
_LOOK_EVERY: Final = 0.5

#: A batch ends before its leases do; the slowest servers' other links are then given back.
_BATCH_SECONDS: Final = 100.0
assert LEASE.total_seconds() > _BATCH_SECONDS + 30

#: Seconds to wait, when time is up, for what is under way: the longest that HEAD and GET may take of one link.
_GRACE: Final = 2 * LINK_CHECK_LIMITS["total_timeout"] + 5

#: Links that worked last time, which are asked whether it is our network that is down.
_WITNESSES: Final = 10

#: Formats that no web page is in.
_FILES: Final = frozenset(
    {"CSV", "TSV", "XLS", "XLSX", "ODS", "JSON", "GeoJSON", "KML", "KMZ", "SHP", "GPKG", "PDF", "ZIP"}
)

_GATE_TIMEOUT: Final = 10.0


@dataclass(slots=True)
class RunResult:
    """What a run did."""

    recorded: Recorded = field(default_factory=Recorded)
    our_outage: bool = False
    """Whether it ended because no server could be reached, those that always work included."""


def check_due(
    *,
    now: Callable[[], datetime],
    seconds: float | None = None,
    limit: int | None = None,
    progress: Callable[[int], object] = lambda count: None,
    interval: float | None = None,
) -> RunResult:
    """Check links that are due until none is left, at most `limit`; after `seconds`, begin no more.

    `interval`: seconds between two requests to one host, where not the usual. `progress` is told how many links were
    just dealt with.
    """

    @asynccontextmanager
    async def gate() -> AsyncIterator[Gate]:
        # A Valkey that says nothing must not keep every host waiting
        async with Redis.from_url(settings.REDIS_URL, socket_timeout=_GATE_TIMEOUT) as client:
            yield ValkeyHostGate(client, interval=interval)

    prober = Prober[UUID](
        policy=OutboundPolicy.from_settings(**LINK_CHECK_LIMITS),
        now=now,
        open_gate=gate,
        batch_seconds=_BATCH_SECONDS,
        per_host_interval=interval,
    )
    run = _Run(prober, now=now, seconds=seconds, limit=limit, progress=progress)
    with alive(now()):
        try:
            with prober:
                run.go()
        finally:
            run.close()
    return run.result


@dataclass(slots=True)
class _Batch:
    """Links claimed together, as far as they have been looked at."""

    links: dict[UUID, DueLink]
    """Without an outcome so far."""
    seen: list[tuple[str, LinkOutcome]] = field(default_factory=list)
    """(host, outcome) of the others."""
    doubtful: list[tuple[DueLink, LinkOutcome]] = field(default_factory=list)
    """Bad news, which waits while it may be our own network that is down."""

    def may_be_our_outage(self) -> bool:
        """Whether it would look like one if all the rest of the batch were out of reach."""
        unreachable = LinkOutcome(category=LinkCategory.UNREACHABLE, reason="", checked_at=datetime.min)
        return looks_like_our_own_outage([*self.seen, *((link.host, unreachable) for link in self.links.values())])


def _promised(link: DueLink) -> str:
    """The address, marked where the entry says that a data file is there."""
    return PromisedUrl(link.url) if link.format in _FILES else link.url


class _Run:
    def __init__(
        self,
        prober: Prober[UUID],
        *,
        now: Callable[[], datetime],
        seconds: float | None,
        limit: int | None,
        progress: Callable[[int], object],
    ) -> None:
        self.result = RunResult()
        self._prober = prober
        self._now = now
        self._limit = limit
        self._progress = progress
        self._stop_claiming_at = None if seconds is None else time.monotonic() + seconds
        self._batches: dict[int, _Batch] = {}
        self._ready: list[tuple[DueLink, LinkOutcome]] = []
        self._claims = 0
        self._last_host = ""
        self._next_claim = self._next_record = time.monotonic()
        self._next_score = time.monotonic() + _SCORE_EVERY

    def go(self) -> None:
        while True:
            self._claim()
            if not self._batches or self._grace_is_over():
                break
            for look in self._prober.collect(timeout=0.1):
                self._take(look)
            if len(self._ready) >= _RECORD or time.monotonic() >= self._next_record:
                self._record()
            if time.monotonic() >= self._next_score:
                self._score()
        for number in list(self._batches):
            self._end(number)
        self._record()
        self._score()

    def close(self) -> None:
        """Give back what was claimed and not recorded."""
        left = [link for link, _ in self._ready]
        for batch in self._batches.values():
            left += [*batch.links.values(), *(link for link, _ in batch.doubtful)]
        self._batches.clear()
        self._ready.clear()
        give_back(left)

    def _claim(self) -> None:
        in_hand = sum(len(batch.links) for batch in self._batches.values())
        wanted = _CLAIM if self._limit is None else min(_CLAIM, self._limit)
        if self._time_is_up() or self.result.our_outage or wanted <= 0 or in_hand + wanted > _IN_HAND:
            return
        if self._batches and time.monotonic() < self._next_claim:
            return
        busy_hosts = {link.host for batch in self._batches.values() for link in batch.links.values()}
        links = claim_due(self._now(), limit=wanted, busy_hosts=busy_hosts, after_host=self._last_host)
        if len(links) < wanted:
            self._next_claim = time.monotonic() + _LOOK_EVERY
        if links:
            self._claims += 1
            self._last_host = links[-1].host
            self._batches[self._claims] = _Batch({link.resource_id: link for link in links})
            if self._limit is not None:
                self._limit -= len(links)
            self._prober.add(self._claims, [(link.resource_id, _promised(link)) for link in links])

    def _take(self, look: Look[UUID]) -> None:
        batch = self._batches[look.batch]
        if look.key is None or look.outcome is None:
            self._end(look.batch)
            return
        link = batch.links.pop(look.key)
        batch.seen.append((link.host, look.outcome))
        (self._ready if look.outcome.works else batch.doubtful).append((link, look.outcome))

    def _end(self, number: int) -> None:
        batch = self._batches[number]
        if looks_like_our_own_outage(batch.seen) and not self._can_reach_anyone():
            if not self.result.our_outage:
                logger.warning("No server can be reached: our own network seems to be down. Nothing is recorded.")
            self.result.our_outage = True
            give_back((link for link, _ in batch.doubtful), next_check_at=self._now() + AFTER_OUTAGE)
        else:
            self._ready += batch.doubtful
        give_back(batch.links.values())
        del self._batches[number]

    def _can_reach_anyone(self) -> bool:
        """Whether any link works, of a few that did last time."""
        working = LinkCheck.objects.filter(state=LinkState.OK).values_list("host", "resource_id", "resource__url")
        by_host = {host: (resource_id, url) for host, resource_id, url in working[: 50 * _WITNESSES]}
        witnesses = list(by_host.values())[:_WITNESSES]
        return any(outcome.works for outcome in self._prober.look(witnesses))

    def _record(self) -> None:
        for batch in self._batches.values():
            if batch.doubtful and not batch.may_be_our_outage():
                self._ready += batch.doubtful
                batch.doubtful.clear()
        ready = self._ready[:_RECORD]
        while ready:
            self.result.recorded.add(record_outcomes(ready, now=self._now(), score=False))
            del self._ready[: len(ready)]
            self._progress(len(ready))
            ready = self._ready[:_RECORD]
        self._next_record = time.monotonic() + _RECORD_EVERY

    def _score(self) -> None:
        unscored = self.result.recorded.unscored
        quality.rescore(sorted(unscored), now=self._now())
        unscored.clear()
        self._next_score = time.monotonic() + _SCORE_EVERY

    def _time_is_up(self) -> bool:
        return self._stop_claiming_at is not None and time.monotonic() >= self._stop_claiming_at

    def _grace_is_over(self) -> bool:
        return self._stop_claiming_at is not None and time.monotonic() >= self._stop_claiming_at + _GRACE
