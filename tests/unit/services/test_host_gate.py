"""One request in flight for each host, and a pause between starts: in one process, and across many."""

import asyncio
import itertools
import os
import subprocess
import sys
import time
import uuid
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest
from redis.asyncio import Redis

from services.host_gate import LocalHostGate, ValkeyHostGate
from services.http import HttpError, HttpErrorKind
from tests.waiting import PATIENCE


class Gate(Protocol):
    def turn(self, host: str) -> AbstractAsyncContextManager[None]: ...


#: When a host's contenders began to ask, and when each held the turn, in order of starting.
Spans = tuple[float, list[tuple[float, float]]]


async def spans_of(gate: Gate, host: str, *, times: int, work: float) -> Spans:
    spans: list[tuple[float, float]] = []
    began = time.monotonic()

    async def contend() -> None:
        async with gate.turn(host):
            started = time.monotonic()
            await asyncio.sleep(work)
            spans.append((started, time.monotonic()))

    await asyncio.gather(*[contend() for _ in range(times)])
    return began, sorted(spans)


def assert_polite(found: Spans, *, interval: float) -> None:
    """Never two at once, and none before the pauses of all who came before it. A gap by itself proves nothing: a busy
    machine may stop somebody between being let in and looking at the clock."""
    began, spans = found
    assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(spans))
    waited = [start - began for start, _ in spans]
    assert [seconds for number, seconds in enumerate(waited) if seconds < number * (interval - 0.005)] == []


@pytest.mark.parametrize("work", [0.0, 0.15], ids=["quick", "slow"])
def test_local_gate_lets_one_in_at_a_time_with_a_pause_between_starts(work: float) -> None:
    assert_polite(asyncio.run(spans_of(LocalHostGate(interval=0.1), "a.uk", times=4, work=work)), interval=0.1)


def test_local_gate_does_not_make_one_host_wait_for_another() -> None:
    async def go() -> float:
        gate = LocalHostGate(interval=60)
        started = time.monotonic()
        for host in ("a.uk", "b.uk", "c.uk"):
            async with gate.turn(host):
                pass
        return time.monotonic() - started

    assert asyncio.run(go()) < 50


def test_local_gate_gives_up_on_a_queue_that_is_too_long() -> None:
    async def go() -> None:
        gate = LocalHostGate(interval=0, max_wait=0.05)
        async with gate.turn("a.uk"), gate.turn("a.uk"):
            pass

    with pytest.raises(HttpError) as caught:
        asyncio.run(go())
    assert caught.value.kind == HttpErrorKind.HOST_BUSY


def test_local_gate_forgets_hosts_it_is_done_with() -> None:
    async def go() -> int:
        gate = LocalHostGate(interval=0.01)
        for number in range(100):
            async with gate.turn(f"{number}.uk"):
                pass
        await asyncio.sleep(0.1)
        return len(gate._hosts)

    assert asyncio.run(go()) == 0


def test_local_gate_keeps_the_pause_after_everybody_left() -> None:
    async def go() -> float:
        gate = LocalHostGate(interval=0.2)
        started = time.monotonic()
        async with gate.turn("a.uk"):
            pass
        async with gate.turn("a.uk"):
            return time.monotonic() - started

    assert asyncio.run(go()) >= 0.195


@pytest.fixture
def prefix() -> str:
    return f"test:{uuid.uuid4().hex}:"


async def with_valkey(prefix: str, **options: float) -> tuple[Redis, ValkeyHostGate]:
    client = Redis.from_url(os.environ["REDIS_URL"])
    return client, ValkeyHostGate(client, prefix=prefix, **options)


@pytest.mark.parametrize("work", [0.0, 0.3], ids=["quick", "slow"])
def test_valkey_gate_lets_one_in_at_a_time_with_a_pause_between_starts(prefix: str, work: float) -> None:
    async def go() -> Spans:
        client, gate = await with_valkey(prefix, interval=0.2)
        async with client:
            return await spans_of(gate, "a.uk", times=4, work=work)

    assert_polite(asyncio.run(go()), interval=0.2)


