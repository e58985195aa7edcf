"""How a call of a webhook is signed, and when one that failed is tried again. Pure."""

import datetime
import hashlib
import hmac
from typing import Final

#: `t=<seconds since 1970>,v1=<hexadecimal>`
HEADER: Final = "Domesday-Signature"

#: Waits after each failed attempt; after the last there is no other.
WAITS: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))


def signature(secret: str, body: str, *, at: datetime.datetime) -> str:
    """The header's value: HMAC-SHA256 of time, full stop and body, so that a call can't be changed or sent again later.

    Whoever receives it computes the same, compares in constant time, and refuses what is older than five minutes.
    """
    moment = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def next_attempt(attempts: int, *, now: datetime.datetime) -> datetime.datetime | None:
    """When to try again after so many attempts have failed; None: never."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None
