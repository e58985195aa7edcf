"""Looking at many links at once: many hosts in parallel, each of them one request at a time."""

import asyncio
import heapq
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Generic, TypeVar, cast

from aiohttp.abc import AbstractResolver

from catalogue.links.hosts import HostPatience
from catalogue.links.outcome import LinkOutcome
from catalogue.links.probe import probe
from catalogue.links.robots import Robots
from services import ftp, host_gate
from services.host_gate import LocalHostGate
from services.http import GuardedSession, HttpError, OutboundPolicy
from services.http.session import Gate
from services.http.urls import origin, parse_url, politeness_host

K = TypeVar("K", bound=Hashable)

# Long enough for the next link of the same host; an idle connection costs a file descriptor.
_KEEP_ALIVE = 1.0


async def probe_many(
    targets: Iterable[tuple[K, str]],
    *,
    policy: OutboundPolicy,
    now: Callable[[], datetime],
    concurrency: int = 200,
    per_host_interval: float | None = None,
    gate: Gate | None = None,
    resolver: AbstractResolver | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[K, LinkOutcome]]:
    """Probe each (key, url) and yield (key, outcome) as they come, in no particular order.

    Every host has at most one request in flight and `per_host_interval` seconds between two starts, redirects
    included. `gate` keeps that promise beyond this process. A server that three times in a row cannot be reached is
    not asked again: its other links share the outcome; one that asks us to slow down has its other links deferred.

    A caller that may stop early wraps this in `contextlib.aclosing`, so that requests under way are cancelled.
    """
    interval = host_gate.INTERVAL if per_host_interval is None else per_host_interval
    gate = gate or LocalHostGate(interval=interval)
    async with GuardedSession(
        policy,
        gate=gate,
        resolver=resolver,
        ssl_context=ssl_context,
        max_connections=concurrency,
        keep_alive=_KEEP_ALIVE,
    ) as session:
        batch = _Batch(session, targets, now=now, concurrency=concurrency, interval=interval)
        async with aclosing(batch.outcomes()) as outcomes:
            async for key, outcome in outcomes:
                yield key, outcome


class _Batch(Generic[K]):
    """The links of one batch, queued by host. Times are those of the event loop's clock."""

    def __init__(
        self,
        session: GuardedSession,
        targets: Iterable[tuple[K, str]],
        *,
        now: Callable[[], datetime],
        concurrency: int,
        interval: float,
    ) -> None:
        self._session = session
        self._now = now
        self._concurrency = concurrency
        self._interval = interval
        self._patience = HostPatience()
        self._robots = Robots(session)
        self._queues: dict[str, deque[tuple[K, str]]] = {}
        for key, url in targets:
            self._queues.setdefault(politeness_host(url) or ftp.host_of(url), deque()).append((key, url))
        # (not before, host): the host that has been waiting longest comes first, so that hosts take turns.
        self._ready = [(0.0, host) for host in self._queues]
        heapq.heapify(self._ready)
        self._running: set[asyncio.Task[None]] = set()
        self._done: asyncio.Queue[tuple[K, LinkOutcome] | Exception] = asyncio.Queue()

    async def outcomes(self) -> AsyncGenerator[tuple[K, LinkOutcome], None]:
        try:
            while True:
                pause = self._start_what_is_ready()
                if pause is None and not self._running and self._done.empty():
                    return
                try:
                    async with asyncio.timeout(pause):
                        done = await self._done.get()
                except TimeoutError:
                    continue
                if isinstance(done, Exception):
                    raise done
                yield done
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _start_what_is_ready(self) -> float | None:
        """Start as many links as may be. Returns the seconds until the next may start, None when one must end first."""
        clock = asyncio.get_running_loop().time
        while self._ready and len(self._running) < self._concurrency:
            not_before, host = self._ready[0]
            if not_before > clock():
                return not_before - clock()
            heapq.heappop(self._ready)
            task = asyncio.create_task(self._look_at_next(host))
            self._running.add(task)
        return None

    async def _look_at_next(self, host: str) -> None:
        """Look at the host's next link; links that need no request are dealt with on the way."""
        started = asyncio.get_running_loop().time()
        found: list[tuple[K, LinkOutcome] | Exception] = []
        try:
            queue = self._queues[host]
            asked = False
            while queue and not asked:
                key, url = queue.popleft()
                server = _server(url)
                outcome = self._patience.verdict(server, now=self._now())
                if outcome is None:
                    outcome = await probe(self._session, url, now=self._now(), robots=self._robots)
                    self._patience.record(server, outcome)
                    asked = bool(server)
                found.append((key, outcome))
            if queue:
                heapq.heappush(self._ready, (started + self._interval, host))
        except Exception as error:  # a fault of ours: let the consumer have it
            found.append(error)
        # The place is given up before the consumer wakes, so that it can fill it.
        self._running.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        for item in found:
            self._done.put_nowait(item)


def _server(url: str) -> str:
    """The origin, by which servers are told apart; empty where the address is none, and no request will be made."""
    try:
        return ":".join(str(part) for part in origin(parse_url(url)))
    except HttpError:
        return f"ftp:{host}" if (host := ftp.host_of(url)) else ""
