"""Answers for `FaultyServer`: what a good server gives, and most of what a bad one can."""

import asyncio
import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Iterable, Mapping

from tests.servers.faulty import Reply, SeenRequest


def answer(
    body: bytes = b"hello", *, status: int = 200, headers: Mapping[str, str] | None = None, length: bool = True
) -> Reply:
    """A well-made answer. HEAD gets the same headers and no body."""
    sent = {"Content-Type": "text/plain", **(headers or {})}
    if length:
        sent.setdefault("Content-Length", str(len(body)))

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(status, sent))
        if request.method != "HEAD":
            writer.write(body)
        await writer.drain()
        return "Content-Length" in sent

    return reply


def bare(status: int = 200) -> Reply:
    """A status and nothing else: no type, no length, no body."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(status, {}))
        await writer.drain()
        return False

    return reply


def file(body: bytes, *, media_type: str = "text/csv", headers: Mapping[str, str] | None = None) -> Reply:
    """A file that can be asked for in ranges."""
    whole = answer(body, headers={"Content-Type": media_type, **(headers or {})})

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        asked = request.headers.get("range", "")
        if not asked:
            return await whole(request, writer)
        first, last = (int(number) for number in asked.removeprefix("bytes=").split("-"))
        if first >= len(body):
            unsatisfied = answer(b"", status=416, headers={"Content-Range": f"bytes */{len(body)}"})
            return await unsatisfied(request, writer)
        part = body[first : last + 1]
        content_range = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
        partial = answer(part, status=206, headers={"Content-Type": media_type, "Content-Range": content_range})
        return await partial(request, writer)

    return reply


def redirect(to: str, *, status: int = 302) -> Reply:
    return answer(b"", status=status, headers={"Location": to})


def by_method(*, head: Reply, get: Reply) -> Reply:
    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        return await (head if request.method == "HEAD" else get)(request, writer)

    return reply


def by_query(choices: Mapping[str, Reply], *, otherwise: Reply) -> Reply:
    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        return await choices.get(request.path.partition("?")[2], otherwise)(request, writer)

    return reply


def in_turn(*replies: Reply) -> Reply:
    """The first answer, then the second, …; the last one for ever."""
    waiting = list(replies)

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        return await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request, writer)

    return reply


def after(seconds: float, then: Reply) -> Reply:
    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        return await then(request, writer)

    return reply


def once(happened: threading.Event, then: Reply) -> Reply:
    """Says nothing until the test lets it."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        while not happened.is_set():
            await asyncio.sleep(0.01)
        return await then(request, writer)

    return reply


def silence() -> Reply:
    """Takes the request and says nothing, ever."""
    return after(3600, bare())


def dribble(body: bytes, *, pause: float) -> Reply:
    """Good headers, then one byte of the body every `pause` seconds."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(200, {"Content-Type": "text/plain", "Content-Length": str(len(body))}))
        for position in range(len(body)):
            writer.write(body[position : position + 1])
            await writer.drain()
            await asyncio.sleep(pause)
        return False

    return reply


def dribble_headers(*, pause: float) -> Reply:
    """Headers that never end, one character every `pause` seconds."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(pause)

    return reply


def endless(*, piece: bytes = b"x" * 65536, headers: Mapping[str, str] | None = None) -> Reply:
    """A body without a length that never ends."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(200, {"Content-Type": "text/plain", **(headers or {})}))
        while True:
            writer.write(piece)
            await writer.drain()

    return reply


def in_pieces(pieces: Iterable[bytes], *, headers: Mapping[str, str] | None = None) -> Reply:
    """A body made while it is sent, so that the server holds none of it. For one request."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(200, headers or {}))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return False

    return reply


def gzip_bomb(size: int) -> Reply:
    """`size` bytes of zeros, compressed about a thousandfold."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = bytes(1024 * 1024)
    body = b"".join([compressor.compress(block) for _ in range(size // len(block))]) + compressor.flush()
    return answer(body, headers={"Content-Encoding": "gzip"})


def gzipped(body: bytes) -> Reply:
    return answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def wrong_length(body: bytes, *, claimed: int, headers: Mapping[str, str] | None = None) -> Reply:
    """Says `claimed` bytes, sends fewer, and hangs up."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        await answer(body, headers={**(headers or {}), "Content-Length": str(claimed)})(request, writer)
        return False

    return reply


def raw(text: bytes) -> Reply:
    """These bytes exactly, then the end."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(text)
        await writer.drain()
        return False

    return reply


def reset() -> Reply:
    """Resets the connection instead of answering."""

    async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
        raw_socket: socket.socket = writer.get_extra_info("socket")
        raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    return reply


def hang_up() -> Reply:
    """Closes the connection without a word."""
    return raw(b"")


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")
