"""The one way out to other servers: every request, redirects included, passes here."""

import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDictProxy
from yarl import URL

from services.http.connecting import ConnectionAttempt, ThreadResolver, current_attempt, guarded_connector
from services.http.decoding import ACCEPT_ENCODING
from services.http.errors import HttpError, HttpErrorKind
from services.http.failures import NETWORK_ERRORS, explain
from services.http.headers import without_credentials
from services.http.patience import Patience
from services.http.policy import OutboundPolicy
from services.http.stream import ResponseStream
from services.http.urls import origin, parse_url, resolve_redirect

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_HEADER_LINE = 16 * 1024
_MAX_HEADERS = 128


class Gate(Protocol):
    """Decides when a host may be asked: see `services.host_gate`."""

    def turn(self, host: str) -> AbstractAsyncContextManager[None]: ...


@dataclass(frozen=True, kw_only=True)
class Response:
    """A whole answer. `url` is where it came from in the end; `redirects` are the addresses passed on the way."""

    status: int
    headers: CIMultiDictProxy[str]
    url: str
    redirects: tuple[str, ...]
    body: bytes
    truncated: bool
    """True where there was more than `read_limit` bytes and the connection was closed."""
    elapsed: float
    """Seconds from asking to the last byte read."""


class GuardedSession:
    """Asks other servers for things, within a policy. Use as `async with GuardedSession(policy) as session`.

    With a `gate`, every single request (each redirect too) waits for its host's turn.
    """

    def __init__(
        self,
        policy: OutboundPolicy,
        *,
        gate: Gate | None = None,
        resolver: AbstractResolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
        max_connections: int = 100,
        keep_alive: float = 15,
    ) -> None:
        self.policy = policy
        self._gate = gate
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._max_connections = max_connections
        self._keep_alive = keep_alive
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._resolver = self._resolver or ThreadResolver()
        self._client = aiohttp.ClientSession(
            connector=guarded_connector(
                allow_hosts=self.policy.allow_hosts,
                resolver=self._resolver,
                max_connections=self._max_connections,
                keep_alive=self._keep_alive,
                ssl_context=self._ssl_context,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # BodyDecoder does it, with limits
            trust_env=False,  # a proxy of the environment would connect for us, past the guard
            timeout=aiohttp.ClientTimeout(total=None, connect=self.policy.connect_timeout, sock_read=None),
            max_line_size=_MAX_HEADER_LINE,
            max_field_size=_MAX_HEADER_LINE,
            max_headers=_MAX_HEADERS,
        )
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._client is not None:
            await self._client.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        read_limit: int | None = None,
    ) -> Response:
        """Ask and read the answer, whatever its status.

        With `read_limit`, stop after that many bytes and close; without, read it all, up to the policy's `max_bytes`.
        Raises HttpError when there is no answer, or one that breaks a limit.
        """
        started = time.monotonic()
        async with self.stream(method, url, headers=headers, data=data) as stream:
            body, truncated = await stream.read_up_to(read_limit)
            return Response(
                status=stream.status,
                headers=stream.headers,
                url=stream.url,
                redirects=stream.redirects,
                body=body,
                truncated=truncated,
                elapsed=time.monotonic() - started,
            )

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> AsyncIterator[ResponseStream]:
        """Ask, follow redirects, and hand over the answer before its body is read. Raises HttpError as `request`."""
        target = parse_url(url)
        patience = Patience(self.policy.total_timeout)
        sent_headers = {
            "User-Agent": self.policy.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPT_ENCODING,
            **(headers or {}),
        }
        redirects: list[str] = []
        while True:
            async with self.turn((target.raw_host or "").rstrip(".")):
                response, attempt = await self._send(method, target, sent_headers, data, patience)
                try:
                    location = response.headers.get("Location", "") if response.status in _REDIRECTS else ""
                    if not location:
                        yield ResponseStream(
                            response, redirects=tuple(redirects), policy=self.policy, patience=patience, attempt=attempt
                        )
                        return
                finally:
                    # Back to the pool where the body was read to its end; closed where it was not.
                    response.release()
            redirects.append(str(target))
            if len(redirects) > self.policy.max_redirects:
                raise HttpError(
                    HttpErrorKind.TOO_MANY_REDIRECTS,
                    f"The address redirects more than {self.policy.max_redirects} times.",
                    url=redirects[0],
                )
            before, target = target, resolve_redirect(target, location)
            if (response.status == 303 and method != "HEAD") or (response.status in (301, 302) and method == "POST"):
                method, data = "GET", None
            if origin(before) != origin(target):
                sent_headers = without_credentials(sent_headers)
                if data is not None:
                    raise HttpError(
                        HttpErrorKind.PROTOCOL, "The server asked to send the request on to another.", url=str(before)
                    )

    async def _send(
        self, method: str, target: URL, headers: Mapping[str, str], data: bytes | None, patience: Patience
    ) -> tuple[aiohttp.ClientResponse, ConnectionAttempt]:
        if self._client is None:
            raise RuntimeError("Use the session as `async with GuardedSession(policy) as session`.")
        attempt = ConnectionAttempt(host=target.raw_host or "", port=target.port or 0)
        token = current_attempt.set(attempt)
        try:
            limit = self.policy.connect_timeout + self.policy.response_timeout
            async with patience.waiting(limit, url=str(target)):
                response = await self._client.request(method, target, headers=headers, data=data, allow_redirects=False)
                return response, attempt
        except NETWORK_ERRORS as error:
            raise explain(error, url=target, attempt=attempt) from error
        finally:
            current_attempt.reset(token)

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """The host's turn, for what is asked of it by other ways than HTTP."""
        return self._gate.turn(host) if self._gate else nullcontext()
