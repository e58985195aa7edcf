"""Does this link work? Ask by HEAD, and by GET for the first kilobyte where HEAD does not settle it. No database."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from catalogue.links.map_services import complaint_of, service_question
from catalogue.links.outcome import LinkCategory, LinkOutcome
from catalogue.links.robots import Robots
from catalogue.links.web_pages import PageKind, is_web_page, kind_of_page
from services import ftp
from services.http import GuardedSession, HttpError, HttpErrorKind, Response
from services.http.headers import retry_after_seconds
from services.http.urls import parse_url

#: For `OutboundPolicy.from_settings(**LINK_CHECK_LIMITS)`: a link that takes longer than this does not serve people.
LINK_CHECK_LIMITS: Final[Mapping[str, float]] = {
    "connect_timeout": 10,
    "response_timeout": 20,
    "total_timeout": 30,
    "rate_window": 10,
}

_FIRST_BYTES = 1024
_FIRST_BYTES_OF_A_SERVICE = 8 * 1024
_IDENTITY = {"Accept-Encoding": "identity"}  # else the length would be that of a compressed copy

#: Endings of addresses behind which a web page is certainly not what was promised.
_DATA_SUFFIXES = frozenset(
    {".csv", ".tsv", ".xls", ".xlsx", ".ods", ".parquet", ".json", ".geojson", ".kml", ".kmz", ".gpkg", ".shp"}
    | {".pdf", ".doc", ".docx", ".odt", ".zip", ".gz", ".7z"}
)
_WEB_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_CONTENT_RANGE = re.compile(r"bytes\s+(?:\d+-\d+|\*)/(\d+)", re.IGNORECASE)

# When HEAD ends in one of these, GET may still do better.
_HEAD_MAY_BE_TO_BLAME = frozenset(
    {HttpErrorKind.TIMEOUT, HttpErrorKind.TOO_SLOW, HttpErrorKind.DISCONNECTED, HttpErrorKind.PROTOCOL}
)
_CATEGORY_OF_ERROR = {
    HttpErrorKind.BAD_URL: LinkCategory.BAD_URL,
    HttpErrorKind.UNSUPPORTED_SCHEME: LinkCategory.UNSUPPORTED,
    HttpErrorKind.REFUSED_ADDRESS: LinkCategory.BLOCKED_ADDRESS,
    HttpErrorKind.DNS: LinkCategory.DNS,
    HttpErrorKind.DNS_UNAVAILABLE: LinkCategory.DNS_UNAVAILABLE,
    HttpErrorKind.CONNECTION_REFUSED: LinkCategory.REFUSED,
    HttpErrorKind.CONNECT_TIMEOUT: LinkCategory.UNREACHABLE,
    HttpErrorKind.CONNECT: LinkCategory.UNREACHABLE,
    HttpErrorKind.TLS: LinkCategory.TLS,
    HttpErrorKind.TLS_ISSUER: LinkCategory.TLS_ISSUER,
    HttpErrorKind.TIMEOUT: LinkCategory.TIMEOUT,
    HttpErrorKind.TOO_SLOW: LinkCategory.TIMEOUT,
    HttpErrorKind.TOO_MANY_REDIRECTS: LinkCategory.TOO_MANY_REDIRECTS,
    HttpErrorKind.HOST_BUSY: LinkCategory.DEFERRED,
}


class PromisedUrl(str):
    """An address of which the entry says that a data file is there, whatever the address ends in."""

    __slots__ = ()


async def probe(session: GuardedSession, url: str, *, now: datetime, robots: Robots | None = None) -> LinkOutcome:
    """Look at one link. Never raises HttpError: whatever the server does is an outcome.

    The session's gate, where it has one, is asked before every request; `robots`, where given, before every GET.
    """
    if url.strip().lower().startswith("ftp://"):
        return await _look_by_ftp(session, url, now=now)
    if service := await _ask_as_service(session, url, robots, now=now):
        return service
    refusal: LinkOutcome | None = None
    try:
        response = await session.request("HEAD", url, headers=_IDENTITY, read_limit=0)
        if _settles(response, url):
            return _outcome_of_answer(response, url, method="HEAD", now=now)
        refusal = _outcome_of_answer(response, url, method="HEAD", now=now)
    except HttpError as error:
        if error.kind not in _HEAD_MAY_BE_TO_BLAME:
            return _outcome_of_error(error, url, method="HEAD", now=now)
    try:
        if robots and not await robots.may_get(url):
            return _held_back(refusal, now=now)
        return _outcome_of_answer(await _get_start(session, url), url, method="GET", now=now)
    except HttpError as error:
        return _outcome_of_error(error, url, method="GET", now=now)


def _held_back(refusal: LinkOutcome | None, *, now: datetime) -> LinkOutcome:
    """What HEAD alone can tell where the server asks programs not to fetch the file."""
    if refusal and refusal.category in (LinkCategory.NOT_FOUND, LinkCategory.GONE, LinkCategory.OK):
        return refusal
    reason = "The server asks programs not to fetch this (robots.txt). The link may work in a browser."
    return LinkOutcome(category=LinkCategory.ROBOTS, reason=reason, checked_at=now, method="HEAD")


async def _ask_as_service(
    session: GuardedSession, url: str, robots: Robots | None, *, now: datetime
) -> LinkOutcome | None:
    """The outcome for a web service that understands its own protocol's question; None where it does not, or is none.

    A service may say no with status 200: an exception report is a failure all the same.
    """
    question = service_question(url)
    if not question:
        return None
    try:
        if robots and not await robots.may_get(question):
            return None
        response = await session.request("GET", question, headers=_IDENTITY, read_limit=_FIRST_BYTES_OF_A_SERVICE)
    except HttpError as error:
        return None if error.kind in _HEAD_MAY_BE_TO_BLAME else _outcome_of_error(error, url, method="GET", now=now)
    if not 200 <= response.status < 300:
        return None
    complaint = complaint_of(response.body)
    if complaint is None:
        return None
    answered = _outcome_of_answer(response, question, method="GET", now=now)
    # The description of the service is no file: its size and dates would say nothing of the data.
    described = replace(answered, size=None, etag="", last_modified="", fingerprint="")
    if complaint:
        reason = f"The service answers with an error of its own: {complaint}"
        return replace(described, category=LinkCategory.SERVICE_EXCEPTION, reason=reason, media_type="")
    return replace(described, category=LinkCategory.OK, reason="The service works.")


async def _look_by_ftp(session: GuardedSession, url: str, *, now: datetime) -> LinkOutcome:
    try:
        async with session.turn(ftp.host_of(url)):
            file = await asyncio.to_thread(ftp.look, url, session.policy)
    except ftp.FtpNotFound as error:
        reason = f"The FTP server does not give this: {error}"
        return LinkOutcome(category=LinkCategory.NOT_FOUND, reason=reason, checked_at=now, method="FTP")
    except HttpError as error:
        category = _CATEGORY_OF_ERROR.get(error.kind, LinkCategory.BAD_ANSWER)
        return LinkOutcome(category=category, reason=str(error), checked_at=now, method="FTP")
    return LinkOutcome(
        category=LinkCategory.OK,
        reason="The link works.",
        checked_at=now,
        method="FTP",
        size=file.size,
        last_modified=file.modified,
    )


async def _get_start(session: GuardedSession, url: str) -> Response:
    """The file's first bytes. The connection is closed on a server that sends more."""
    ranged = {**_IDENTITY, "Range": f"bytes=0-{_FIRST_BYTES - 1}"}
    response = await session.request("GET", url, headers=ranged, read_limit=_FIRST_BYTES)
    if response.status == 416 and _total_from_range(response) is None:
        # Some servers dislike ranges as such; an empty file has no first byte either.
        response = await session.request("GET", url, headers=_IDENTITY, read_limit=_FIRST_BYTES)
    return response


