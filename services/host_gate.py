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

#: Seconds between two requests to one host, where the caller says nothing else.
INTERVAL = 0.5

# One message for many hosts: first the turns given back, then those asked for.
# KEYS: the hosts' locks. ARGV: how many are given back, the lease; for each of those its token and what is left of its
# pause, for each of the others its token. Answers for each of the others: 0, the turn is yours; else the milliseconds
# after which the lock runs out by itself.
# Given back is only what is still ours; the lock is another worker's if we took longer than the lease.
_EXCHANGE = """
local given_back, lease, at = tonumber(ARGV[1]), ARGV[2], 2
for i = 1, given_back do
    local pause = tonumber(ARGV[at + 2])
    if redis.call('get', KEYS[i]) == ARGV[at + 1] then
        if pause > 0 then redis.call('pexpire', KEYS[i], pause) else redis.call('del', KEYS[i]) end
    end
    at = at + 2
end
local answers = {}
for i = given_back + 1, #KEYS do
    at = at + 1
    local is_given = redis.call('set', KEYS[i], ARGV[at], 'NX', 'PX', lease)
    answers[#answers + 1] = is_given and 0 or math.max(1, redis.call('pttl', KEYS[i]))
end
return answers
"""

# Seconds during which requests are gathered into one message: several hundred a second then cost one worker little.
_GATHERING = 0.003


@dataclass
class _HostTurns:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    users: int = 0


class LocalHostGate:
    """Turns within one process and event loop. Times in seconds."""

    def __init__(self, *, interval: float | None = None, max_wait: float = 60) -> None:
        self._interval = INTERVAL if interval is None else interval
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


@dataclass(frozen=True)
class _Ask:
    """Somebody waits for a turn; `answer` is 0 where it is given, else the milliseconds to wait."""

    key: str
    token: str
    answer: asyncio.Future[int]


@dataclass(frozen=True)
class _GiveBack:
    key: str
    token: str
    pause: int
    """Milliseconds for which the host stays closed."""
    done: asyncio.Future[None]


class ValkeyHostGate:
    """Turns across all workers that share one Valkey or Redis. Times in seconds.

    `lease` must be longer than the longest request: it is how long a host stays closed when a worker dies holding it.
    """

    def __init__(
        self,
        client: Redis,
        *,
        interval: float | None = None,
        lease: float = 120,
        max_wait: float = 60,
        prefix: str = "domesday:host:",
    ) -> None:
        self._exchange = client.register_script(_EXCHANGE)
        self._interval = INTERVAL if interval is None else interval
        self._lease = lease
        self._max_wait = max_wait
        self._prefix = prefix
        self._asks: list[_Ask] = []
        self._given_back: list[_GiveBack] = []
        self._messenger: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it. Raises HttpError (HOST_BUSY) after `max_wait`, or without a Valkey."""
        key, token = f"{self._prefix}{host}", uuid.uuid4().hex
        await self._acquire(host, key, token)
        started = time.monotonic()
        try:
            yield
        finally:
            pause_left = self._interval - (time.monotonic() - started)
            await self._give_back(key, token, pause=max(0, round(1000 * pause_left)))

    async def _acquire(self, host: str, key: str, token: str) -> None:
        give_up_at = time.monotonic() + self._max_wait
        try:
            while milliseconds := await self._ask(key, token):
                if time.monotonic() >= give_up_at:
                    raise _busy(host)
                # The rest of a pause is waited for; a lock that is held may be given back at any moment.
                seconds = milliseconds / 1000
                await asyncio.sleep(seconds if seconds <= self._interval else random.uniform(0.03, 0.1))
        except RedisError as error:
            # Without the gate nobody knows who else is asking this host: better not to ask.
            logger.warning("The host gate cannot be reached: %s", error)
            raise _busy(host) from error

    async def _ask(self, key: str, token: str) -> int:
        ask = _Ask(key, token, asyncio.get_running_loop().create_future())
        self._asks.append(ask)
        self._send_soon()
        try:
            return await ask.answer
        except asyncio.CancelledError:
            # Was the turn given in this very moment? If it is given later, `_deliver` sees that nobody waits.
            if not ask.answer.cancelled() and not ask.answer.exception() and ask.answer.result() == 0:
                await self._give_back(key, token, pause=0)
            raise

    async def _give_back(self, key: str, token: str, *, pause: int) -> None:
        done = asyncio.get_running_loop().create_future()
        self._given_back.append(_GiveBack(key, token, pause, done))
        self._send_soon()
        await done

    def _send_soon(self) -> None:
        if self._messenger is None:
            self._messenger = asyncio.create_task(self._deliver())

    async def _deliver(self) -> None:
        """Send what has gathered until there is nothing more, one message at a time."""
        await asyncio.sleep(_GATHERING)
        while self._asks or self._given_back:
            asks, self._asks = self._asks, []
            given_back, self._given_back = self._given_back, []
            keys = [item.key for item in given_back] + [ask.key for ask in asks]
            values: list[str | int] = [len(given_back), round(1000 * self._lease)]
            for item in given_back:
                values += [item.token, item.pause]
            values += [ask.token for ask in asks]
            try:
                answers = await self._exchange(keys=keys, args=values)
            except Exception as error:  # whoever asked raises it
                if given_back:
                    logger.warning("%d turns could not be given back; they run out by themselves.", len(given_back))
                for ask in asks:
                    if not ask.answer.done():
                        ask.answer.set_exception(error)
            else:
                loop = asyncio.get_running_loop()
                for ask, answer in zip(asks, answers, strict=True):
                    if not ask.answer.done():
                        ask.answer.set_result(answer)
                    elif not answer:  # whoever asked was cancelled meanwhile
                        self._given_back.append(_GiveBack(ask.key, ask.token, 0, loop.create_future()))
            for item in given_back:
                if not item.done.done():
                    item.done.set_result(None)
        self._messenger = None


def _busy(host: str) -> HttpError:
    return HttpError(
        HttpErrorKind.HOST_BUSY, f"Too many requests to {host} are waiting already; this one was not made."
    )
