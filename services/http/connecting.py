"""The guard at the moment of connecting: no socket is made towards an address that may not be reached."""

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from services.http.addresses import host_and_port, is_public_address


@dataclass
class ConnectionAttempt:
    """One request's way to its server: what it asked for, and what the guard said to each address."""

    host: str
    port: int
    permitted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


#: Set for each request, redirects included; the guard refuses to make a socket without it.
current_attempt: ContextVar[ConnectionAttempt] = ContextVar("current_attempt")


class RefusedAddressError(OSError):
    """The guard's no. An OSError, so that the next address of the same name is still tried."""


class AddressGuard:
    """Makes the sockets of a session, for public and for allow-listed addresses only.

    It is asked with the very address that the socket will connect to, after the name was looked up: a name that
    answers differently the second time, a redirect, and an address written in an odd way all end here.
    """

    def __init__(self, allow_hosts: frozenset[str]) -> None:
        self._allow_hosts = allow_hosts

    def make_socket(self, address_info: AddrInfoType) -> socket.socket:
        """Raises RefusedAddressError instead of making a socket towards a forbidden address."""
        family, kind, protocol, _, socket_address = address_info
        attempt = current_attempt.get()
        address, port = str(socket_address[0]), int(socket_address[1])
        if not self._may_connect(attempt, address, port):
            attempt.refused.append(address)
            raise RefusedAddressError(f"{address} is not on the public internet")
        attempt.permitted.append(address)
        return socket.socket(family=family, type=kind, proto=protocol)

    def _may_connect(self, attempt: ConnectionAttempt, address: str, port: int) -> bool:
        if is_public_address(address):
            return True
        asked_for = host_and_port(attempt.host, attempt.port)
        return attempt.port == port and (
            asked_for in self._allow_hosts or host_and_port(address, port) in self._allow_hosts
        )


class ThreadResolver(AbstractResolver):
    """Looks names up in its own threads.

    The event loop's default executor has a handful of threads; a few dead names, each taking many seconds to fail,
    would hold up every other look-up.
    """

    def __init__(self, threads: int = 32) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        infos = await asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=info_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for info_family, _, protocol, _, address in infos
            if info_family in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def guarded_connector(
    *,
    allow_hosts: frozenset[str],
    resolver: AbstractResolver,
    max_connections: int,
    keep_alive: float,
    ssl_context: ssl.SSLContext | None = None,
) -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(
        resolver=resolver,
        ttl_dns_cache=60,
        limit=max_connections,
        keepalive_timeout=keep_alive,
        ssl=ssl_context if ssl_context is not None else True,
        socket_factory=AddressGuard(allow_hosts).make_socket,
    )
