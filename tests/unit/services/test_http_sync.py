"""The client for code that is not asynchronous."""

import gzip
import io
import itertools
import json
import tracemalloc
from typing import Any

import ijson
import pytest

from services.http import HttpClient, HttpError, HttpErrorKind, OutboundPolicy, fetch_json, open_stream
from tests.servers import replies
from tests.servers.faulty import FaultyServer

MEBIBYTE = 1024 * 1024


def policy_for(server: FaultyServer, **limits: Any) -> OutboundPolicy:
    return OutboundPolicy(allow_hosts=frozenset({server.address}), **limits)


def test_stream_reads_as_a_file() -> None:
    with FaultyServer({"*": replies.answer(b"0123456789", headers={"ETag": '"7"'})}) as server:
        with open_stream(server.url("/a"), policy_for(server)) as stream:
            assert (stream.status, stream.headers["etag"], stream.url) == (200, '"7"', server.url("/a"))
            assert (stream.read(3), stream.read(0), stream.read()) == (b"012", b"", b"3456789")
            assert (stream.read(5), stream.bytes_read) == (b"", 10)
        assert stream.closed
        with pytest.raises(ValueError, match="The stream is closed"):
            stream.read(1)


def test_stream_works_under_the_standard_librarys_readers() -> None:
    lines = b"".join(b'{"n": %d}\n' % number for number in range(10_000))
    with FaultyServer({"/gz": replies.answer(gzip.compress(lines)), "/text": replies.gzipped(lines)}) as server:
        with open_stream(server.url("/gz"), policy_for(server)) as stream, gzip.GzipFile(fileobj=stream) as unzipped:
            assert sum(json.loads(line)["n"] for line in unzipped) == 49_995_000
        with open_stream(server.url("/text"), policy_for(server)) as stream:
            text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8")
            assert sum(json.loads(line)["n"] for line in text) == 49_995_000


def test_large_catalogue_is_parsed_while_it_arrives_in_flat_memory() -> None:
    record = json.dumps({"title": "x" * 1000}).encode()
    body = itertools.chain([b'{"dataset": ['], itertools.repeat(record + b",", 39_999), [record + b"]}"])
    with FaultyServer({"*": replies.in_pieces(body)}) as server:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        with open_stream(server.url(), policy_for(server)) as stream:
            count = sum(1 for _ in ijson.items(stream, "dataset.item"))
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
    assert count == 40_000
    assert peak < 8 * MEBIBYTE


def test_closing_early_hangs_up_on_an_endless_body() -> None:
    with FaultyServer({"*": replies.endless()}) as server, open_stream(server.url(), policy_for(server)) as stream:
        assert len(stream.read(100)) == 100


@pytest.mark.parametrize(
    ("status", "headers", "message", "retry_after"),
    [
        (404, {}, "The server answered with status 404: there is nothing at this address.", None),
        (418, {}, "The server answered with status 418: it did not accept the request.", None),
        (500, {}, "The server answered with status 500: it met a fault of its own.", None),
        (429, {"Retry-After": "120"}, "The server answered with status 429: it asks us to slow down.", 120),
        (
            503,
            {"Date": "Sat, 01 Aug 2026 10:00:00 GMT", "Retry-After": "Sat, 01 Aug 2026 10:05:00 GMT"},
            "The server answered with status 503: it is out of service just now.",
            300,
        ),
    ],
)
def test_status_that_is_no_success_is_an_error(
    status: int, headers: dict[str, str], message: str, retry_after: int | None
) -> None:
    with FaultyServer({"*": replies.answer(b"no", status=status, headers=headers)}) as server:
        with pytest.raises(HttpError) as caught:
            open_stream(server.url(), policy_for(server))
        with open_stream(server.url(), policy_for(server), any_status=True) as stream:
            assert (stream.status, stream.read()) == (status, b"no")
    error = caught.value
    assert (error.kind, str(error), error.status, error.retry_after) == (
        HttpErrorKind.STATUS,
        message,
        status,
        retry_after,
    )


def test_json_document_is_fetched_whole() -> None:
    with FaultyServer({"*": replies.gzipped(b'{"success": true, "result": ["t\\u0177"]}')}) as server:
        assert fetch_json(server.url(), policy_for(server)) == {"success": True, "result": ["tŷ"]}
    assert server.requests[0].headers["accept"] == "application/json, */*;q=0.5"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<!DOCTYPE html>\n<title>Sign in</title>", "it begins “<!DOCTYPE html> <title>Sign in</title>”."),
        (b"", "the answer is empty."),
        (b"[" * 100_000, "it begins “" + "[" * 60 + "”."),
    ],
    ids=["web-page", "empty", "too-deep"],
)
def test_something_that_is_not_json_is_shown_by_its_beginning(body: bytes, message: str) -> None:
    with FaultyServer({"*": replies.answer(body)}) as server, pytest.raises(HttpError) as caught:
        fetch_json(server.url(), policy_for(server))
    assert caught.value.kind == HttpErrorKind.NOT_JSON
    assert str(caught.value) == f"{server.url()} did not give JSON: {message}"


def test_client_keeps_its_connection_between_requests() -> None:
    with FaultyServer({"*": replies.answer(b'{"a": 1}')}) as server, HttpClient(policy_for(server)) as client:
        answers = [client.fetch_json(server.url(f"/{page}")) for page in range(5)]
    assert answers == [{"a": 1}] * 5
    assert server.connections == 1


def test_client_posts_a_body() -> None:
    with FaultyServer({"*": replies.answer(b"<csw/>")}) as server, HttpClient(policy_for(server)) as client:
        headers = {"Content-Type": "application/xml"}
        with client.open(server.url(), method="POST", data=b"<GetRecords/>", headers=headers) as stream:
            assert stream.read() == b"<csw/>"
    assert (server.requests[0].method, server.requests[0].body) == ("POST", b"<GetRecords/>")


def test_fault_in_the_middle_of_a_body_reaches_the_reader() -> None:
    with (
        FaultyServer({"*": replies.wrong_length(b"abc", claimed=1000)}) as server,
        open_stream(server.url(), policy_for(server)) as stream,
        pytest.raises(HttpError) as caught,
    ):
        stream.read()
    assert str(caught.value) == "127.0.0.1 broke off before its answer was complete."


def test_policy_of_the_settings_says_who_we_are(settings: Any) -> None:
    settings.SITE_URL = "https://catalogue.example"
    settings.HTTP_CONTACT = "data@catalogue.example"
    settings.OUTBOUND_ALLOW_HOSTS = ["127.0.0.1:8001"]
    policy = OutboundPolicy.from_settings(max_redirects=2)
    assert policy.user_agent == (
        f"Domesday/{settings.VERSION} (+https://catalogue.example; contact data@catalogue.example)"
    )
    assert (policy.allow_hosts, policy.max_redirects) == (frozenset({"127.0.0.1:8001"}), 2)
