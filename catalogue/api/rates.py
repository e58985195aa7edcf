"""How often one address may ask the API: generous, and told in each answer. Sources: RFC 6585, RateLimit headers.

Counted in Redis, so that all web processes count together; while that can't be reached nobody is held up.
"""

import logging
import time
from typing import Final, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from publishers.client_address import client_address

logger = logging.getLogger(__name__)

_WINDOW: Final = 60


class Allowance(NamedTuple):
    """Of `limit` requests a minute `remaining` are left, and `reset` seconds until there are all again."""

    limit: int
    remaining: int
    reset: int

    @property
    def is_spent(self) -> bool:
        return self.remaining < 0

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.remaining)),
            "RateLimit-Reset": str(self.reset),
        }


def spend(request: HttpRequest) -> Allowance | None:
    """Count this request; None where nothing is limited, or counted."""
    limit = settings.API_RATE_LIMIT
    if not limit:
        return None
    now = time.time()
    reset = _WINDOW - int(now) % _WINDOW
    key = f"rate:{int(now) // _WINDOW}:{client_address(request)}"
    counters = caches["shared"]
    try:
        counters.add(key, 0, timeout=_WINDOW + 5)
        used = counters.incr(key)
    except Exception:  # whatever Redis's client raises: a limit is no reason to refuse
        logger.warning("Requests can't be counted, so nobody is limited.", exc_info=True)
        return None
    return Allowance(limit, limit - used, reset)
