"""A real HTTP server on loopback whose every address misbehaves in its own way, as told by `tests.servers.replies`."""

import asyncio
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass
class SeenRequest:
    """One request as the server saw it. Header names are in lower case; times are `time.monotonic()`."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    started: float
    ended: float | None = None

    @property
    def host(self) -> str:
        return self.headers.get("host", "").rpartition(":")[0]


#: Writes an answer. Returns True where the connection may serve another request.
Reply = Callable[[SeenRequest, asyncio.StreamWriter], Awaitable[bool]]


@dataclass
class FaultyServer:
    """Serves `replies` by path from its own thread. Use as a context manager.

    `requests` holds everything that was asked, in order, but for a robots.txt that there is none of; `connections`
    counts the connections made.
    """

    replies: dict[str, Reply] = field(default_factory=dict)
    ssl_context: ssl.SSLContext | None = None
    requests: list[SeenRequest] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        if not started.wait(60):
            raise RuntimeError("The test server did not start.")
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    @property
    def address(self) -> str:
        """As `OUTBOUND_ALLOW_HOSTS` has it."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.ssl_context else 'http'}://{host}:{self.port}{path}"

    @property
    def asked(self) -> list[tuple[str, str]]:
        """(method, path) of every request so far."""
        return [(request.method, request.path) for request in self.requests]

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.ssl_context, backlog=1000)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read_request(reader):
                reply = self.replies.get(request.path.partition("?")[0])
                if reply or request.path != "/robots.txt":
                    self.requests.append(request)
                reply = reply or (_no_such_page if request.path == "/robots.txt" else self.replies["*"])
                again = await reply(request, writer)
                request.ended = time.monotonic()
                if not again:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client went away, as many of these tests want it to
        finally:
            writer.close()


async def _no_such_page(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    return True


async def _read_request(reader: asyncio.StreamReader) -> SeenRequest | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return SeenRequest(method, path, headers, body, started=time.monotonic())
