"""Politeness towards other people's servers: one request in flight for each host, and a pause between starts.

`LocalHostGate` is for one process; `ValkeyHostGate` keeps the promise across all workers.
"""

import asyncio
import logging
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.http.errors import HttpError, HttpErrorKind

logger = logging.getLogger(__name__)

# Gives the turn back: the next may start at once, or when what is left of the pause has passed. Only where the lock
# is still ours; it is another worker's if we took longer than the lease.
_RELEASE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then return redis.call('pexpire', KEYS[1], ARGV[2]) end
return redis.call('del', KEYS[1])
"""


@dataclass
class _HostTurns:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    users: int = 0


class LocalHostGate:
    """Turns within one process and event loop. Times in seconds."""

    def __init__(self, *, interval: float = 0.5, max_wait: float = 60) -> None:
        self._interval = interval
        self._max_wait = max_wait
        self._hosts: dict[str, _HostTurns] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it. Raises HttpError (HOST_BUSY) after `max_wait`."""
        turns = self._hosts.setdefault(host, _HostTurns())
        clock = asyncio.get_running_loop().time
        turns.users += 1
        try:
            try:
                async with asyncio.timeout(self._max_wait):
                    await turns.lock.acquire()
            except TimeoutError as error:
                raise _busy(host) from error
            try:
                await asyncio.sleep(max(0.0, turns.next_start - clock()))
                turns.next_start = clock() + self._interval
                yield
            finally:
                turns.lock.release()
        finally:
            turns.users -= 1
            if not turns.users:
                self._forget_when_idle(host, turns)

    def _forget_when_idle(self, host: str, turns: _HostTurns) -> None:
        def forget() -> None:
            if not turns.users and self._hosts.get(host) is turns:
                del self._hosts[host]

        loop = asyncio.get_running_loop()
        loop.call_at(turns.next_start, forget)


class ValkeyHostGate:
    """Turns across all workers that share one Valkey or Redis. Times in seconds.

    `lease` must be longer than the longest request: it is how long a host stays closed when a worker dies holding it.
    """

    def __init__(
        self,
        client: Redis,
        *,
        interval: float = 0.5,
        lease: float = 120,
        max_wait: float = 60,
        prefix: str = "domesday:host:",
    ) -> None:
        self._client = client
        self._interval = interval
        self._lease = lease
        self._max_wait = max_wait
        self._prefix = prefix

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it. Raises HttpError (HOST_BUSY) after `max_wait`, or without a Valkey."""
        key, token = f"{self._prefix}{host}", uuid.uuid4().hex
        await self._acquire(host, key, token)
        started = time.monotonic()
        try:
            yield
        finally:
            pause_left = max(0, round(1000 * (self._interval - (time.monotonic() - started))))
            try:
                await self._client.eval(_RELEASE, 1, key, token, str(pause_left))
            except RedisError:
                logger.warning("The turn of %s could not be given back; it runs out by itself.", host)

    async def _acquire(self, host: str, key: str, token: str) -> None:
        give_up_at = time.monotonic() + self._max_wait
        try:
            while not await self._client.set(key, token, nx=True, px=round(1000 * self._lease)):
                if time.monotonic() >= give_up_at:
                    raise _busy(host)
                await asyncio.sleep(random.uniform(0.03, 0.1))
        except RedisError as error:
            # Without the gate nobody knows who else is asking this host: better not to ask.
            logger.warning("The host gate cannot be reached: %s", error)
            raise _busy(host) from error


def _busy(host: str) -> HttpError:
    return HttpError(
        HttpErrorKind.HOST_BUSY, f"Too many requests to {host} are waiting already; this one was not made."
    )
