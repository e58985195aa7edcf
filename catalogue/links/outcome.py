"""What one look at a link found. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkCategory(StrEnum):
    """What happened when we asked."""

    OK = "ok"
    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    HTML_INSTEAD = "html_instead"
    PAGE_INSTEAD = "page_instead"
    LOGIN = "login"
    PARKED = "parked"
    SERVICE_EXCEPTION = "service_exception"
    ROBOTS = "robots"
    EMPTY = "empty"
    BAD_ANSWER = "bad_answer"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    DNS = "dns"
    DNS_UNAVAILABLE = "dns_unavailable"
    TLS = "tls"
    TLS_ISSUER = "tls_issuer"
    BLOCKED_ADDRESS = "blocked_address"
    BAD_URL = "bad_url"
    UNSUPPORTED = "unsupported"
    DEFERRED = "deferred"


class Verdict(StrEnum):
    """What a category says about the link."""

    WORKS = "works"
    FAILS = "fails"
    NEVER_WORKS = "never_works"
    """It fails by what it is, whoever asks and whenever."""
    GONE = "gone"
    REFUSES_US = "refuses_us"
    """The server answers, but not to us: a person with a browser or a login may fare better."""
    UNCLEAR = "unclear"
    NOT_ASKED = "not_asked"


_VERDICTS = {
    LinkCategory.OK: Verdict.WORKS,
    LinkCategory.GONE: Verdict.GONE,
    LinkCategory.FORBIDDEN: Verdict.REFUSES_US,
    LinkCategory.LOGIN: Verdict.REFUSES_US,
    LinkCategory.ROBOTS: Verdict.REFUSES_US,
    LinkCategory.PAGE_INSTEAD: Verdict.UNCLEAR,
    LinkCategory.RATE_LIMITED: Verdict.UNCLEAR,
    LinkCategory.UNAVAILABLE: Verdict.UNCLEAR,
    LinkCategory.DNS_UNAVAILABLE: Verdict.UNCLEAR,
    LinkCategory.TLS_ISSUER: Verdict.UNCLEAR,
    LinkCategory.UNSUPPORTED: Verdict.UNCLEAR,
    LinkCategory.BAD_URL: Verdict.NEVER_WORKS,
    LinkCategory.DEFERRED: Verdict.NOT_ASKED,
}


@dataclass(frozen=True, kw_only=True)
class LinkOutcome:
    """One look at one link."""

    category: LinkCategory
    reason: str
    """One plain English sentence for the page."""
    checked_at: datetime
    method: str = ""
    """The request that settled it, HEAD or GET; empty where none was made."""
    status_code: int | None = None
    final_url: str = ""
    """Where redirects led, empty where there were none."""
    media_type: str = ""
    size: int | None = None
    """Of the whole file, in bytes, where the server says."""
    etag: str = ""
    last_modified: str = ""
    """As the server wrote it."""
    fingerprint: str = ""
    """SHA-256 of the first kilobyte, where it was read and is no web page's."""
    retry_after: int | None = None
    """Seconds the server asks us to wait."""

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS.get(self.category, Verdict.FAILS)

    @property
    def works(self) -> bool:
        return self.verdict is Verdict.WORKS
