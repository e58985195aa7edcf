"""From which network address a request came."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address: the connection's, or what the nearest of our own proxies says of it.

    Each proxy adds to the right of X-Forwarded-For; only the last PROXY_COUNT entries are by ours, so only those count.
    """
    direct = request.META.get("REMOTE_ADDR", "") or ""
    if not settings.PROXY_COUNT:
        return direct
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if len(told) < settings.PROXY_COUNT:
        return direct
    try:
        return str(ipaddress.ip_address(told[-settings.PROXY_COUNT]))
    except ValueError:
        return direct
