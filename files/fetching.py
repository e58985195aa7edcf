"""Bringing a file here, with a cap by what it turns out to be."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis

from services.host_gate import ValkeyHostGate
from services.http import GuardedSession, HttpError, HttpErrorKind, OutboundPolicy, ResponseStream

MB: Final = 1024 * 1024
#: Most bytes of a file, by how it begins; of all others the last.
_CAPS: Final = ((b"%PDF-", 40 * MB), (b"\xd0\xcf\x11\xe0", 100 * MB), (b"PK\x03\x04", 300 * MB), (b"{", 200 * MB))
LARGEST: Final = 512 * MB
#: All waiting for one file, in seconds; and how long a host is held should the worker die.
LONGEST: Final = 240
_HOST_LEASE = 300


@dataclass(frozen=True, slots=True)
class Fetched:
    size: int
    digest: str
    """SHA-256."""
    name: str
    """What the file is called, by its address after redirects."""
    media_type: str


def policy(**overrides: float) -> OutboundPolicy:
    return OutboundPolicy.from_settings(**({"max_bytes": LARGEST, "total_timeout": LONGEST} | overrides))


def fetch(
    url: str,
    target: Path,
    *,
    policy: OutboundPolicy,
    redis_url: str,
    progress: Callable[[int], object] = lambda _: None,
) -> Fetched:
    """Write the file at `url` to `target`, in the host's turn. Raises HttpError."""
    return asyncio.run(_fetch(url, target, policy, redis_url, progress))


async def _fetch(
    url: str, target: Path, policy: OutboundPolicy, redis_url: str, progress: Callable[[int], object]
) -> Fetched:
    async with Redis.from_url(redis_url, socket_timeout=10) as client:
        gate = ValkeyHostGate(client, lease=_HOST_LEASE)
        async with GuardedSession(policy, gate=gate) as session, session.stream("GET", url) as stream:
            if not 200 <= stream.status < 300:
                raise HttpError(
                    HttpErrorKind.STATUS, f"The server answered with status {stream.status}.", status=stream.status
                )
            return await _written(stream, target, progress)


async def _written(stream: ResponseStream, target: Path, progress: Callable[[int], object]) -> Fetched:
    digest = hashlib.sha256()
    size, cap = 0, LARGEST
    with target.open("wb") as file:
        while piece := await stream.read_piece():
            if not size:
                cap = next((most for start, most in _CAPS if piece.startswith(start)), LARGEST)
            size += len(piece)
            if size > cap:
                raise HttpError(
                    HttpErrorKind.TOO_LARGE, f"The file is larger than {cap // MB} MB, which is the most we look into."
                )
            digest.update(piece)
            file.write(piece)
            progress(len(piece))
    name = unquote(urlsplit(stream.url).path.rpartition("/")[2])[:200]
    media_type = stream.headers.get("Content-Type", "").partition(";")[0].strip().lower()[:200]
    return Fetched(size, digest.hexdigest(), name, media_type)
