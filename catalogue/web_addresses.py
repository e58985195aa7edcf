"""Web addresses as harvested: made whole and safe, or refused; and their identity, whatever the spelling."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

_SCHEMES = ("http", "https", "ftp")
_PORTS = {"http": 80, "https": 443, "ftp": 21}
MAX_URL = 4_000

_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]+")
#: The usual address, in which there is nothing to mend.
_SOUND = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
    r"(?:/(?:[\w./~!$'()*+,;:@&=-]|%[0-9A-Fa-f]{2})*)?(?:\?(?:[\w./~!$'()*+,;:@&=?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_DOUBTFUL = re.compile(r"&amp;|[,;]https?://|^https?://https?:")
#: 'http:/x', 'http//x', 'htp://x', 'http://http://x': slips of the keyboard that leave no doubt.
_SLIPS = (
    (re.compile(r"^(https?|ftp):?/{1,4}(?=[^/])", re.IGNORECASE), r"\1://"),
    (re.compile(r"^(?:htp|hhttp|htttp|hhtp|ttp)(s?)://", re.IGNORECASE), r"http\1://"),
    (re.compile(r"^(?:https?://)+(?=(?:https?|ftp)://)", re.IGNORECASE), ""),
)
_SEVERAL = re.compile(r"[\s,;|]{1,20}(?=https?://)", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:www\.[^\s/]+\.|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov|co|org|ac|nhs|police|mod)\.uk(?=[/?#:]|$))", re.IGNORECASE
)
_RELATIVE = re.compile(r"^(?:/(?!/)|\.{1,2}/|\?|[\w.~%-]+/[\w./~%-]|[\w~%-]+\.[a-z0-9]{2,5}(?:[?#]|$))", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~%-._"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?[]|"
_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_UNRESERVED = re.compile(r"%(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]|3[0-9]|2D|2E|5F|7E)", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)


def clean_url(raw: object, *, base: str = "") -> str | None:
    """A whole http, https or ftp address: blanks encoded, plain slips mended, relative ones joined to `base`.

    None for what is no address ('not available', 'TBC'), for other schemes (javascript:, data:, mailto:) and for
    addresses longer than 4,000 characters. Of several in one field, the first.
    """
    if not isinstance(raw, str) or not raw or len(raw) > 2 * MAX_URL:
        return None
    if len(raw) <= MAX_URL and _SOUND.fullmatch(raw) and not _DOUBTFUL.search(raw):
        return raw
    text = _UNWANTED.sub("", raw.replace("\n", " ").replace("\t", " ")).strip(" <>\"'“”")
    if text[:1] in ("(", "[", "{"):
        text = text.strip("()[]{}")
    text = _SEVERAL.split(text, 1)[0].replace("\\", "/").replace("&amp;", "&").strip()
    for slip, right in _SLIPS:
        text = slip.sub(right, text, count=1)
    scheme = text.partition(":")[0].lower() if ":" in text[:12] else ""
    if scheme not in _SCHEMES or "://" not in text:
        if _BARE.match(text):
            text = "http://" + text
        elif text.startswith("//"):
            text = "http:" + text
        elif base and " " not in text.strip("/") and _RELATIVE.match(text):
            text = _joined(base, text)
        else:
            return None
    return _whole(text)


def _joined(base: str, relative: str) -> str:
    try:
        return urljoin(base, relative)
    except ValueError:
        return ""


def _whole(text: str) -> str | None:
    parts = _split(text)
    if parts is None or parts.scheme not in _SCHEMES:
        return None
    address = _authority(parts)
    if not address:
        return None
    path = quote(_ESCAPE.sub("%25", parts.path), safe=_SAFE_IN_PATH)
    query = quote(_ESCAPE.sub("%25", parts.query), safe=_SAFE_IN_QUERY)
    fragment = quote(_ESCAPE.sub("%25", parts.fragment), safe=_SAFE_IN_QUERY)
    url = urlunsplit((parts.scheme, address, path, query, fragment))
    return url if len(url) <= MAX_URL else None


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts


def _authority(parts: SplitResult) -> str:
    """User, host and port in canonical form; '' where the host is none."""
    host = _ascii_host(parts.hostname or "")
    if not host:
        return ""
    user = parts.netloc.rpartition("@")[0]
    port = f":{parts.port}" if parts.port is not None and parts.port != _PORTS[parts.scheme] else ""
    return (quote(user, safe=":%!$&'()*+,;=-._~") + "@" if user else "") + host + port


@lru_cache(maxsize=4_096)
def _ascii_host(host: str) -> str:
    """The host in lower-case ASCII (IDNA for others); '' where it cannot be one: 'tbc', a placeholder."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    host = host.lower()
    if ":" in host:
        return f"[{host}]" if _IPV6.fullmatch(f"[{host}]") else ""
    if len(host) > 253 or not _HOST.fullmatch(host):
        return ""
    return host if "." in host.strip(".") or host == "localhost" else ""


def url_key(url: str) -> str:
    """What the spellings of one address share. A key, not an address; a text that is no address is its own key.

    http and https, the host's case, the default port, needless escapes, an ending slash and the fragment do not matter.
    """
    parts = _split(url.strip())
    if parts is None or not parts.netloc:
        return url.strip()
    address = _authority(parts) if parts.scheme in _PORTS else parts.netloc.lower()
    scheme = "http" if parts.scheme == "https" else parts.scheme
    path = _ESCAPED.sub(
        lambda escape: escape[0].upper(), _UNRESERVED.sub(lambda escape: unquote(escape[0]), parts.path)
    )
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{address.rstrip('.')}{path.rstrip('/')}{query}"


def netloc_of(url: str) -> str:
    """The host and port that an address names, as link checks keep it; empty where it names none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()[:300]
    except ValueError:
        return ""
