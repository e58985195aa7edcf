"""Opening what a source names: a web address, a file or a folder of files; gzipped or not; never more than allowed."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harvest.sources.base import Limits, Place, SourceFailed
from services.http import HttpError, HttpErrorKind, HttpStream, open_stream, status_in_words

_GZIP_MAGIC = b"\x1f\x8b"
_BUFFER = 256 * 1024

#: Failures that come from the network's weather rather than from the source.
_PASSING = {
    HttpErrorKind.DNS_UNAVAILABLE,
    HttpErrorKind.CONNECTION_REFUSED,
    HttpErrorKind.CONNECT_TIMEOUT,
    HttpErrorKind.CONNECT,
    HttpErrorKind.DISCONNECTED,
    HttpErrorKind.TIMEOUT,
    HttpErrorKind.TOO_SLOW,
    HttpErrorKind.HOST_BUSY,
}


def is_web_address(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def whole(read: Callable[[], bytes], *, most: int) -> bytes | None:
    """All that `read` gives until it gives nothing more; None where that is more than `most` bytes."""
    parts, size = [], 0
    while piece := read():
        parts.append(piece)
        size += len(piece)
        if size > most:
            return None
    return b"".join(parts)


class BoundedReader(io.RawIOBase):
    """A binary stream that refuses to give more than `max_bytes`, and speaks of failures as SourceFailed."""

    def __init__(self, stream: io.BufferedReader[Any] | gzip.GzipFile, *, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes
        self._max_bytes = max_bytes

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes, as many as one look at the source brings: what came before a failure isn't lost."""
        try:
            piece = self._stream.read1(size)
        except HttpError as error:
            raise failure_of(error) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceFailed("The source's compressed data stops in the middle or is damaged.") from error
        except OSError as error:
            raise SourceFailed(f"The source could not be read: {error.strerror or error}.") from error
        self._left -= len(piece)
        if self._left < 0:
            raise SourceFailed(f"The source is larger than {self._max_bytes:,} bytes, which is the limit set for it.")
        return piece


@contextmanager
def opened(stream: io.RawIOBase, *, max_bytes: int) -> Iterator[BoundedReader]:
    """The stream's content, unzipped where it is gzip whatever its name says."""
    with io.BufferedReader(stream, _BUFFER) as buffered:
        if _starts_with_gzip(buffered):
            with gzip.GzipFile(fileobj=buffered) as unzipped:
                yield BoundedReader(unzipped, max_bytes=max_bytes)
        else:
            yield BoundedReader(buffered, max_bytes=max_bytes)


@contextmanager
def open_web(url: str, limits: Limits, *, headers: Mapping[str, str]) -> Iterator[HttpStream]:
    """The answer at a web address; 304 is an answer too. Raises SourceFailed."""
    try:
        stream = open_stream(url, limits.policy, headers=headers, any_status=True)
    except HttpError as error:
        raise failure_of(error) from error
    with stream:
        was_asked = "If-None-Match" in headers or "If-Modified-Since" in headers
        if not 200 <= stream.status < 300 and not (stream.status == 304 and was_asked):
            raise SourceFailed(
                f"The source gave no records but answered with {status_in_words(stream.status)}.",
                is_passing=stream.status in (429, 502, 503, 504),
            )
        yield stream


def files_of(place: Place, *, suffixes: tuple[str, ...]) -> list[Path]:
    """The file that a path names, or the files in the folder that it names, in the order of their names.

    Raises SourceFailed where there is none, or where this source must be a web address. Its messages are shown to
    everybody: they tell no more of this server than a file's name.
    """
    if not place.may_be_path:
        raise SourceFailed("The source's address must begin with https:// or http://.")
    path = Path(place.url)
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and file.name.lower().endswith(suffixes))
        if not found:
            raise SourceFailed(f"The folder {path.name} holds no file whose name ends in {' or '.join(suffixes)}.")
        return found
    if not path.exists():
        raise SourceFailed(f"There is no file or folder {path.name} on the server.")
    return [path]


def open_file(path: Path) -> io.RawIOBase:
    """Raises SourceFailed."""
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        raise SourceFailed(f"{path.name} could not be opened: {error.strerror}.") from error


def failure_of(error: HttpError) -> SourceFailed:
    is_passing = error.kind in _PASSING or error.status in (429, 502, 503, 504)
    return SourceFailed(f"The source could not be read. {error}", is_passing=is_passing)


def _starts_with_gzip(buffered: io.BufferedReader[Any]) -> bool:
    try:
        return buffered.peek(2)[:2] == _GZIP_MAGIC
    except HttpError as error:
        raise failure_of(error) from error
    except OSError as error:
        raise SourceFailed(f"The source could not be read: {error.strerror or error}.") from error