_CONTENDER = """
import asyncio, sys, time
from redis.asyncio import Redis
from services.host_gate import ValkeyHostGate

async def main(url, prefix):
    async with Redis.from_url(url) as client:
        gate = ValkeyHostGate(client, prefix=prefix, interval=0.1)
        for _ in range(3):
            async with gate.turn("a.uk"):
                started = time.monotonic()
                await asyncio.sleep(0.02)
                print(started, time.monotonic())

asyncio.run(main(*sys.argv[1:]))
"""


def test_valkey_gate_holds_across_processes(prefix: str) -> None:
    began = time.monotonic()
    command = [sys.executable, "-c", _CONTENDER, os.environ["REDIS_URL"], prefix]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    lines = [line for process in processes for line in process.communicate(timeout=PATIENCE)[0].splitlines()]
    # The monotonic clock of one machine is the same for all its processes.
    spans = sorted((float(line.split()[0]), float(line.split()[1])) for line in lines)
    assert len(spans) == 9
    assert_polite((began, spans), interval=0.1)


def test_valkey_gate_opens_again_when_a_worker_dies_holding_the_turn(prefix: str) -> None:
    async def go() -> float:
        client, gate = await with_valkey(prefix, lease=0.3)
        async with client:
            started = time.monotonic()
            await client.set(f"{prefix}a.uk", "a dead worker's", px=300)
            async with gate.turn("a.uk"):
                return time.monotonic() - started

    assert 0.2 < asyncio.run(go()) < 50


def test_valkey_gate_leaves_a_turn_alone_that_passed_to_another(prefix: str) -> None:
    async def go() -> bytes | None:
        client, gate = await with_valkey(prefix)
        async with client:
            async with gate.turn("a.uk"):
                await client.set(f"{prefix}a.uk", "another worker's")
            return await client.get(f"{prefix}a.uk")

    assert asyncio.run(go()) == b"another worker's"


@pytest.mark.parametrize("after", [0.0, 0.001, 0.003, 0.0035, 0.004, 0.005, 0.01])
def test_valkey_gate_keeps_no_turn_for_somebody_who_was_cancelled_meanwhile(prefix: str, after: float) -> None:
    async def hold(gate: ValkeyHostGate) -> None:
        async with gate.turn("a.uk"):
            await asyncio.sleep(10)

    async def go() -> float:
        client, gate = await with_valkey(prefix, interval=0)
        async with client:
            for _ in range(10):
                task = asyncio.create_task(hold(gate))
                await asyncio.sleep(after)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            started = time.monotonic()
            async with gate.turn("a.uk"):
                return time.monotonic() - started

    assert asyncio.run(go()) < 100  # the lease of a turn that was kept would be two minutes


def test_valkey_gate_serves_many_hosts_at_once(prefix: str) -> None:
    async def go() -> dict[str, Spans]:
        client, gate = await with_valkey(prefix, interval=0.2)
        async with client:
            hosts = [f"{number}.uk" for number in range(100)]
            spans = await asyncio.gather(*[spans_of(gate, host, times=3, work=0.01) for host in hosts])
            return dict(zip(hosts, spans, strict=True))

    for found in asyncio.run(go()).values():
        assert len(found[1]) == 3
        assert_polite(found, interval=0.2)


def test_valkey_gate_gives_up_on_a_queue_that_is_too_long(prefix: str) -> None:
    async def go() -> None:
        client, gate = await with_valkey(prefix, max_wait=0.1)
        async with client, gate.turn("a.uk"), gate.turn("a.uk"):
            pass

    with pytest.raises(HttpError) as caught:
        asyncio.run(go())
    assert caught.value.kind == HttpErrorKind.HOST_BUSY


def test_without_a_valkey_nobody_is_asked() -> None:
    async def go() -> None:
        async with Redis.from_url("redis://127.0.0.1:1/0") as client, ValkeyHostGate(client).turn("a.uk"):
            raise AssertionError("The turn was given without a gate.")

    with pytest.raises(HttpError) as caught:
        asyncio.run(go())
    assert caught.value.kind == HttpErrorKind.HOST_BUSY
