"""The guard at the moment of connecting, against a real server that must never be reached."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.http import GuardedSession, HttpError, HttpErrorKind, OutboundPolicy, Response
from services.http.connecting import AddressGuard, ConnectionAttempt, RefusedAddressError, current_attempt
from tests.servers import replies
from tests.servers.faulty import FaultyServer
from tests.servers.names import FakeNames


def ask(url: str, *, allow: frozenset[str] = frozenset(), names: FakeNames | None = None) -> Response:
    async def go() -> Response:
        async with GuardedSession(OutboundPolicy(allow_hosts=allow), resolver=names) as session:
            return await session.request("GET", url)

    return asyncio.run(go())


def refusal(url: str, *, allow: frozenset[str] = frozenset(), names: FakeNames | None = None) -> HttpError:
    with pytest.raises(HttpError) as caught:
        ask(url, allow=allow, names=names)
    return caught.value


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0x7f.0.0.1"]
)
def test_no_spelling_of_loopback_reaches_the_server(host: str) -> None:
    with FaultyServer({"*": replies.answer()}) as server:
        error = refusal(f"http://{host}:{server.port}/")
    assert error.kind == HttpErrorKind.REFUSED_ADDRESS
    assert server.connections == 0


def test_loopback_written_as_one_number_is_no_address_at_all() -> None:
    with FaultyServer({"*": replies.answer()}) as server:
        error = refusal(f"http://2130706433:{server.port}/")
    assert error.kind == HttpErrorKind.BAD_URL
    assert server.connections == 0


def test_refusal_says_which_address_and_why() -> None:
    names = FakeNames({"intranet.example": [["10.1.2.3"]]})
    error = refusal("http://intranet.example/", names=names)
    assert str(error) == "intranet.example (10.1.2.3) is on a private network, which the public cannot reach."
    assert error.url == "http://intranet.example/"


def test_allow_listed_address_is_reached_by_any_name_for_it() -> None:
    with FaultyServer({"*": replies.answer(b"hello")}) as server:
        allow = frozenset({server.address})
        assert ask(server.url(), allow=allow).body == b"hello"
        assert ask(server.url(host="localhost"), allow=allow).body == b"hello"


def test_allow_listed_name_is_reached_and_other_names_for_its_address_are_not() -> None:
    with FaultyServer({"*": replies.answer(b"hello")}) as server:
        names = FakeNames({"demo.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]})
        allow = frozenset({f"demo.test:{server.port}"})
        assert ask(server.url(host="demo.test"), allow=allow, names=names).body == b"hello"
        assert refusal(server.url(host="other.test"), allow=allow, names=names).kind == HttpErrorKind.REFUSED_ADDRESS


def test_allow_list_entry_is_for_its_port_only() -> None:
    with FaultyServer({"*": replies.answer()}) as server:
        error = refusal(server.url(), allow=frozenset({f"127.0.0.1:{server.port + 1}"}))
    assert error.kind == HttpErrorKind.REFUSED_ADDRESS


def test_name_that_answers_public_first_and_private_then_is_refused_when_connecting() -> None:
    names = FakeNames({"rebind.test": [["151.101.64.144"], ["127.0.0.1"]]})
    with FaultyServer({"*": replies.answer()}) as server:
        looked_up_before = asyncio.run(names.resolve("rebind.test"))
        error = refusal(server.url(host="rebind.test"), names=names)
    assert [answer["host"] for answer in looked_up_before] == ["151.101.64.144"]
    assert names.asked == ["rebind.test", "rebind.test"]
    assert error.kind == HttpErrorKind.REFUSED_ADDRESS
    assert server.connections == 0


@pytest.mark.parametrize("host", ["private.test", "127.0.0.1", "[::1]", "169.254.169.254"])
def test_redirect_to_a_private_address_is_refused(host: str) -> None:
    with FaultyServer({"*": replies.answer(b"secret")}) as inner:
        target = inner.url("/latest/meta-data", host=host)
        with FaultyServer({"/": replies.redirect(target)}) as outer:
            names = FakeNames({"public.test": [["127.0.0.1"]], "private.test": [["127.0.0.1"]]})
            allow = frozenset({f"public.test:{outer.port}"})
            error = refusal(outer.url(host="public.test"), allow=allow, names=names)
    assert (error.kind, error.url) == (HttpErrorKind.REFUSED_ADDRESS, target)
    assert inner.connections == 0


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultyServer({"*": replies.answer(b"proxied")}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        error = refusal("http://inside.test/", names=FakeNames({"inside.test": [["10.0.0.1"]]}))
    assert error.kind == HttpErrorKind.REFUSED_ADDRESS
    assert proxy.connections == 0


octets = st.integers(0, 255)
private_v4 = st.one_of(
    st.tuples(st.sampled_from([0, 10, 127]), octets, octets, octets),
    st.tuples(st.just(172), st.integers(16, 31), octets, octets),
    st.tuples(st.just(192), st.just(168), octets, octets),
    st.tuples(st.just(169), st.just(254), octets, octets),
    st.tuples(st.just(100), st.integers(64, 127), octets, octets),
    st.tuples(st.integers(224, 255), octets, octets, octets),
).map(lambda parts: ".".join(str(part) for part in parts))
ports = st.integers(1, 65535)


@given(
    address=private_v4,
    port=ports,
    listed=st.sets(st.tuples(private_v4, ports).map(lambda pair: f"{pair[0]}:{pair[1]}")),
)
def test_no_private_address_gets_a_socket_unless_it_is_listed(address: str, port: int, listed: set[str]) -> None:
    guard = AddressGuard(frozenset(listed))
    token = current_attempt.set(ConnectionAttempt(host="name.test", port=port))
    try:
        info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))
        if f"{address}:{port}" in listed:
            guard.make_socket(info).close()
        else:
            with pytest.raises(RefusedAddressError):
                guard.make_socket(info)
    finally:
        current_attempt.reset(token)


def test_guard_makes_no_socket_for_a_connection_nobody_asked_for() -> None:
    with pytest.raises(LookupError):
        AddressGuard(frozenset()).make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80)))
