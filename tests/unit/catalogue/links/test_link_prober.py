"""Looking at links in a thread of its own: batches in, outcomes and faults out, nothing left behind."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from catalogue.links.outcome import LinkCategory
from catalogue.links.prober import Look, Prober
from services.host_gate import LocalHostGate
from services.http import OutboundPolicy
from services.http.session import Gate
from tests.servers import replies
from tests.servers.faulty import FaultyServer

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def gate() -> AsyncIterator[Gate]:
    yield LocalHostGate(interval=0.01)


@contextmanager
def prober(server: FaultyServer, **options: Any) -> Iterator[Prober[int]]:
    policy = OutboundPolicy(allow_hosts=frozenset({server.address}))
    given = {"now": lambda: NOW, "open_gate": gate, "batch_seconds": 60.0, "per_host_interval": 0.01} | options
    with Prober[int](policy=policy, **given) as found:
        yield found


def collect(prober: Prober[int], *, ends: int) -> list[Look[int]]:
    """Everything until so many batches have ended."""
    looks: list[Look[int]] = []
    give_up = time.monotonic() + 60
    while sum(look.key is None for look in looks) < ends:
        assert time.monotonic() < give_up
        looks += prober.collect(timeout=0.1)
    return looks


def test_batches_are_looked_at_side_by_side_and_each_tells_its_end() -> None:
    told = threading.Event()
    with FaultyServer({"/slow": replies.once(told, replies.file(b"x"))}) as server, prober(server) as looking:
        looking.add(1, [(10, server.url("/slow"))])
        looking.add(2, [(20, "mailto:somebody@example.gov.uk"), (21, "")])
        looks = collect(looking, ends=1)
        told.set()
        looks += collect(looking, ends=1)
    found = [(look.batch, look.key, look.outcome and look.outcome.category) for look in looks]
    assert found == [
        (2, 20, LinkCategory.BAD_URL),
        (2, 21, LinkCategory.BAD_URL),
        (2, None, None),
        (1, 10, LinkCategory.OK),
        (1, None, None),
    ]


def test_a_batch_is_cut_off_when_its_time_is_up() -> None:
    with FaultyServer({"*": replies.silence()}) as server, prober(server, batch_seconds=0.3) as looking:
        looking.add(1, [(10, server.url("/"))])
        assert collect(looking, ends=1) == [Look(1)]


def test_collecting_waits_no_longer_than_told() -> None:
    with FaultyServer({}) as server, prober(server) as looking:
        started = time.monotonic()
        assert looking.collect(timeout=0.05) == []
        assert time.monotonic() - started < 50


def test_some_links_can_be_looked_at_while_the_caller_waits() -> None:
    with FaultyServer({"*": replies.file(b"x")}) as server, prober(server) as looking:
        assert [outcome.category for outcome in looking.look([(1, server.url("/")), (2, "")])] == [
            LinkCategory.BAD_URL,
            LinkCategory.OK,
        ]


def test_leaving_cancels_what_is_under_way() -> None:
    with FaultyServer({"*": replies.silence()}) as server, prober(server, batch_seconds=3600.0) as looking:
        looking.add(1, [(10, server.url("/"))])
        while not server.requests:
            time.sleep(0.01)
    assert "link prober" not in {thread.name for thread in threading.enumerate()}


def test_a_fault_of_ours_reaches_the_owner() -> None:
    @asynccontextmanager
    async def faulty_gate() -> AsyncIterator[Gate]:
        class Faulty:
            @asynccontextmanager
            async def turn(self, host: str) -> AsyncIterator[None]:
                raise ZeroDivisionError
                yield

        yield Faulty()

    with FaultyServer({}) as server, prober(server, open_gate=faulty_gate) as looking:
        looking.add(1, [(10, server.url("/"))])
        with pytest.raises(ZeroDivisionError):
            collect(looking, ends=1)


def test_a_gate_that_cannot_be_opened_is_told_at_once() -> None:
    @asynccontextmanager
    async def closed_gate() -> AsyncIterator[Gate]:
        await asyncio.sleep(0)
        raise ConnectionError("no Valkey")
        yield

    with (
        FaultyServer({}) as server,
        pytest.raises(ConnectionError, match="no Valkey"),
        prober(server, open_gate=closed_gate),
    ):
        raise AssertionError("It opened.")