def _settles(response: Response, url: str) -> bool:
    """Whether the answer to HEAD can be believed without asking again by GET."""
    if response.status == 429 or (response.status == 503 and retry_after_seconds(response.headers) is not None):
        return True
    if not 200 <= response.status < 300:
        return False  # many servers answer HEAD with errors that GET does not meet
    length = response.headers.get("Content-Length", "")
    if length == "0" or not (length or response.headers.get("Content-Type")):
        return False
    return not (_promises_data(url) and _media_type(response) in _WEB_PAGE_TYPES)


@dataclass(frozen=True)
class _Finding:
    category: LinkCategory
    reason: str


def _judge(response: Response, url: str, method: str, size: int | None) -> _Finding:
    status = response.status
    if 200 <= status < 300 or (status == 416 and size is not None):
        if finding := _judge_page(response, url, method):
            return finding
        if complaint_of(response.body):
            return _Finding(LinkCategory.SERVICE_EXCEPTION, "The service answers with an error of its own.")
        if _promises_data(url) and _is_web_page(response, method):
            suffix = _suffix(url)
            if suffix not in _DATA_SUFFIXES:
                reason = "A web page came back, although the entry promises a data file: it may lead to the file."
                return _Finding(LinkCategory.PAGE_INSTEAD, reason)
            reason = f"A web page came back, although the address ends in “{suffix}”: the file has probably moved."
            return _Finding(LinkCategory.HTML_INSTEAD, reason)
        if method == "GET" and (size == 0 or (not response.body and status != 416)):
            return _Finding(LinkCategory.EMPTY, "The server answered with an empty file.")
        return _Finding(LinkCategory.OK, "The link works.")
    if status == 404:
        return _Finding(LinkCategory.NOT_FOUND, "The server has nothing at this address (status 404).")
    if status == 410:
        return _Finding(LinkCategory.GONE, "The server says that this was removed for good (status 410).")
    if status in (401, 403, 407, 451, 999):
        reason = f"The server does not let our check in (status {status}). The link may work in a browser."
        return _Finding(LinkCategory.FORBIDDEN, reason)
    if status == 429:
        return _Finding(LinkCategory.RATE_LIMITED, "The server asks us to slow down (status 429). We will look again.")
    if status == 503 and retry_after_seconds(response.headers) is not None:
        reason = "The server is out of service for now and asks us to come back later (status 503)."
        return _Finding(LinkCategory.UNAVAILABLE, reason)
    if status >= 500:
        return _Finding(LinkCategory.SERVER_ERROR, f"The server met an error of its own (status {status}).")
    if status >= 400:
        return _Finding(LinkCategory.CLIENT_ERROR, f"The server does not accept the request (status {status}).")
    return _Finding(LinkCategory.BAD_ANSWER, f"The server answered, but not with the file (status {status}).")


