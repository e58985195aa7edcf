"""Reading web addresses that other people wrote: strictly where safety needs it, kindly where it does not."""

import re
from urllib.parse import quote, urljoin, urlsplit

from yarl import URL

from services.http.addresses import FORBIDDEN_PORTS
from services.http.errors import HttpError, HttpErrorKind

MAX_URL_LENGTH = 8_000

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
_IPV6_HOST = re.compile(r"[0-9a-f:.]+")
# Everything that may stand in a path or query as it is. What is there already, "%" included, stays untouched:
# decoding and encoding it again breaks signed addresses.
_KEEP_IN_PATH = "%/:=&?~+!$,;'@()*[]-._"


def parse_url(text: str) -> URL:
    """The address to ask for, ready to send, without its fragment.

    Raises HttpError: BAD_URL when the text is no whole web address, or holds a user name or password;
    UNSUPPORTED_SCHEME for ftp and the like.
    """
    text = text.strip()
    if not text:
        raise _bad_url("There is no web address.", text)
    if len(text) > MAX_URL_LENGTH:
        raise _bad_url(f"The web address is longer than {MAX_URL_LENGTH:,} characters.", text)
    if _CONTROL_CHARACTERS.search(text):
        raise _bad_url("The web address has a line break or another control character inside.", text)
    if not _HAS_SCHEME.match(text):
        raise _bad_url("The web address is not complete: it should start with https:// or http://.", text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _bad_url("The web address is not well formed.", text) from error
    scheme = parts.scheme.lower()
    if scheme == "ftp":
        raise HttpError(
            HttpErrorKind.UNSUPPORTED_SCHEME, "FTP addresses cannot be checked or harvested; use https.", url=text
        )
    if scheme not in ("http", "https"):
        message = f"“{scheme}:” is not a web address: it should start with https:// or http://."
        raise _bad_url(message, text)
    if "@" in parts.netloc:
        # The address itself is left out of the error: it may hold a password.
        raise _bad_url("The web address has a user name or password inside; take it out.", "")
    host = _encoded_host(parts.hostname or "", text)
    if port is not None and port in FORBIDDEN_PORTS:
        raise _bad_url(f"Port {port} is not one that serves web pages.", text)
    netloc = host if port is None else f"{host}:{port}"
    try:
        path = _encoded(parts.path) or "/"
        query = f"?{_encoded(parts.query)}" if parts.query else ""
        return URL(f"{scheme}://{netloc}{path}{query}", encoded=True)
    except ValueError as error:
        raise _bad_url("The web address is not well formed.", text) from error


def resolve_redirect(base: URL, location: str) -> URL:
    """Where a `Location` header points to. Raises HttpError: PROTOCOL for nonsense, UNSUPPORTED_SCHEME for ftp."""
    message = "The server redirects to something that is not a web address."
    try:
        return parse_url(urljoin(str(base), location.strip()))
    except HttpError as error:
        if error.kind is HttpErrorKind.UNSUPPORTED_SCHEME:
            raise
        raise HttpError(HttpErrorKind.PROTOCOL, message, url=str(base)) from error
    except ValueError as error:
        raise HttpError(HttpErrorKind.PROTOCOL, message, url=str(base)) from error


def origin(url: URL) -> tuple[str, str, int]:
    """Scheme, host and port: what must stay the same for credentials to be sent on."""
    return (url.scheme, url.raw_host or "", url.port or 0)


def politeness_host(text: str) -> str:
    """The host whose patience a request uses up, or "" where `text` is no web address.

    The port is left out: http, https and a test port of one name are one server to be polite to.
    """
    try:
        return (parse_url(text).raw_host or "").rstrip(".")
    except HttpError:
        return ""


def _encoded_host(host: str, text: str) -> str:
    if not host:
        raise _bad_url("The web address has no host name.", text)
    host = host.lower()
    if ":" in host:
        if not _IPV6_HOST.fullmatch(host):
            raise _bad_url("The web address has an IPv6 address that is not well formed.", text)
        return f"[{host}]"
    if not host.isascii():
        try:
            host = URL.build(scheme="http", host=host).raw_host or ""
        except ValueError as error:
            raise _bad_url("The host name in the web address is not a valid one.", text) from error
    labels = host.rstrip(".").split(".")
    if not _HOST.fullmatch(host) or len(host) > 253 or any(not 0 < len(label) < 64 for label in labels):
        raise _bad_url("The host name in the web address is not a valid one.", text)
    return host


def _encoded(text: str) -> str:
    # Headers reach us with undecodable bytes as lone surrogates: this turns them back into the bytes they were.
    return quote(text.encode("utf-8", "surrogateescape"), safe=_KEEP_IN_PATH)


def _bad_url(message: str, text: str) -> HttpError:
    return HttpError(HttpErrorKind.BAD_URL, message, url=text[:MAX_URL_LENGTH])
