"""How a call of a webhook is signed, how an address proves that it wants calls, and when a failed one is made again.

Pure.
"""

import datetime
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Final

#: `t=<seconds since 1970>,v1=<hexadecimal>`, with a second `v1` while two secrets are good
HEADER: Final = "Domesday-Signature"

#: Waits after each failed attempt; after the last there is no other.
WAITS: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))


#: For how long the secret of before signs beside a new one.
OVERLAP: Final = datetime.timedelta(days=7)

#: A webhook that was heard no more for so long is paused.
PATIENCE: Final = datetime.timedelta(days=7)


def signature(secrets: Iterable[str], body: str, *, at: datetime.datetime) -> str:
    """The header's value: HMAC-SHA256 of time, full stop and body, so that a call can't be changed or sent again later.

    Whoever receives it computes the same under the secret that they hold, compares it in constant time with each `v1`,
    and refuses what is older than five minutes.
    """
    moment = int(at.timestamp())
    signed = f"{moment}.{body}".encode()
    digests = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={moment}", *(f"v1={digest}" for digest in digests)))


def gives_back(answer: bytes, word: str) -> bool:
    """Whether an address answered a challenge with its word: as plain text, or as `{"challenge": word}`.

    Nothing may stand beside it: a server that sends back whatever it is sent has not understood.
    """
    try:
        text = answer.decode().strip()
        said = json.loads(text) if text.startswith("{") else {"challenge": text}
    except (ValueError, RecursionError):
        return False
    return bool(said == {"challenge": word})


def next_attempt(attempts: int, *, now: datetime.datetime) -> datetime.datetime | None:
    """When to try again after so many attempts have failed; None: never."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None