def _judge_page(response: Response, url: str, method: str) -> _Finding | None:
    """A web page that is surely not what anybody linked to: a parked domain, or where data was promised a login."""
    if method != "GET" or not is_web_page(response.body):
        return None
    kind = kind_of_page(response.body, asked=url, final=response.url if response.redirects else "")
    if kind is PageKind.PARKED:
        reason = "The domain is parked or for sale: whoever ran the server has given it up."
        return _Finding(LinkCategory.PARKED, reason)
    if kind is PageKind.LOGIN and _promises_data(url):
        return _Finding(LinkCategory.LOGIN, "A page to sign in came back: the file is not open to everybody.")
    return None


def _outcome_of_answer(response: Response, url: str, *, method: str, now: datetime) -> LinkOutcome:
    size = _size(response)
    finding = _judge(response, url, method, size)
    delivered = finding.category in (LinkCategory.OK, LinkCategory.HTML_INSTEAD, LinkCategory.EMPTY)
    return LinkOutcome(
        category=finding.category,
        reason=finding.reason,
        checked_at=now,
        method=method,
        status_code=response.status,
        final_url=response.url if response.redirects else "",
        media_type=_media_type(response) if delivered else "",
        size=size if delivered else None,
        etag=response.headers.get("ETag", "")[:300] if delivered else "",
        last_modified=response.headers.get("Last-Modified", "")[:100] if delivered else "",
        fingerprint=_fingerprint(response, method) if finding.category is LinkCategory.OK else "",
        retry_after=retry_after_seconds(response.headers),
    )


def _outcome_of_error(error: HttpError, url: str, *, method: str, now: datetime) -> LinkOutcome:
    category = _CATEGORY_OF_ERROR.get(error.kind, LinkCategory.BAD_ANSWER)
    asked = category not in (LinkCategory.BAD_URL, LinkCategory.UNSUPPORTED, LinkCategory.DEFERRED)
    return LinkOutcome(
        category=category,
        reason=str(error),
        checked_at=now,
        method=method if asked else "",
        final_url=error.url if asked and error.url not in ("", str(parse_url(url))) else "",
        retry_after=error.retry_after,
    )


def _size(response: Response) -> int | None:
    total = _total_from_range(response)
    if total is not None:
        return total
    length = response.headers.get("Content-Length", "").strip()
    plain = response.headers.get("Content-Encoding", "identity").strip().lower() in ("", "identity")
    if response.status in (206, 416) or not plain or not (length.isascii() and length.isdigit()):
        return None
    return min(int(length[:19]), 2**63 - 1)


def _total_from_range(response: Response) -> int | None:
    match = _CONTENT_RANGE.match(response.headers.get("Content-Range", "").strip())
    return min(int(match[1][:19]), 2**63 - 1) if match else None


def _fingerprint(response: Response, method: str) -> str:
    """Of the file's first kilobyte: pages are made anew for each visitor, so theirs would say nothing."""
    if method != "GET" or not response.body or is_web_page(response.body):
        return ""
    return hashlib.sha256(response.body[:_FIRST_BYTES]).hexdigest()


def _media_type(response: Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()[:200]


def _is_web_page(response: Response, method: str) -> bool:
    if method == "GET" and response.body:
        return is_web_page(response.body)
    return _media_type(response) in _WEB_PAGE_TYPES


def _promises_data(url: str) -> bool:
    return isinstance(url, PromisedUrl) or _suffix(url) in _DATA_SUFFIXES


def _suffix(url: str) -> str:
    try:
        return PurePosixPath(urlsplit(url.strip()).path).suffix.lower()
    except ValueError:
        return ""
