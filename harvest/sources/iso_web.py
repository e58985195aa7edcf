"""Asking one server for one document after another, within one source's limits: for folders and catalogue services."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from harvest.sources.base import Limits, SourceFailed
from harvest.sources.opening import BoundedReader, failure_of, opened
from services.http import HttpClient, HttpError, HttpErrorKind, HttpStream, status_in_words

#: Longest pause that a server may ask for before we give up for today, in seconds.
_LONGEST_PAUSE = 120
PAUSING_STATUSES = (429, 502, 503, 504)

#: The server can't be reached at all: asking for something else would not help.
_UNREACHABLE = frozenset(
    {
        *(HttpErrorKind.BAD_URL, HttpErrorKind.UNSUPPORTED_SCHEME, HttpErrorKind.REFUSED_ADDRESS, HttpErrorKind.DNS),
        *(HttpErrorKind.DNS_UNAVAILABLE, HttpErrorKind.CONNECTION_REFUSED, HttpErrorKind.CONNECT_TIMEOUT),
        *(HttpErrorKind.CONNECT, HttpErrorKind.TLS, HttpErrorKind.TLS_ISSUER, HttpErrorKind.HOST_BUSY),
    }
)


class NoAnswer(SourceFailed):
    """A request that gave nothing usable. `status` is None where there was no answer at all."""

    def __init__(
        self, message: str, *, status: int | None = None, is_passing: bool = False, is_unreachable: bool = False
    ) -> None:
        super().__init__(message, is_passing=is_passing)
        self.status = status
        self.is_unreachable = is_unreachable


@dataclass(frozen=True, slots=True)
class Answer:
    """`url` is where it came from, after redirects; `date` the server's own clock, if it tells."""

    url: str
    body: BoundedReader
    date: datetime | None


class Server:
    """One server during one gather; all its answers together may not exceed the source's limit.

    `pauses`: seconds before each further try of a server that is overloaded.
    """

    def __init__(self, client: HttpClient, limits: Limits, *, pauses: Sequence[float]) -> None:
        self._client = client
        self._pauses = pauses
        self._max_bytes = self._bytes_left = limits.max_bytes

    @contextmanager
    def answer(
        self, url: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[Answer]:
        """Raises NoAnswer; reading may raise SourceFailed."""
        allowed = self._bytes_left
        with self._opened(url, data, headers or {}) as stream, opened(stream, max_bytes=allowed) as body:
            try:
                yield Answer(stream.url, body, _date(stream.headers.get("Date", "")))
            except SourceFailed as failure:
                if stream.bytes_read <= allowed:
                    raise
                message = f"The source is larger than {self._max_bytes:,} bytes, which is the limit set for it."
                raise NoAnswer(message, is_unreachable=True) from failure
            finally:
                self._bytes_left -= min(allowed, stream.bytes_read)

    def _opened(self, url: str, data: bytes | None, headers: Mapping[str, str]) -> HttpStream:
        for pause in (*self._pauses, None):
            asked_for = 0.0
            try:
                stream = self._client.open(
                    url, method="GET" if data is None else "POST", headers=headers, data=data, any_status=True
                )
                if 200 <= stream.status < 300:
                    return stream
                asked_for = _seconds(stream.headers.get("Retry-After", ""))
                failure = _refused(stream)
                stream.close()
            except HttpError as error:
                failure = _failed(error)
            may_pass = failure.status in PAUSING_STATUSES or (failure.is_unreachable and failure.is_passing)
            if pause is None or not may_pass:
                raise failure
            time.sleep(max(pause, asked_for))
        raise AssertionError("The last try returns or raises.")


def _refused(stream: HttpStream) -> NoAnswer:
    status = stream.status
    return NoAnswer(
        f"The server answered with {status_in_words(status)}.", status=status, is_passing=status in PAUSING_STATUSES
    )


def _failed(error: HttpError) -> NoAnswer:
    failure = failure_of(error)
    return NoAnswer(
        str(failure), status=error.status, is_passing=failure.is_passing, is_unreachable=error.kind in _UNREACHABLE
    )


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(text: str) -> float:
    return min(float(text), _LONGEST_PAUSE) if text.isdecimal() else 0.0
