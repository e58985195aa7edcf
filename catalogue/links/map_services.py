"""Web services (WMS, WFS, WCS, WMTS, ArcGIS), which answer little until asked a proper question, and which may say no
with status 200. Pure.
"""

import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_KIND = re.compile(r"(?<![a-z])(wmts|wms|wfs|wcs)(?:server)?(?![a-z])", re.IGNORECASE)
_ARCGIS = re.compile(r"/rest/services/.+/(?:Map|Feature|Image|Vector)(?:Tile)?Server(?:/\d+)?/?$", re.IGNORECASE)

#: How services begin that say what they offer, whatever the prefix of their names.
_CAPABILITIES = re.compile(
    rb"<(?:\w+:)?(?:(?:WMS|WFS|WCS)_Capabilities|WMT_MS_Capabilities|(?:WMTS_)?Capabilities)\b", re.IGNORECASE
)
_EXCEPTION = re.compile(rb"<(?:\w+:)?(?:ServiceExceptionReport|ExceptionReport|ServiceException)\b", re.IGNORECASE)
_EXCEPTION_TEXT = re.compile(
    rb"<(?:\w+:)?(?:ServiceException|ExceptionText)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]+)", re.IGNORECASE
)


def capabilities_url(url: str) -> str:
    """The address by which the OGC service at `url` tells what it offers; "" where `url` names no such service.

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


def service_question(url: str) -> str:
    """The address to ask a service at, in its own protocol; "" where `url` is that of no service that we know."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    given = {name.lower(): value.lower() for name, value in parse_qsl(parts.query)}
    if given.get("request") == "getcapabilities":
        return url.strip()
    if _ARCGIS.search(parts.path) and not given:
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "f=json", ""))
    return capabilities_url(url)


def complaint_of(body: bytes) -> str | None:
    """What the service complains of in its answer's first bytes; "" where it says what it offers; None: neither."""
    if _EXCEPTION.search(body[:2_000]):
        said = _EXCEPTION_TEXT.search(body)
        words = " ".join(said[1].decode("utf-8", "replace").split())[:200] if said else ""
        return words or "it gave no reason"
    if _CAPABILITIES.search(body[:2_000]):
        return ""
    start = body.lstrip()[:1]
    if start == b"{":
        if b'"currentVersion"' in body or b'"serviceDescription"' in body or b'"layers"' in body or b'"fields"' in body:
            return ""
        try:
            error = json.loads(body).get("error")
        except (ValueError, AttributeError):
            return None
        if isinstance(error, dict):
            return str(error.get("message") or "it gave no reason")[:200]
    return None
