"""From due to checked: real servers, real database, real turns in Valkey."""

import datetime
import itertools
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from catalogue import tasks
from catalogue.actions import link_locks, link_run
from catalogue.enums import ChangeKind, LinkState
from catalogue.models import Change, Dataset, LinkCheck, QualityReport
from tests.factories.catalogue import csv_file, dataset
from tests.integration.links.conftest import Clock, Web
from tests.servers import replies

pytestmark = pytest.mark.django_db

HOUR_S = 3600.0


def linked(*urls: str, clock: Clock) -> Dataset:
    return dataset(resources=tuple(csv_file(url) for url in urls), now=clock())


def run(clock: Clock, **options: Any) -> link_run.RunResult:
    return link_run.check_due(now=clock, interval=0.02, **options)


def states(stored: Dataset) -> list[LinkState]:
    return [LinkState(resource.link.state) for resource in stored.resources.select_related("link")]


def test_every_kind_of_link_gets_its_state_and_reason(web: Web, clock: Clock) -> None:
    web.server.replies = {
        "/ok.csv": replies.file(b"a,b\n1,2\n", headers={"ETag": '"v1"'}),
        "/no-head.csv": replies.by_method(head=replies.bare(405), get=replies.file(b"a,b\n")),
        "/old.csv": replies.redirect("/ok.csv"),
        "/missing.csv": replies.answer(b"", status=404),
        "/gone.csv": replies.answer(b"", status=410),
        "/login.csv": replies.answer(b"", status=403),
        "/down.csv": replies.answer(b"", status=500),
        "/sorry.csv": replies.answer(b"<!doctype html><p>Sorry", headers={"Content-Type": "text/html"}),
        "/busy.csv": replies.answer(b"", status=429, headers={"Retry-After": "7200"}),
        "/reset.csv": replies.reset(),
    }
    paths = list(web.server.replies)
    stored = linked(
        *(web.url(path, host=path[1:].removesuffix(".csv")) for path in paths),
        web.url("/1.csv", host="dead"),
        "http://127.0.0.1:9/1.csv",
        "http://10.1.2.3/1.csv",
        "ftp://127.0.0.1:9/1.csv",
        clock=clock,
    )
    result = run(clock)
    rows = {
        row.resource.url.replace(f".{web.domain}:{web.server.port}", ""): row
        for row in LinkCheck.objects.select_related("resource")
    }
    assert {url: (row.state, row.reason, row.status_code) for url, row in rows.items()} == {
        "http://ok/ok.csv": ("ok", "The link works.", 200),
        "http://no-head/no-head.csv": ("ok", "The link works.", 206),
        "http://old/old.csv": ("ok", "The link works.", 200),
        "http://missing/missing.csv": ("suspected", "The server has nothing at this address (status 404).", 404),
        "http://gone/gone.csv": ("gone", "The server says that this was removed for good (status 410).", 410),
        "http://login/login.csv": (
            "blocked",
            "The server does not let our check in (status 403). The link may work in a browser.",
            403,
        ),
        "http://down/down.csv": ("suspected", "The server met an error of its own (status 500).", 500),
        "http://sorry/sorry.csv": (
            "suspected",
            "A web page came back, although the address ends in “.csv”: the file has probably moved.",
            200,
        ),
        "http://busy/busy.csv": ("unknown", "The server asks us to slow down (status 429). We will look again.", 429),
        "http://reset/reset.csv": (
            "suspected",
            f"reset.{web.domain} closed the connection without answering.",
            None,
        ),
        "http://dead/1.csv": (
            "suspected",
            f"There is no server called dead.{web.domain}: the name does not exist.",
            None,
        ),
        "http://127.0.0.1:9/1.csv": (
            "broken",
            "Port 9 is not one that serves web pages.",
            None,
        ),
        "http://10.1.2.3/1.csv": (
            "blocked",
            "This address is inside a private network, so the public can't reach it.",
            None,
        ),
        "ftp://127.0.0.1:9/1.csv": (
            "blocked",
            "This address is inside a private network, so the public can't reach it.",
            None,
        ),
    }
    ok, moved = rows["http://ok/ok.csv"], rows["http://old/old.csv"]
    assert (ok.media_type, ok.size_bytes, ok.etag, ok.checked_at) == ("text/csv", 8, '"v1"', clock())
    assert moved.final_url == web.url("/ok.csv", host="old")
    assert result.recorded.states == Counter(row.state for row in rows.values())
    assert LinkCheck.objects.exclude(leased_until=None).count() == 0
    assert (result.recorded.moved, result.our_outage) == (14, False)
    assert QualityReport.objects.get(dataset=stored).scored_at == clock()
    # Each may be checked again at a time of its own, and none is due now.
    assert run(clock) == link_run.RunResult()


