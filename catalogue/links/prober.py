"""Looking at links in the background, so that slow bookkeeping makes no server seem slow.

The event loop has a thread of its own. Its owner hands in batches, and collects what they found whenever it likes.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar, cast

from catalogue.links.batch import probe_many
from catalogue.links.outcome import LinkOutcome
from services.http import OutboundPolicy
from services.http.session import Gate

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Look(Generic[K]):
    """One link of a batch, or, without a key, the batch's end."""

    batch: int
    key: K | None = None
    outcome: LinkOutcome | None = None


_READY: Final[Look[Any]] = Look(-1)


class Prober(Generic[K]):
    """Use as a context manager. Leaving it cancels what is under way.

    `open_gate` is entered within the event loop. `batch_seconds` is how long a batch may take; links that it has not
    come to by then get no outcome.
    """

    def __init__(
        self,
        *,
        policy: OutboundPolicy,
        now: Callable[[], datetime],
        open_gate: Callable[[], AbstractAsyncContextManager[Gate]],
        batch_seconds: float,
        concurrency: int = 200,
        per_host_interval: float | None = None,
    ) -> None:
        self._policy = policy
        self._now = now
        self._open_gate = open_gate
        self._batch_seconds = batch_seconds
        self._concurrency = concurrency
        self._per_host_interval = per_host_interval
        self._looks: queue.SimpleQueue[Look[K] | BaseException] = queue.SimpleQueue()
        self._batches: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="link prober", daemon=True)
        self._thread.start()
        match self._looks.get():
            case BaseException() as error:
                self._thread.join()
                raise error
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def look(self, targets: Sequence[tuple[K, str]]) -> list[LinkOutcome]:
        """What these links give just now, for those that are quick enough. Waits for it."""
        return asyncio.run_coroutine_threadsafe(self._look(targets), self._loop).result()

    def add(self, batch: int, targets: Sequence[tuple[K, str]]) -> None:
        """Begin to look at these (key, url). Their outcomes, and the end of `batch`, are for `collect` to fetch."""
        self._loop.call_soon_threadsafe(self._begin, batch, targets)

    def collect(self, *, timeout: float) -> list[Look[K]]:
        """What was found since the last call; waits `timeout` seconds for the first. Raises what a batch raised."""
        looks: list[Look[K]] = []
        try:
            item = self._looks.get(timeout=timeout)
            while True:
                if isinstance(item, BaseException):
                    raise item
                looks.append(item)
                item = self._looks.get_nowait()
        except queue.Empty:
            return looks

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self._open_gate() as self._gate:
                self._looks.put(_READY)
                await self._stop.wait()
                for task in self._batches:
                    task.cancel()
                await asyncio.gather(*self._batches, return_exceptions=True)
        except Exception as error:
            self._looks.put(error)

    def _begin(self, batch: int, targets: Sequence[tuple[K, str]]) -> None:
        task = asyncio.get_running_loop().create_task(self._look_at(batch, targets))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)

    async def _look_at(self, batch: int, targets: Sequence[tuple[K, str]]) -> None:
        try:
            await self._probe(targets, found=lambda key, outcome: self._looks.put(Look(batch, key, outcome)))
        except Exception as error:
            self._looks.put(error)
        self._looks.put(Look(batch))

    async def _look(self, targets: Sequence[tuple[K, str]]) -> list[LinkOutcome]:
        outcomes: list[LinkOutcome] = []
        await self._probe(targets, found=lambda _, outcome: outcomes.append(outcome))
        return outcomes

    async def _probe(self, targets: Sequence[tuple[K, str]], *, found: Callable[[K, LinkOutcome], None]) -> None:
        looks = probe_many(
            targets,
            policy=self._policy,
            now=self._now,
            concurrency=self._concurrency,
            per_host_interval=self._per_host_interval,
            gate=self._gate,
        )
        # Generators that are stopped early must be closed, for their requests to be cancelled
        closable = cast("AsyncGenerator[tuple[K, LinkOutcome], None]", looks)
        try:
            async with asyncio.timeout(self._batch_seconds), aclosing(closable):
                async for key, outcome in closable:
                    found(key, outcome)
        except TimeoutError:
            pass
