"""Serving a large file so that a download which broke off can go on. Source: RFC 9110, sections 13 and 14."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from gzip import GzipFile
from pathlib import Path
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date, parse_http_date_safe

#: Only one range at a time: several in one answer help nobody who downloads.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE = 1 << 16


def file_response(
    request: HttpRequest, path: Path, *, media_type: str, etag: str, modified: datetime
) -> HttpResponseBase:
    """A file of this machine, as `ranged` gives it."""
    size = path.stat().st_size
    return ranged(
        request,
        lambda start, end: _part(path, start, end),
        size=size,
        media_type=media_type,
        etag=etag,
        modified=modified,
    )


def ranged(
    request: HttpRequest,
    part: Callable[[int, int], Iterable[bytes]],
    *,
    size: int,
    media_type: str,
    etag: str,
    modified: datetime,
) -> HttpResponseBase:
    """A file, the part that `Range` asks for (206), 304 for who has it, or 416 for a part that it hasn't.

    `part` gives the bytes from one place to before another; where it has a `close`, that is called in the end.
    """
    response: HttpResponseBase
    if not_modified(request, etag, modified):
        response = HttpResponse(status=304)
    else:
        wanted = _wanted(request, size, etag, modified)
        if wanted is None:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
        else:
            start, end = wanted
            response = StreamingHttpResponse(part(start, end), content_type=media_type)
            response["Content-Length"] = str(end - start)
            if end - start < size:
                response.status_code = 206
                response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified.timestamp())
    return response


def not_modified(request: HttpRequest, etag: str, modified: datetime) -> bool:
    """Whether the reader has this very version already."""
    if tags := request.headers.get("If-None-Match"):
        return "*" in tags or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and int(modified.timestamp()) <= since


def _wanted(request: HttpRequest, size: int, etag: str, modified: datetime) -> tuple[int, int] | None:
    """From which byte to before which; all where no range is asked for, or of another version. None: there is none."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range", "").strip()
    if not found or not any(found.groups()) or (condition and not _is_same(condition, etag, modified)):
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


def _is_same(condition: str, etag: str, modified: datetime) -> bool:
    if condition.startswith(('"', "W/")):
        return condition == etag
    return parse_http_date_safe(condition) == int(modified.astimezone(UTC).timestamp())


class OpenPart:
    """Bytes of a file that is open and stands at the first of them; it is closed though nobody read one (HEAD)."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._pieces = pieces(stream, length)
        self.close = stream.close

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def _part(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        yield from pieces(stream, end - start)


def pieces(stream: IO[bytes] | GzipFile, most: int | None = None) -> Iterator[bytes]:
    """What is left of a stream, or so many bytes of it, then close it."""
    with stream:
        left = most
        while data := stream.read(_PIECE if left is None else min(_PIECE, left)):
            yield data
            if left is not None:
                left -= len(data)
