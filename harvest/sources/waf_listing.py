"""The index pages of web servers: Apache's, nginx's, IIS's and what else lists files as links. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit, urlunsplit

from services.http import HttpError
from services.http.urls import parse_url

#: A link, its text and what follows it up to the next one. Tags without an end don't cost time.
_LINK = re.compile(r"<a\s([^<>]{1,4000})>", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,4000}>")
#: What ends a line of a listing.
_LINE_END = re.compile(r"\n|<(?:br|/tr|tr|li|/li|/pre|hr)\b[^<>]{0,200}>", re.IGNORECASE)
_BASE = re.compile(r"<base\s([^<>]{1,2000})>", re.IGNORECASE)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"\D{1,3}(\d{1,2}):(\d{2})(?::\d{2})?\s*(am|pm)?"
#: 2024-11-07 15:00 and 2024-Nov-07 15:00:00 (Apache, lighttpd); 07-Nov-2024 15:00 (nginx); 11/7/2024 3:00 PM (IIS).
_YEAR_FIRST = re.compile(rf"\b(\d{{4}})[-/](\d{{1,2}}|[a-z]{{3}})[-/](\d{{1,2}}){_TIME}", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"\b(\d{{1,2}})[-/. ](\d{{1,2}}|[a-z]{{3}})[a-z]*[-/. ](\d{{4}}){_TIME}", re.IGNORECASE)

#: Longest stamp that is remembered.
_MAX_STAMP = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a listing. `stamp` is what the page says of it beside its name, date and size, "" where no date."""

    url: str
    stamp: str


@dataclass(slots=True)
class Listing:
    """`links`: how many links of any kind the page has; a page without one is no listing."""

    files: list[Listed] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    links: int = 0


def read_listing(page: str, url: str) -> Listing:
    """The XML files and the folders that a page at this address lists, below it and each once."""
    found = Listing()
    page = _without_comments(page)
    base = _base(page, url)
    top, folders_top = _folder_of(base), _own_folder(base)
    files: dict[str, str] = {}
    folders: dict[str, None] = {}
    for href, line in _lines(page):
        found.links += 1
        target = _target(base, href)
        if target is None:
            continue
        path = urlsplit(target).path.lower()
        if path.endswith((".xml", ".xml.gz")) and target.startswith(top):
            stamp = " ".join(line.split())[:_MAX_STAMP]
            files.setdefault(target, stamp if _moments(stamp) else "")
        elif path.endswith("/") and "?" not in target and target.startswith(folders_top) and target != folders_top:
            folders[target] = None
    found.files = [Listed(address, stamp) for address, stamp in files.items()]
    found.folders = list(folders)
    return found


def may_have_changed_since(stamp: str, moment: datetime) -> bool:
    """Whether a file of that stamp may have been written after a moment two days ago or so.

    Listings don't tell their time zone, nor whether day or month comes first, nor seconds: when in doubt, yes.
    """
    latest = max(_moments(stamp), default=None)
    return latest is None or latest >= moment.replace(tzinfo=None) - timedelta(days=2)


def _lines(page: str) -> Iterator[tuple[str, str]]:
    """Each link's address, and the words of its line outside of the link."""
    links = [(match, href) for match in _LINK.finditer(page) if (href := _href(match[1])) is not None]
    ends = (match.start() for match, _ in links[1:])
    before_end = 0
    for match, href in links:
        after = page[match.end() : min(next(ends, len(page)), match.end() + 4_000)]
        rest = after.partition("</")[2]
        line_end = _LINE_END.search(rest)
        behind = rest[: line_end.start()] if line_end else rest
        ahead = _LINE_END.split(page[max(before_end, match.start() - 500) : match.start()])[-1]
        before_end = match.end()
        yield href, f"{_words(ahead)} {_words(behind.partition('>')[2])}"


def _without_comments(page: str) -> str:
    """A comment that doesn't end is none: listings are made by programs."""
    kept, position = [], 0
    while (begin := page.find("<!--", position)) >= 0 and (end := page.find("-->", begin)) >= 0:
        kept.append(page[position:begin])
        position = end + 3
    return "".join([*kept, page[position:]])


def _words(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", markup)).replace("\xa0", " ")


def _href(attributes: str) -> str | None:
    found = _HREF.search(attributes)
    return html.unescape(next(group for group in found.groups() if group is not None)).strip() if found else None


def _base(page: str, url: str) -> str:
    """What the page's links are relative to. An address without a file name is a folder, slash or not."""
    declared = _BASE.search(page[:20_000])
    if declared and (href := _href(declared[1])):
        return urljoin(url, href)
    return _own_folder(url) if "." not in urlsplit(url).path.rpartition("/")[2] else url


def _folder_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rpartition("/")[0] + "/", "", ""))


def _own_folder(url: str) -> str:
    """The folder that an address is, or that the page at it stands in."""
    parts = urlsplit(url)
    if "." in parts.path.rpartition("/")[2]:
        return _folder_of(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))


def _target(base: str, href: str) -> str | None:
    if not href or href.startswith(("#", "?")):
        return None
    try:
        return str(parse_url(urljoin(base, href).partition("#")[0]))
    except (HttpError, ValueError):
        return None


def _moments(stamp: str) -> list[datetime]:
    """Every moment that the first date of a stamp may mean."""
    found = []
    for pattern, order in ((_YEAR_FIRST, (0, 1, 2)), (_YEAR_LAST, (2, 1, 0)), (_YEAR_LAST, (2, 0, 1))):
        match = pattern.search(stamp)
        if not match or not match[1 + order[2]].isdecimal():
            continue
        year, month, day = (_number(match[1 + place]) for place in order)
        hour = int(match[4]) % 12 + (12 if match[6].lower() == "pm" else 0) if match[6] else int(match[4])
        try:
            found.append(datetime(year, month, day, hour, int(match[5])))
        except ValueError:
            continue
    return found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.index(text.lower()) + 1 if text.lower() in _MONTHS else 0
