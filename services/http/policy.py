"""How far the project goes for one request: the limits, in one value that can be passed around."""

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings

from services.http.addresses import parse_allow_hosts


@dataclass(frozen=True, kw_only=True)
class OutboundPolicy:
    """Limits of one request. Times are in seconds, sizes in bytes.

    Waiting is what is timed, not the caller's own work between two reads: a harvest that stores records as it reads
    them does not run into `total_timeout` because its database is busy.
    """

    allow_hosts: frozenset[str] = frozenset()
    """Private addresses that may be reached, each as `host:port`; everything else must be on the public internet."""
    max_bytes: int = 512 * 1024 * 1024
    """Largest body, after decompression."""
    max_ratio: int = 300
    """A body that decompresses to more than this many times its size, and to more than 16 MiB, is a trap."""
    connect_timeout: float = 10
    """Looking up the name, connecting and agreeing on TLS, for each redirect anew."""
    response_timeout: float = 60
    """From connected until the headers are complete, for each redirect anew."""
    total_timeout: float = 900
    """All waiting for one exchange, redirects and body included."""
    min_rate: float = 500
    """Bytes a second that a body must bring on average over `rate_window`; a server that dribbles is cut off."""
    rate_window: float = 20
    max_redirects: int = 8
    user_agent: str = "Domesday"

    @classmethod
    def from_settings(cls, **overrides: Any) -> Self:
        """The policy that the settings ask for: allow-list and contact address; `overrides` replace any field."""
        values: dict[str, Any] = {
            "allow_hosts": parse_allow_hosts(settings.OUTBOUND_ALLOW_HOSTS),
            "user_agent": user_agent(
                version=settings.VERSION, site_url=settings.SITE_URL, contact=settings.HTTP_CONTACT
            ),
        }
        return cls(**(values | overrides))


def user_agent(*, version: str, site_url: str, contact: str) -> str:
    """Who we are and whom to write to, so that an annoyed server's owner has someone to ask before blocking us."""
    text = f"Domesday/{version} (+{site_url}; contact {contact})"
    # Header values: printable ASCII only.
    return "".join(character for character in text if " " <= character <= "~")
