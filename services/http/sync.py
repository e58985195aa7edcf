"""The guarded client for code that is not asynchronous: harvest adapters, management commands, tasks."""

import asyncio
import io
import json
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Self

from aiohttp.abc import AbstractResolver
from multidict import CIMultiDictProxy

from services.http.errors import HttpError, HttpErrorKind
from services.http.headers import retry_after_seconds
from services.http.policy import OutboundPolicy
from services.http.session import Gate, GuardedSession
from services.http.stream import ResponseStream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class HttpClient:
    """One session with its own event loop; keeps connections open between requests. Use as a context manager.

    Not for use inside a running event loop, and for one thread at a time.
    """

    def __init__(
        self,
        policy: OutboundPolicy,
        *,
        gate: Gate | None = None,
        resolver: AbstractResolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.policy = policy
        self._session = GuardedSession(policy, gate=gate, resolver=resolver, ssl_context=ssl_context)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        try:
            self._runner.run(self._session.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            self._runner.run(self._session.__aexit__(None, None, None))
        finally:
            self._runner.close()

    def open(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        any_status: bool = False,
    ) -> "HttpStream":
        """Ask for `url` and return its body as a file to read from; close it before the client.

        Raises HttpError, with kind STATUS for a status other than 2xx unless `any_status`.
        """
        stream = HttpStream(self._runner, self._session)
        stream._start(method, url, headers=headers, data=data)
        if not any_status and not 200 <= stream.status < 300:
            stream.close()
            raise status_error(stream.status, stream.headers, stream.url)
        return stream

    def fetch_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON document at `url`. Raises HttpError, with kind NOT_JSON for something else."""
        with self.open(url, headers={"Accept": "application/json, */*;q=0.5", **(headers or {})}) as stream:
            body = stream.read()
            try:
                return json.loads(body)
            except (ValueError, RecursionError) as error:
                raise HttpError(
                    HttpErrorKind.NOT_JSON, f"{stream.url} did not give JSON: {_start_of(body)}", url=stream.url
                ) from error


class HttpStream(io.RawIOBase):
    """The body of one answer, as a binary file. Memory stays flat however much is read.

    `read(n)` gives up to `n` bytes, fewer where the next ones are still on their way, b"" at the end. Every read may
    raise HttpError. Wrap it in `io.BufferedReader`, `gzip.GzipFile` or `io.TextIOWrapper` as any other file.
    """

    def __init__(self, runner: asyncio.Runner, session: GuardedSession, *, client: HttpClient | None = None) -> None:
        self._runner = runner
        self._session = session
        self._client = client
        self._stack = AsyncExitStack()
        self._stream: ResponseStream | None = None
        self._rest = memoryview(b"")

    @property
    def status(self) -> int:
        return self._opened.status

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        return self._opened.headers

    @property
    def url(self) -> str:
        """Where the answer came from, after redirects."""
        return self._opened.url

    @property
    def redirects(self) -> tuple[str, ...]:
        return self._opened.redirects

    @property
    def bytes_read(self) -> int:
        """Bytes received so far, after decompression."""
        return self._opened.bytes_read

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if size is None or size < 0:
            return self.readall()
        if size == 0 or not self._fill():
            return b""
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)

    def readall(self) -> bytes:
        body = bytearray()
        while self._fill():
            body += self._rest
            self._rest = memoryview(b"")
        return bytes(body)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self.read(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        self._rest = memoryview(b"")
        try:
            self._runner.run(self._stack.aclose())
        finally:
            if self._client is not None:
                self._client.__exit__(None, None, None)

    def _start(self, method: str, url: str, *, headers: Mapping[str, str] | None, data: bytes | None) -> None:
        async def enter() -> ResponseStream:
            return await self._stack.enter_async_context(self._session.stream(method, url, headers=headers, data=data))

        try:
            self._stream = self._runner.run(enter())
        except BaseException:
            self.close()
            raise

    def _fill(self) -> bool:
        """Have at least one byte to give. False at the end."""
        if self.closed:
            raise ValueError("The stream is closed.")
        if not self._rest:
            self._rest = memoryview(self._runner.run(self._opened.read_piece()))
        return bool(self._rest)

    @property
    def _opened(self) -> ResponseStream:
        if self._stream is None:
            raise ValueError("The stream was never opened.")
        return self._stream


def open_stream(
    url: str,
    policy: OutboundPolicy,
    *,
    headers: Mapping[str, str] | None = None,
    any_status: bool = False,
    resolver: AbstractResolver | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> HttpStream:
    """Open one address for reading: `with open_stream(url, policy) as stream: stream.read(65536)`.

    Raises HttpError as `HttpClient.open` does. For many requests in a row, an `HttpClient` keeps its connections.
    """
    client = HttpClient(policy, resolver=resolver, ssl_context=ssl_context)
    client.__enter__()
    try:
        stream = client.open(url, headers=headers, any_status=any_status)
    except BaseException:
        client.__exit__(None, None, None)
        raise
    stream._client = client
    return stream


def fetch_json(
    url: str,
    policy: OutboundPolicy,
    *,
    headers: Mapping[str, str] | None = None,
    resolver: AbstractResolver | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> Any:
    """The JSON document at `url`. Raises HttpError, with kind NOT_JSON for something else."""
    with HttpClient(policy, resolver=resolver, ssl_context=ssl_context) as client:
        return client.fetch_json(url, headers=headers)


def status_in_words(status: int) -> str:
    """“status 503: it is out of service just now”, where “it” is the server."""
    meaning = {
        401: "it asks for a login",
        403: "it does not let us in",
        404: "there is nothing at this address",
        410: "what was here is gone",
        429: "it asks us to slow down",
        503: "it is out of service just now",
    }.get(status, "it met a fault of its own" if status >= 500 else "it did not accept the request")
    return f"status {status}: {meaning}"


def status_error(status: int, headers: Mapping[str, str], url: str) -> HttpError:
    """The error for an answer whose status is not 2xx."""
    return HttpError(
        HttpErrorKind.STATUS,
        f"The server answered with {status_in_words(status)}.",
        url=url,
        status=status,
        retry_after=retry_after_seconds(headers),
    )


def _start_of(body: bytes) -> str:
    if not body:
        return "the answer is empty."
    return f"it begins “{' '.join(body[:60].decode('utf-8', 'replace').split())}”."