def test_a_link_goes_from_working_to_suspected_to_broken_and_back(web: Web, clock: Clock) -> None:
    good, bad = replies.file(b"a,b\n"), replies.answer(b"", status=404)
    web.server.replies = {"/1.csv": good}
    stored = linked(web.url("/1.csv"), clock=clock)
    seen = []
    for reply, hours in [(good, 0), (bad, 14), (bad, 2), (good, 14)]:
        web.server.replies["/1.csv"] = reply
        clock.advance(hours=hours)
        run(clock)
        row = LinkCheck.objects.get()
        seen.append((row.state, row.checked_at == clock(), QualityReport.objects.get(dataset=stored).score))
    score = seen[0][2]
    assert seen == [
        (LinkState.OK, True, score),
        (LinkState.SUSPECTED, True, seen[1][2]),
        (LinkState.BROKEN, True, seen[2][2]),
        (LinkState.OK, True, score),
    ]
    assert seen[2][2] < seen[1][2] < score
    news = Change.objects.filter(kind=ChangeKind.LINKS).order_by("id").values_list("at", flat=True)
    assert list(news) == [clock() - datetime.timedelta(hours=14), clock()]


def test_more_links_of_a_host_than_one_claim_takes_are_all_checked(web: Web, clock: Clock) -> None:
    web.server.replies = {"*": replies.file(b"a,b\n")}
    told: list[int] = []
    linked(*(web.url(f"/{number}.csv") for number in range(30)), clock=clock)
    assert run(clock, progress=told.append).recorded.states == Counter({LinkState.OK: 30})
    assert sum(told) == 30
    assert len(web.server.asked) == 30


def test_a_run_keeps_to_its_limit(web: Web, clock: Clock) -> None:
    web.server.replies = {"*": replies.file(b"a,b\n")}
    linked(*(web.url("/1.csv", host=f"h{number}") for number in range(5)), clock=clock)
    assert run(clock, limit=3).recorded.states == Counter({LinkState.OK: 3})
    assert len(web.server.asked) == 3


def test_a_run_without_time_begins_nothing(web: Web, clock: Clock) -> None:
    linked(web.url("/1.csv"), clock=clock)
    assert run(clock, seconds=0) == link_run.RunResult()
    assert web.server.asked == []


