"""Reading response headers, which servers write as they please."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Headers that may follow a redirect to another server. All others stay behind: they may hold a credential.
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "if-modified-since", "if-none-match", "range", "user-agent"}
)
_LONGEST_RETRY_AFTER = 366 * 24 * 3600


def without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """The request headers that may go to a server they were not meant for."""
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """Seconds until the server wants to be asked again, by its own clock; None where it did not say."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:12]), _LONGEST_RETRY_AFTER)
    until = parse_http_date(value)
    if until is None:
        return None
    server_now = parse_http_date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max(0, int((until - server_now).total_seconds())), _LONGEST_RETRY_AFTER)


def parse_http_date(value: str) -> datetime | None:
    """A `Date`, `Last-Modified` or `Retry-After` date in UTC; None for anything that is no date."""
    if not value:
        return None
    try:
        parsed = parsedate_to_datetime(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
