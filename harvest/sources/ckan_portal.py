"""Asking a CKAN portal's Action API, one call at a time, within one source's limits."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from harvest.sources.base import Limits, SourceFailed
from harvest.sources.ckan_documents import Document, Element
from harvest.sources.json_stream import JsonError
from harvest.sources.opening import failure_of, opened
from harvest.sources.web_page import web_page
from services.http import HttpClient, HttpError, HttpErrorKind, status_in_words

#: Longest pause that a portal may ask for before we give up for today, in seconds.
_LONGEST_PAUSE = 120

#: The portal can't be reached at all: asking for less would not help.
_UNREACHABLE = frozenset(
    {
        *(HttpErrorKind.BAD_URL, HttpErrorKind.UNSUPPORTED_SCHEME, HttpErrorKind.REFUSED_ADDRESS, HttpErrorKind.DNS),
        *(HttpErrorKind.DNS_UNAVAILABLE, HttpErrorKind.CONNECTION_REFUSED, HttpErrorKind.CONNECT_TIMEOUT),
        *(HttpErrorKind.CONNECT, HttpErrorKind.TLS, HttpErrorKind.TLS_ISSUER, HttpErrorKind.HOST_BUSY),
    }
)
_PAUSING_STATUSES = (429, 502, 503, 504)

#: What we ask for by each action, in words.
_THINGS = {
    "package_search": "its datasets",
    "package_list": "the names of its datasets",
    "package_show": "one dataset",
    "organization_show": "an organisation",
}


class CallFailed(SourceFailed):
    """One call of the API gave no usable answer. `status` is None where the answer was wrong rather than refused."""

    def __init__(
        self, message: str, *, status: int | None = None, is_passing: bool = False, is_unreachable: bool = False
    ) -> None:
        super().__init__(message, is_passing=is_passing)
        self.status = status
        self.is_unreachable = is_unreachable


@dataclass(slots=True)
class Answer:
    """An answer while it is read. `count` and `date` are the portal's own; `date` None where it doesn't say."""

    document: Document
    date: datetime | None

    @property
    def count(self) -> int | None:
        return self.document.count


class Portal:
    """One portal during one gather. `pauses`: seconds before each further try of a portal that is overloaded."""

    def __init__(self, client: HttpClient, url: str, limits: Limits, *, pauses: Sequence[float]) -> None:
        self._client = client
        self._limits = limits
        self._pauses = pauses
        self._bytes_left = limits.max_bytes
        self.roots = api_roots(url)
        self.root = self.roots[0]

    def call(self, action: str, **parameters: Any) -> Iterator[Element | Answer]:
        """What an action gives, then the finished `Answer`. Raises CallFailed, also after some elements were given.

        An overloaded portal is asked again after a pause.
        """
        for pause in (*self._pauses, None):
            given = 0
            try:
                for event in self._call_once(action, parameters):
                    given += 1
                    yield event
            except CallFailed as failure:
                may_pass = failure.status in _PAUSING_STATUSES or (failure.is_unreachable and failure.is_passing)
                if given or pause is None or not may_pass:
                    raise
                time.sleep(max(pause, self._retry_after))
            else:
                return

    def _call_once(self, action: str, parameters: dict[str, Any]) -> Iterator[Element | Answer]:
        url = f"{self.root}{action}?{urlencode(parameters)}"
        self._retry_after = 0.0
        with self._opened(url, action) as answer:
            try:
                yield from answer.document.elements()
            except JsonError as broken:
                raise CallFailed(_not_json(answer.document, action, broken)) from broken
        if answer.document.success is False:
            said = f" It says: “{answer.document.complaint}”." if answer.document.complaint else ""
            raise CallFailed(f"The portal refused to give {_THINGS[action]}.{said}")
        yield answer

    @contextmanager
    def _opened(self, url: str, action: str) -> Iterator[Answer]:
        try:
            stream = self._client.open(url, headers={"Accept": "application/json"}, any_status=True)
        except HttpError as error:
            raise _call_failed(error) from error
        with stream:
            if not 200 <= stream.status < 300:
                self._retry_after = _seconds(stream.headers.get("Retry-After", ""))
                raise CallFailed(
                    f"Asked for {_THINGS[action]}, the portal answered with {status_in_words(stream.status)}.",
                    status=stream.status,
                    is_passing=stream.status in _PAUSING_STATUSES,
                )
            try:
                with opened(stream, max_bytes=self._bytes_left) as body:
                    yield Answer(Document(body), _date(stream.headers.get("Date", "")))
                    self._bytes_left -= stream.bytes_read
            except CallFailed:
                raise
            except SourceFailed as failure:
                raise CallFailed(str(failure), is_passing=failure.is_passing) from failure


def api_roots(url: str) -> tuple[str, ...]:
    """Where the Action API may be, likeliest first, for an address of a portal or of anything in its API."""
    parts = urlsplit(url.strip())
    path, has_api, _ = f"{parts.path}/".partition("/api/")
    base = urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))
    roots = (f"{base}/api/3/action/", f"{base}/api/action/")
    return roots[::-1] if has_api and "/api/action/" in f"{parts.path}/" else roots


def quoted(value: str) -> str:
    """A value of the search's filter language, in quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _call_failed(error: HttpError) -> CallFailed:
    failure = failure_of(error)
    return CallFailed(
        str(failure), status=error.status, is_passing=failure.is_passing, is_unreachable=error.kind in _UNREACHABLE
    )


def _not_json(document: Document, action: str, broken: JsonError) -> str:
    start = document.reader.start
    if start.lstrip().startswith("<"):
        return f"Asked for {_THINGS[action]}, the portal gave {web_page(start)} instead of JSON."
    return f"Asked for {_THINGS[action]}, the portal gave a broken answer: its JSON {broken}"


def _date(text: str) -> datetime | None:
    """The portal's clock, from the answer's Date header."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(text: str) -> float:
    return min(float(text), _LONGEST_PAUSE) if text.isdecimal() else 0.0