def test_when_time_is_up_what_is_under_way_is_given_back(
    web: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealt_with: list[int] = []

    def time_is_up_when_two_are_dealt_with(count: int) -> None:
        dealt_with.append(count)
        if sum(dealt_with) == 2:
            monkeypatch.setattr(link_run, "_GRACE", -HOUR_S)

    web.server.replies = {
        "/ok.csv": replies.file(b"a,b\n"),
        "/no.csv": replies.answer(b"", status=404),
        "/slow.csv": replies.silence(),
    }
    stored = linked(*(web.url(f"/{name}.csv", host=name) for name in ("ok", "no", "slow")), clock=clock)
    run(clock, seconds=HOUR_S, progress=time_is_up_when_two_are_dealt_with)
    assert states(stored) == [LinkState.OK, LinkState.SUSPECTED, LinkState.UNCHECKED]
    row = LinkCheck.objects.get(state=LinkState.UNCHECKED)
    assert (row.leased_until, row.next_check_at) == (None, clock())


def test_a_batch_that_takes_too_long_does_not_keep_its_links(
    web: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_run, "_BATCH_SECONDS", 0.5)
    web.server.replies = {"*": replies.in_turn(replies.silence(), replies.file(b"a,b\n"))}
    stored = linked(web.url("/1.csv"), clock=clock)
    # The first try is cut off, the next, in a batch of its own, is answered.
    assert run(clock).recorded.states == Counter({LinkState.OK: 1})
    assert states(stored) == [LinkState.OK]
    assert len(web.server.asked) >= 2


def test_bad_news_does_not_wait_for_a_slow_server(web: Web, clock: Clock) -> None:
    is_told = threading.Event()
    web.server.replies = {
        "/no.csv": replies.answer(b"", status=404),
        "/slow.csv": replies.once(is_told, replies.file(b"a,b\n")),
    }
    stored = linked(*(web.url(f"/{name}.csv", host=name) for name in ("no", "slow")), clock=clock)
    told: list[list[LinkState]] = []

    def note(count: int) -> None:
        told.append(states(stored))
        is_told.set()

    run(clock, progress=note)
    assert told == [[LinkState.SUSPECTED, LinkState.UNCHECKED], [LinkState.SUSPECTED, LinkState.OK]]


def test_our_own_outage_breaks_nobodys_links(web: Web, clock: Clock) -> None:
    web.server.replies = {"*": replies.file(b"a,b\n")}
    witness = linked(web.url("/1.csv"), clock=clock)
    run(clock)
    clock.advance(hours=1)
    others = linked(*(web.url("/1.csv", host=f"h{number}") for number in range(12)), clock=clock)
    web.is_cut_off = True
    assert run(clock) == link_run.RunResult(our_outage=True)
    assert states(others) == [LinkState.UNCHECKED] * 12
    assert states(witness) == [LinkState.OK]
    row = LinkCheck.objects.filter(resource__dataset=others)[0]
    assert (row.next_check_at, row.leased_until) == (clock() + link_run.AFTER_OUTAGE, None)
    web.is_cut_off = False
    clock.advance(minutes=10)
    assert run(clock).recorded.states == Counter({LinkState.OK: 12})


def test_many_dead_servers_are_no_outage_while_a_good_one_answers(web: Web, clock: Clock) -> None:
    web.server.replies = {"*": replies.file(b"a,b\n")}
    linked(web.url("/1.csv", host="www"), clock=clock)
    run(clock)
    clock.advance(hours=1)
    others = linked(*(web.url("/1.csv", host=f"dead{number}") for number in range(12)), clock=clock)
    result = run(clock)
    assert (result.our_outage, result.recorded.states) == (False, Counter({LinkState.SUSPECTED: 12}))
    assert states(others) == [LinkState.SUSPECTED] * 12


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_share_the_links_and_each_hosts_turns(web: Web, clock: Clock) -> None:
    # Every link needs HEAD, GET and a redirect: six requests for each, of which a host never sees two at once.
    web.server.replies = {
        "*": replies.by_method(head=replies.bare(405), get=replies.after(0.02, replies.redirect("/file"))),
        "/file": replies.by_method(head=replies.bare(405), get=replies.after(0.02, replies.file(b"a,b\n"))),
    }
    linked(*(web.url(f"/{number}", host=f"h{number % 3}") for number in range(18)), clock=clock)
    results: list[link_run.RunResult] = []
    began = time.monotonic()

    def work() -> None:
        try:
            results.append(link_run.check_due(now=clock, interval=0.1))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum((result.recorded.states for result in results), Counter()) == Counter({LinkState.OK: 18})
    assert [result.recorded.ignored for result in results] == [0, 0]
    assert Counter(path for method, path in web.server.asked if method == "HEAD") == Counter(
        {f"/{number}": 1 for number in range(18)}
    )
    by_host: dict[str, list[Any]] = {}
    for request in web.server.requests:
        by_host.setdefault(request.host, []).append(request)
    assert len(by_host) == 3
    for requests in by_host.values():
        in_order = sorted(requests, key=lambda request: request.started)
        assert all(later.started >= (earlier.ended or 0) for earlier, later in itertools.pairwise(in_order))
        # A busy machine may see two starts close together, when it saw the first one late: but none before its turn.
        turns = [began + 0.099 * number for number in range(len(in_order))]
        assert all(request.started >= turn for request, turn in zip(in_order, turns, strict=True))


def test_the_task_checks_what_is_due(web: Web) -> None:
    web.server.replies = {"*": replies.file(b"a,b\n")}
    stored = dataset(resources=(csv_file(web.url("/1.csv")),))
    tasks.check_due_links()
    assert states(stored) == [LinkState.OK]
    tasks.check_due_links()
    assert len(web.server.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_has_the_task_another_leaves_it(web: Web) -> None:
    stored = dataset(resources=(csv_file(web.url("/1.csv")),))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with link_locks.only_one() as is_ours:
                assert is_ours
                held.set()
                done.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    tasks.check_due_links()
    assert states(stored) == [LinkState.UNCHECKED]
    done.set()
    thread.join()
    with link_locks.only_one() as is_ours:
        assert is_ours
