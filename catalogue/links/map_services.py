"""Addresses of OGC web services (WMS, WFS, WCS, WMTS), which answer little until asked a proper question. Pure."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_KIND = re.compile(r"(?<![a-z])(wmts|wms|wfs|wcs)(?:server)?(?![a-z])", re.IGNORECASE)


def capabilities_url(url: str) -> str:
    """The address by which the service at `url` tells what it offers; "" where `url` names no such service.

    Catalogues give the bare address of a service, and many services answer that with an error: only this question
    tells whether they work.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = {name.lower(): value for name, value in given}
    if names.get("request"):
        return ""
    kind = _KIND.search(names.get("service", "")) or _KIND.search(parts.path) or _KIND.search(parts.query)
    if kind is None:
        return ""
    kept = [(name, value) for name, value in given if name.lower() not in ("service", "request")]
    question = [*kept, ("service", kind[1].upper()), ("request", "GetCapabilities")]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(question), ""))
