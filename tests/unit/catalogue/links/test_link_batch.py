"""Many links at once: fast over many hosts, polite to each."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from catalogue.links.batch import probe_many
from catalogue.links.hosts import HostPatience, looks_like_our_own_outage
from catalogue.links.outcome import LinkCategory, LinkOutcome
from services.host_gate import LocalHostGate
from services.http import OutboundPolicy
from tests.servers import replies
from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.names import FakeNames

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


class NotingGate(LocalHostGate):
    """Notes when each turn starts, by the client's clock: a loaded machine delays what the server sees."""

    def __init__(self, *, interval: float) -> None:
        super().__init__(interval=interval)
        self.starts: dict[str, list[float]] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        async with super().turn(host):
            self.starts.setdefault(host, []).append(time.monotonic())
            yield


def check(server: FaultyServer, urls: list[str], *, interval: float, concurrency: int = 50) -> dict[int, LinkOutcome]:
    """Probe `urls` under names of the server's, and see that no host was asked twice at once or too soon."""
    names = FakeNames({f"h{number}.test": [["127.0.0.1"]] for number in range(100)})
    gate = NotingGate(interval=interval)
    began = time.monotonic()

    async def go() -> dict[int, LinkOutcome]:
        stream = probe_many(
            enumerate(urls),
            policy=OutboundPolicy(allow_hosts=frozenset({server.address}), connect_timeout=30, total_timeout=60),
            now=lambda: NOW,
            concurrency=concurrency,
            per_host_interval=interval,
            gate=gate,
            resolver=names,
        )
        return {key: outcome async for key, outcome in stream}

    found = asyncio.run(go())
    # The machine may stop us between a turn's start and our look at the clock, so that one gap looks shorter: but none
    # starts before the pauses of all who came before it
    for starts in gate.starts.values():
        assert all(start - began >= number * interval * 0.99 for number, start in enumerate(starts))
    assert Counter({host: len(starts) for host, starts in gate.starts.items()}) >= Counter(
        request.host for request in server.requests
    )
    assert_one_at_a_time(server.requests)
    return found


def assert_one_at_a_time(requests: list[SeenRequest]) -> None:
    """By the server's own clock, no two requests for one host name overlap."""
    by_host: dict[str, list[SeenRequest]] = {}
    for request in requests:
        by_host.setdefault(request.host, []).append(request)
    for mine in by_host.values():
        for earlier, later in itertools.pairwise(sorted(mine, key=lambda request: request.started)):
            assert earlier.ended is not None
            assert later.started >= earlier.ended


def test_every_link_gets_its_outcome() -> None:
    routes: dict[str, Reply] = {"/ok": replies.file(b"x" * 9), "/no": replies.answer(b"", status=404)}
    with FaultyServer(routes) as server:
        urls = [
            server.url("/ok", host="h1.test"),
            server.url("/no", host="h2.test"),
            "mailto:a@b.uk",
            "",
            "ftp://127.0.0.1:1/",
        ]
        found = check(server, urls, interval=0.01)
    assert [found[key].category for key in range(5)] == [
        LinkCategory.OK,
        LinkCategory.NOT_FOUND,
        LinkCategory.BAD_URL,
        LinkCategory.BAD_URL,
        LinkCategory.BLOCKED_ADDRESS,
    ]


def test_nothing_to_look_at_is_no_work() -> None:
    with FaultyServer({}) as server:
        assert check(server, [], interval=0.5) == {}


def test_each_host_is_asked_one_at_a_time_with_a_pause_whatever_it_takes() -> None:
    # HEAD refused, a GET to follow, and a redirect between two paths: four requests for each link.
    routes = {
        "/old": replies.redirect("/new"),
        "/new": replies.by_method(head=replies.bare(405), get=replies.after(0.02, replies.file(b"x" * 9))),
    }
    with FaultyServer(routes) as server:
        urls = [server.url("/old", host=f"h{number % 5}.test") for number in range(15)]
        found = check(server, urls, interval=0.1)
    assert Counter(outcome.category for outcome in found.values()) == {LinkCategory.OK: 15}
    assert Counter(request.host for request in server.requests) == {f"h{number}.test": 12 for number in range(5)}
    # Side by side: every host had begun before the first had ended
    asked = [[seen.started for seen in server.requests if seen.host == f"h{number}.test"] for number in range(5)]
    assert max(map(min, asked)) < min(map(max, asked))


def test_redirects_to_one_popular_host_keep_that_hosts_pace() -> None:
    with FaultyServer({"*": replies.file(b"x" * 9)}) as server:
        server.replies["/go"] = replies.redirect(server.url("/file", host="h99.test"))
        check(server, [server.url("/go", host=f"h{number}.test") for number in range(8)], interval=0.1)
    assert Counter(request.host for request in server.requests)["h99.test"] == 8


