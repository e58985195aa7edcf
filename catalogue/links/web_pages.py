"""What a web page is that came where something else was expected: a login, a parked domain, or just a page. Pure."""

import re
from enum import StrEnum
from urllib.parse import urlsplit


class PageKind(StrEnum):
    LOGIN = "login"
    PARKED = "parked"
    PAGE = "page"


_START = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)

_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|logon|signon|sso|saml2?|oauth2?|adfs|wp-login\.php)(?:[/.?]|$)", re.IGNORECASE
)
_LOGIN_TEXT = re.compile(
    rb"type\s*=\s*[\"']?password|<title>[^<]{0,60}\b(?:log ?in|sign ?in|log ?on|mewngofnodi)\b", re.IGNORECASE
)
_PARKED_TEXT = re.compile(
    rb"domain (?:name )?(?:is|may be) (?:for sale|parked)|buy this domain|this domain has expired|parkingcrew"
    rb"|sedoparking|domain has been registered|hugedomains\.com|dan\.com/buy-domain|bodis\.com|/parking-lander",
    re.IGNORECASE,
)
_PARKING_HOSTS = ("sedoparking.com", "hugedomains.com", "parkingcrew.net", "bodis.com", "dan.com", "afternic.com")


def is_web_page(body: bytes) -> bool:
    """Whether these first bytes are HTML's, whatever the server calls them."""
    return _START.match(body.removeprefix(b"\xef\xbb\xbf")) is not None


def kind_of_page(body: bytes, *, asked: str, final: str) -> PageKind:
    """What sort of page this is. `asked` and `final`: the addresses before and after redirects."""
    host = urlsplit(final or asked).hostname or ""
    if host.endswith(_PARKING_HOSTS) or _PARKED_TEXT.search(body):
        return PageKind.PARKED
    was_sent_to_login = bool(final) and _LOGIN_PATH.search(urlsplit(final).path) and not _LOGIN_PATH.search(asked)
    if was_sent_to_login or _LOGIN_TEXT.search(body):
        return PageKind.LOGIN
    return PageKind.PAGE
