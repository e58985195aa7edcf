"""Certificates are verified."""

import asyncio
import ssl
from pathlib import Path

import pytest

from services.http import GuardedSession, HttpError, HttpErrorKind, OutboundPolicy, Response
from tests.servers import replies
from tests.servers.faulty import FaultyServer
from tests.servers.names import FakeNames

SERVERS = Path(__file__).parents[2] / "servers"


def secure_server() -> FaultyServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVERS / "self_signed.pem", SERVERS / "self_signed.key")
    return FaultyServer({"*": replies.answer(b"hello")}, ssl_context=context)


def ask(server: FaultyServer, *, host: str, trusted: bool) -> Response:
    context = ssl.create_default_context(cafile=str(SERVERS / "self_signed.pem")) if trusted else None
    names = FakeNames({"*": [["127.0.0.1"]]})

    async def go() -> Response:
        policy = OutboundPolicy(allow_hosts=frozenset({server.address}))
        async with GuardedSession(policy, ssl_context=context, resolver=names) as session:
            return await session.request("GET", server.url(host=host))

    return asyncio.run(go())


def test_trusted_certificate_is_accepted() -> None:
    with secure_server() as server:
        assert ask(server, host="domesday.test", trusted=True).body == b"hello"


def test_self_signed_certificate_is_refused() -> None:
    with secure_server() as server, pytest.raises(HttpError) as caught:
        ask(server, host="domesday.test", trusted=False)
    assert caught.value.kind == HttpErrorKind.TLS
    assert str(caught.value) == (
        "A secure connection to domesday.test could not be made: "
        "its certificate cannot be trusted (self-signed certificate)."
    )
    assert server.requests == []


def test_certificate_for_another_name_is_refused() -> None:
    with secure_server() as server, pytest.raises(HttpError) as caught:
        ask(server, host="other.test", trusted=True)
    assert caught.value.kind == HttpErrorKind.TLS
    assert "Hostname mismatch" in str(caught.value)


def test_server_without_tls_on_an_https_address_is_explained() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        policy = OutboundPolicy(allow_hosts=frozenset({address}))
        async with server, GuardedSession(policy) as session:
            await session.request("GET", f"https://{address}/")

    with pytest.raises(HttpError) as caught:
        asyncio.run(go())
    assert caught.value.kind == HttpErrorKind.TLS
    assert str(caught.value).endswith("the server does not speak a current version of TLS.")