def test_slow_host_does_not_hold_up_the_others() -> None:
    with FaultyServer({"*": replies.file(b"x")}) as server:

        async def after_all_others(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            while len({seen.host for seen in server.requests}) < 40:
                await asyncio.sleep(0.01)
            return await replies.file(b"x")(request, writer)

        server.replies["/slow"] = after_all_others
        urls = [server.url("/slow", host="h0.test")] * 2 + [server.url("/", host=f"h{n}.test") for n in range(1, 40)]
        found = check(server, urls, interval=0.01, concurrency=2)
    # With two places and one of them taken, the thirty-nine others went through the second.
    assert Counter(outcome.category for outcome in found.values()) == {LinkCategory.OK: 41}


def test_one_place_is_enough() -> None:
    with FaultyServer({"*": replies.file(b"x")}) as server:
        urls = [server.url("/", host=f"h{number % 3}.test") for number in range(12)]
        assert len(check(server, urls, interval=0.001, concurrency=1)) == 12


def test_server_out_of_reach_is_given_up_after_three_links_and_the_rest_share_the_outcome() -> None:
    with FaultyServer({}) as server:
        names = FakeNames({})

        async def go() -> list[LinkOutcome]:
            urls = [f"http://dead.test/{number}" for number in range(500)]
            stream = probe_many(
                enumerate(urls),
                policy=OutboundPolicy(),
                now=lambda: NOW,
                per_host_interval=0.01,
                resolver=names,
            )
            return [outcome async for _, outcome in stream]

        found = asyncio.run(go())
    assert Counter(outcome.category for outcome in found) == {LinkCategory.DNS: 500}
    assert len(names.asked) == 3
    assert server.connections == 0


def test_server_that_asks_us_to_slow_down_is_left_alone() -> None:
    with FaultyServer({"*": replies.answer(b"", status=429, headers={"Retry-After": "7200"})}) as server:
        found = check(server, [server.url(f"/{number}", host="h1.test") for number in range(50)], interval=0.01)
    assert len(server.requests) == 1
    assert Counter(outcome.category for outcome in found.values()) == {
        LinkCategory.RATE_LIMITED: 1,
        LinkCategory.DEFERRED: 49,
    }
    assert {outcome.retry_after for outcome in found.values()} == {7200}


def test_stopping_early_cancels_what_is_under_way() -> None:
    with FaultyServer({"/": replies.file(b"x"), "/slow": replies.silence()}) as server:
        names = FakeNames({"*": [["127.0.0.1"]]})
        urls = [server.url("/", host="h0.test"), *[server.url("/slow", host=f"h{n}.test") for n in range(1, 9)]]

        async def go() -> int:
            stream = probe_many(
                enumerate(urls),
                policy=OutboundPolicy(allow_hosts=frozenset({server.address})),
                now=lambda: NOW,
                resolver=names,
            )
            async with aclosing(stream):
                async for key, _ in stream:
                    return key
            return -1

        assert asyncio.run(go()) == 0


def found(category: LinkCategory, *, final_url: str = "") -> LinkOutcome:
    return LinkOutcome(category=category, reason="Because.", checked_at=NOW, final_url=final_url)


def test_answer_of_any_kind_restores_patience_with_a_server() -> None:
    patience = HostPatience(failures_allowed=2)
    for category in (LinkCategory.UNREACHABLE, LinkCategory.NOT_FOUND, LinkCategory.UNREACHABLE):
        patience.record("a", found(category))
    assert patience.verdict("a", now=NOW) is None
    patience.record("a", found(LinkCategory.REFUSED))
    shared = patience.verdict("a", now=NOW)
    assert shared is not None
    assert shared.category == LinkCategory.REFUSED
    assert patience.verdict("b", now=NOW) is None


def test_fault_of_a_server_behind_a_redirect_is_not_held_against_the_one_that_redirects() -> None:
    patience = HostPatience(failures_allowed=1)
    patience.record("a", found(LinkCategory.DNS, final_url="http://elsewhere.test/"))
    assert patience.verdict("a", now=NOW) is None


def test_outage_of_our_own_is_told_from_outages_of_others() -> None:
    dead = [(f"h{number}", found(LinkCategory.UNREACHABLE)) for number in range(20)]
    assert looks_like_our_own_outage(dead) is True
    assert looks_like_our_own_outage(dead[:9]) is False
    assert looks_like_our_own_outage(dead[:1] * 100) is False
    assert looks_like_our_own_outage([*dead, ("x", found(LinkCategory.OK)), ("y", found(LinkCategory.OK))]) is True
    alive = [(f"a{number}", found(LinkCategory.NOT_FOUND)) for number in range(3)]
    assert looks_like_our_own_outage([*dead, *alive]) is False
    assert looks_like_our_own_outage([]) is False
