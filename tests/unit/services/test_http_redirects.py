"""Following redirects: how far, by which method, and what must not be carried to another server."""

import asyncio
from collections.abc import Mapping

import pytest

from services.http import GuardedSession, HttpError, HttpErrorKind, OutboundPolicy, Response
from tests.servers import replies
from tests.servers.faulty import FaultyServer

CREDENTIALS = {
    "Authorization": "Bearer secret",
    "Cookie": "s=secret",
    "X-CKAN-API-Key": "secret",
    "X-Api-Key": "secret",
}


def ask(
    *servers: FaultyServer,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    max_redirects: int = 8,
) -> Response:
    policy = OutboundPolicy(
        allow_hosts=frozenset(server.address for server in servers), max_redirects=max_redirects, user_agent="Test/1"
    )

    async def go() -> Response:
        async with GuardedSession(policy) as session:
            return await session.request(method, servers[0].url("/"), headers=headers, data=data)

    return asyncio.run(go())


def test_redirects_are_followed_and_remembered() -> None:
    routes = {
        "/": replies.redirect("/b", status=301),
        "/b": replies.redirect("c?x=1", status=308),
        "/c": replies.answer(b"end"),
    }
    with FaultyServer(routes) as server:
        response = ask(server)
        assert response.body == b"end"
        assert response.url == server.url("/c?x=1")
        assert response.redirects == (server.url("/"), server.url("/b"))
        assert server.connections == 1


def test_endless_redirects_end_at_the_limit() -> None:
    with FaultyServer({"*": replies.redirect("/again")}) as server:
        with pytest.raises(HttpError) as caught:
            ask(server, max_redirects=3)
        assert len(server.requests) == 4
    assert caught.value.kind == HttpErrorKind.TOO_MANY_REDIRECTS
    assert str(caught.value) == "The address redirects more than 3 times."


def test_redirect_without_an_address_is_the_answer() -> None:
    with FaultyServer({"*": replies.answer(b"where to?", status=302)}) as server:
        assert ask(server).status == 302


@pytest.mark.parametrize("location", ["file:///etc/passwd", "javascript:alert(1)", "gopher://a.uk/"])
def test_redirect_to_another_kind_of_address_is_refused(location: str) -> None:
    with FaultyServer({"*": replies.redirect(location)}) as server, pytest.raises(HttpError) as caught:
        ask(server)
    assert caught.value.kind == HttpErrorKind.PROTOCOL
    assert str(caught.value) == "The server redirects to something that is not a web address."


def test_credentials_stay_with_the_server_they_are_for() -> None:
    with FaultyServer({"*": replies.answer()}) as other:
        routes = {"/": replies.redirect("/same"), "/same": replies.redirect(other.url("/elsewhere"))}
        with FaultyServer(routes) as server:
            ask(server, other, headers={**CREDENTIALS, "Range": "bytes=0-9", "Accept": "text/csv"})
    first, same = server.requests
    names = [name.lower() for name in CREDENTIALS]
    assert [name in first.headers for name in names] == [True] * 4
    assert [name in same.headers for name in names] == [True] * 4
    elsewhere = other.requests[0].headers
    assert [name in elsewhere for name in names] == [False] * 4
    assert "secret" not in str(elsewhere)
    assert (elsewhere["range"], elsewhere["accept"], elsewhere["user-agent"]) == ("bytes=0-9", "text/csv", "Test/1")


def test_credentials_do_not_come_back_after_a_detour() -> None:
    with FaultyServer({}) as other, FaultyServer({}) as server:
        other.replies["*"] = replies.redirect(server.url("/back"))
        server.replies.update({"/": replies.redirect(other.url("/")), "/back": replies.answer()})
        ask(server, other, headers=CREDENTIALS)
    assert "authorization" not in server.requests[-1].headers


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_post_is_sent_on_as_browsers_do(status: int, method: str) -> None:
    routes = {"/": replies.redirect("/b", status=status), "/b": replies.answer()}
    with FaultyServer(routes) as server:
        ask(server, method="POST", data=b"<GetRecords/>")
    assert (server.requests[1].method, server.requests[1].body) == (
        method,
        b"<GetRecords/>" if method == "POST" else b"",
    )


def test_body_is_not_sent_on_to_another_server() -> None:
    with FaultyServer({"*": replies.answer()}) as other:
        with (
            FaultyServer({"*": replies.redirect(other.url(), status=307)}) as server,
            pytest.raises(HttpError) as caught,
        ):
            ask(server, other, method="POST", data=b"<GetRecords/>")
        assert other.requests == []
    assert caught.value.kind == HttpErrorKind.PROTOCOL


def test_head_stays_head() -> None:
    routes = {"/": replies.redirect("/b", status=303), "/b": replies.answer()}
    with FaultyServer(routes) as server:
        ask(server, method="HEAD")
    assert server.asked == [("HEAD", "/"), ("HEAD", "/b")]


def test_cookies_are_neither_kept_nor_sent() -> None:
    with FaultyServer({"*": replies.answer(headers={"Set-Cookie": "track=1"})}) as server:
        policy = OutboundPolicy(allow_hosts=frozenset({server.address}))

        async def go() -> None:
            async with GuardedSession(policy) as session:
                await session.request("GET", server.url())
                await session.request("GET", server.url())

        asyncio.run(go())
    assert ["cookie" in request.headers for request in server.requests] == [False, False]
