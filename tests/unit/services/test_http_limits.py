"""Every limit of the client, each met by a server that breaks it."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from services.http import GuardedSession, HttpError, HttpErrorKind, OutboundPolicy, Response
from tests.servers import replies
from tests.servers.faulty import FaultyServer, Reply


def ask(reply: Reply, *, method: str = "GET", read_limit: int | None = None, **limits: float) -> Response:
    with FaultyServer({"*": reply}) as server:
        policy = OutboundPolicy(**{"allow_hosts": frozenset({server.address}), **limits})

        async def go() -> Response:
            async with GuardedSession(policy) as session:
                return await session.request(method, server.url("/file"), read_limit=read_limit)

        return asyncio.run(go())


def failure(reply: Reply, *, method: str = "GET", **limits: float) -> tuple[HttpErrorKind, str]:
    with pytest.raises(HttpError) as caught:
        ask(reply, method=method, **limits)
    return caught.value.kind, str(caught.value)


def test_whole_answer_comes_with_status_headers_and_address() -> None:
    response = ask(replies.answer(b"a,b\n1,2\n", headers={"Content-Type": "text/csv", "ETag": '"1"'}))
    assert (response.status, response.body, response.truncated) == (200, b"a,b\n1,2\n", False)
    assert (response.headers["etag"], response.headers["Content-Type"]) == ('"1"', "text/csv")
    assert response.redirects == ()
    assert 0 < response.elapsed < 300


def test_status_other_than_2xx_is_an_answer_too() -> None:
    response = ask(replies.answer(b"no", status=404))
    assert (response.status, response.body) == (404, b"no")


def test_read_limit_stops_reading_an_endless_body() -> None:
    response = ask(replies.endless(), read_limit=1000)
    assert (len(response.body), response.truncated) == (1000, True)


def test_body_above_the_limit_is_refused_even_without_a_length() -> None:
    expected = (HttpErrorKind.TOO_LARGE, "The server's answer is larger than the limit of 100,000 bytes.")
    assert failure(replies.endless(), max_bytes=100_000) == expected
    assert failure(replies.answer(bytes(100_001)), max_bytes=100_000) == expected
    assert len(ask(replies.answer(bytes(100_000)), max_bytes=100_000).body) == 100_000


def test_gzip_bomb_is_cut_at_the_limit_and_fills_no_memory() -> None:
    bomb = replies.gzip_bomb(200 * 1024 * 1024)
    with FaultyServer({"*": bomb}) as server:
        policy = OutboundPolicy(allow_hosts=frozenset({server.address}), max_bytes=150 * 1024 * 1024, max_ratio=5000)

        async def go() -> int:
            read = 0
            async with GuardedSession(policy) as session, session.stream("GET", server.url()) as stream:
                while piece := await stream.read_piece():
                    read += len(piece)
            return read

        tracemalloc.start()
        with pytest.raises(HttpError) as caught:
            asyncio.run(go())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert caught.value.kind == HttpErrorKind.TOO_LARGE
    assert peak < 8 * 1024 * 1024


def test_gzip_bomb_below_the_size_limit_is_cut_by_its_ratio() -> None:
    assert failure(replies.gzip_bomb(64 * 1024 * 1024)) == (
        HttpErrorKind.TOO_LARGE,
        "The server's answer grows to more than 300 times its size when decompressed.",
    )


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", gzip.compress(b"hello")),
        ("x-gzip", gzip.compress(b"hello")),
        ("gzip", gzip.compress(b"hel") + gzip.compress(b"lo")),
        ("gzip", gzip.compress(b"hello") + b"\0\0\0"),
        ("gzip", gzip.compress(b"hello") + b"stray"),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")[2:-4]),
        ("identity", b"hello"),
        ("utf-8", b"hello"),
    ],
    ids=["gzip", "x-gzip", "members", "padding", "stray", "zlib", "raw-deflate", "identity", "charset"],
)
def test_compressed_body_is_read_in_every_form_servers_use(encoding: str, wire: bytes) -> None:
    assert ask(replies.answer(wire, headers={"Content-Encoding": encoding})).body == b"hello"


@pytest.mark.parametrize(
    ("encoding", "wire", "message"),
    [
        ("gzip", b"not gzip at all", "The server sent compressed data that is damaged."),
        ("gzip", gzip.compress(b"hello" * 99)[:-12], "The server's answer stopped before its compressed data ended."),
        ("br", b"hello", "The server compressed its answer with Brotli, which was not asked for."),
        ("gzip, gzip", b"hello", "The server compressed its answer more than once."),
    ],
    ids=["damaged", "cut", "brotli", "twice"],
)
def test_unreadable_compression_is_explained(encoding: str, wire: bytes, message: str) -> None:
    reply = replies.answer(wire, headers={"Content-Encoding": encoding})
    assert failure(reply) == (HttpErrorKind.PROTOCOL, message)


def test_head_of_a_compressed_file_has_no_body_to_decompress() -> None:
    response = ask(replies.answer(b"xyz", headers={"Content-Encoding": "br"}), method="HEAD")
    assert (response.status, response.body) == (200, b"")


def test_server_that_dribbles_its_body_is_cut_off() -> None:
    kind, message = failure(replies.dribble(b"x" * 1000, pause=0.05), rate_window=0.5, min_rate=500)
    assert (kind, message) == (HttpErrorKind.TOO_SLOW, "The server sends less than 500 bytes a second.")


def test_slow_server_above_the_floor_is_read_to_the_end() -> None:
    # Longer than the window, in which one byte is enough: a busy machine may hold the server up for most of it
    response = ask(replies.dribble(b"x" * 24, pause=0.1), rate_window=2, min_rate=0.5)
    assert response.body == b"x" * 24


def test_server_that_stalls_after_a_fast_start_is_cut_off() -> None:
    reply = replies.dribble(b"xy", pause=3600)
    assert failure(reply, rate_window=0.3, min_rate=1)[0] == HttpErrorKind.TOO_SLOW


@pytest.mark.parametrize("reply", [replies.silence(), replies.dribble_headers(pause=0.05)], ids=["silent", "headers"])
def test_headers_that_do_not_come_time_out(reply: Reply) -> None:
    assert failure(reply, connect_timeout=3, response_timeout=0) == (
        HttpErrorKind.TIMEOUT,
        "The server took too long to answer.",
    )


def test_whole_exchange_has_a_limit_of_its_own() -> None:
    reply = replies.dribble(b"x" * 10_000, pause=0.01)
    assert failure(reply, total_timeout=0.5, min_rate=1) == (
        HttpErrorKind.TIMEOUT,
        "The server took longer than 0.5 seconds in all.",
    )


def test_time_the_caller_takes_between_reads_does_not_count() -> None:
    with FaultyServer({"*": replies.answer(b"x" * 300_000)}) as server:
        policy = OutboundPolicy(
            allow_hosts=frozenset({server.address}), total_timeout=2, rate_window=0.3, min_rate=1000
        )

        async def go() -> int:
            read = 0
            async with GuardedSession(policy) as session, session.stream("GET", server.url()) as stream:
                while piece := await stream.read_piece():
                    read += len(piece)
                    await asyncio.sleep(0.6)
            return read

        assert asyncio.run(go()) == 300_000


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (replies.reset(), HttpErrorKind.DISCONNECTED),
        (replies.hang_up(), HttpErrorKind.DISCONNECTED),
        (replies.wrong_length(b"short", claimed=500), HttpErrorKind.PROTOCOL),
        (replies.raw(b"SSH-2.0-OpenSSH_9.6\r\n"), HttpErrorKind.PROTOCOL),
        (replies.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), HttpErrorKind.PROTOCOL),
        (replies.raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n"), HttpErrorKind.PROTOCOL),
        (replies.raw(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500 + b"\r\n"), HttpErrorKind.PROTOCOL),
        (replies.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), HttpErrorKind.PROTOCOL),
    ],
    ids=["reset", "hang-up", "short", "not-http", "bad-chunk", "long-header", "many-headers", "two-lengths"],
)
def test_broken_answer_is_told_apart(reply: Reply, kind: HttpErrorKind) -> None:
    assert failure(reply)[0] == kind


def test_port_where_nothing_listens_is_refused_connection() -> None:
    with FaultyServer({}) as server:
        pass

    async def go() -> None:
        policy = OutboundPolicy(allow_hosts=frozenset({server.address}))
        async with GuardedSession(policy) as session:
            await session.request("GET", server.url())

    with pytest.raises(HttpError) as caught:
        asyncio.run(go())
    assert caught.value.kind == HttpErrorKind.CONNECTION_REFUSED
    assert str(caught.value) == "127.0.0.1 refused the connection: no web server is running there."
