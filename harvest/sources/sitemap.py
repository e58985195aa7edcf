"""A website whose pages describe datasets in schema.org's JSON-LD, found by its sitemap (sitemaps.org, version 0.9).

The address is that of the sitemap or of an index of sitemaps, gzipped or not. Pages that the sitemap says have not
changed are not asked for again. `Place.config` may hold, besides `full_every_days`
(`harvest.sources.listed`):
- `only`: a text, such as `/dataset/`, that the addresses of pages to read contain;
- `pause`: seconds between two pages (0.5); what the site's robots.txt asks for, up to ten, goes before it.
"""

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

from harvest.findings import warning
from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Event, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.iso import Troubles
from harvest.sources.iso_bytes import Utf8
from harvest.sources.iso_web import Answer, NoAnswer, Server
from harvest.sources.iso_xml import Document, XmlError
from harvest.sources.listed import finished, read_each, to_read
from harvest.sources.opening import is_web_address, whole
from harvest.sources.schema_org_page import datasets_in
from services.http import HttpClient

_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
#: Sitemaps and pages of one site, bytes of one page and of robots.txt.
_MAX_SITEMAPS = 2_000
_MAX_PAGES = 200_000
_MAX_PAGE = 16 * 1024 * 1024
_MAX_ROBOTS = 512 * 1024
#: How deep indexes name indexes. The standard allows one level.
_MAX_DEPTH = 3

_OUR_NAME = "Domesday"
_WEB_PAGE = "The source gave a web page instead of a sitemap: check its address."


class SitemapAdapter:
    """`pauses`: seconds before each further try of a server that is overloaded; `sleep` waits between pages."""

    volatile: frozenset[str] = frozenset()

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0), sleep: Callable[[float], object] = time.sleep) -> None:
        self._pauses = pauses
        self._sleep = sleep

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if not is_web_address(place.url):
            raise SourceFailed("A sitemap is a web address that begins with https:// or http://.")
        with HttpClient(limits.policy) as client:
            server = Server(client, limits, pauses=self._pauses)
            yield from _Gather(server, place, memory, self._sleep).events()


@dataclass(slots=True)
class _Gather:
    """One walk through a site: every page, or where the last walk is remembered only what changed since."""

    server: Server
    place: Place
    memory: Mapping[str, Any]
    sleep: Callable[[float], object]
    troubles: Troubles = field(default_factory=Troubles)
    pages: dict[str, str] = field(default_factory=dict)  # address → date in the sitemap
    began: datetime | None = None
    robots: Protego | None = None
    pause: float = _PAUSE
    described: int = 0
    refused: int = 0

    def events(self) -> Iterator[Event]:
        yield from self._walk()
        yield from self._ask_leave()
        changed = to_read(self.place, self.memory, self.pages, began=self.began) if self.troubles.is_whole else None
        is_full = changed is None
        wanted = list(self.pages) if changed is None else changed
        for event in read_each(wanted, self._page, self.troubles, label=str):
            self.described += isinstance(event, RawRecord)
            yield event
        yield from self.troubles.in_the_end()
        if is_full and not self.described:
            raise SourceFailed(
                f"None of the {len(wanted):,} pages of the sitemap describes a dataset in schema.org's JSON-LD. Nothing"
                " was changed."
            )
        yield finished(
            *(self.place, self.memory, self.pages),
            began=self.began,
            is_complete=self.troubles.is_whole,
            is_full=is_full,
            is_idle=not wanted,
        )

    def _walk(self) -> Iterator[Event]:
        """Read the sitemap and those that it names. Raises SourceFailed where the first one can't be read."""
        only, host = str(self.place.config.get("only") or ""), urlsplit(self.place.url).netloc.lower()
        waiting, seen, elsewhere = [(self.place.url, 0)], {self.place.url}, 0
        while waiting:
            url, level = waiting.pop(0)
            try:
                with self.server.answer(
                    url, headers={"Accept": "application/xml, text/xml;q=0.9, */*;q=0.5"}
                ) as answer:
                    self.began = self.began or answer.date
                    entries = list(_entries(answer))
            except SourceFailed as failure:
                if level == 0:
                    raise
                self.troubles.is_whole = False
                message = f"A part of the sitemap could not be read, so nothing was retired. {failure}"
                yield SourceProblem(warning("sitemap-unreadable", message, value=url))
                continue
            for is_sitemap, address, stamp in entries:
                if urlsplit(address).netloc.lower() != host:
                    elsewhere += 1
                elif is_sitemap and level < _MAX_DEPTH and address not in seen and len(seen) < _MAX_SITEMAPS:
                    seen.add(address)
                    waiting.append((address, level + 1))
                elif not is_sitemap and only in address:
                    self.pages.setdefault(address, stamp)
            if len(self.pages) > _MAX_PAGES:
                raise SourceFailed(
                    f"The sitemap names more than {_MAX_PAGES:,} pages: set “only” to those of datasets."
                )
        if elsewhere:
            message = f"The sitemap names {elsewhere:,} pages of other sites. They were left out."
            yield SourceProblem(warning("other-site", message))
        if not self.pages:
            about = f" whose address contains “{only}”" if only else ""
            raise SourceFailed(f"The sitemap names no page{about}. Nothing was changed.")
        yield Announced(len(self.pages))

    def _ask_leave(self) -> Iterator[SourceProblem]:
        """Heed the site's robots.txt: pages that it keeps programs from are left out, and told."""
        parts = urlsplit(self.place.url)
        try:
            with self.server.answer(f"{parts.scheme}://{parts.netloc}/robots.txt") as answer:
                text = _text(answer, most=_MAX_ROBOTS)
        except SourceFailed:
            text = ""  # it has no wishes
        self.pause = float(self.place.config.get("pause", _PAUSE))
        if text and not text.lstrip().startswith("<"):
            self.robots = Protego.parse(text)
            self.pause = max(self.pause, min(self.robots.crawl_delay(_OUR_NAME) or 0, _LONGEST_PAUSE))
            refused = [url for url in self.pages if not self.robots.can_fetch(url, _OUR_NAME)]
            for url in refused:
                del self.pages[url]
            if refused:
                message = (
                    f"The site's robots.txt keeps us from {len(refused):,} pages of its own sitemap, so they are"
                    " missing here: let “Domesday” read them."
                )
                yield SourceProblem(warning("robots", message, value=refused[0]))
            if not self.pages:
                raise SourceFailed(
                    "The site's robots.txt keeps us from every page of its sitemap. Nothing was changed."
                )

    def _page(self, url: str) -> Iterator[Event]:
        self.sleep(self.pause)
        with self.server.answer(url, headers={"Accept": "text/html, */*;q=0.5"}) as answer:
            page = _text(answer, most=_MAX_PAGE)
        yield from datasets_in(page, url)


def _entries(answer: Answer) -> Iterator[tuple[bool, str, str]]:
    """Of each entry: whether it is another sitemap, its address, and when it changed, "" where that isn't said.

    Raises SourceFailed.
    """
    document = Document(answer.body, wanted=lambda name, namespace, attributes: name in ("url", "sitemap"))
    try:
        for cutting in document.cuttings():
            parts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in ET.fromstring(cutting.raw)}
            if is_web_address(parts.get("loc", "")):
                yield cutting.name == "sitemap", parts["loc"], parts.get("lastmod", "")[:80]
    except XmlError as broken:
        raise SourceFailed(_why(document, broken)) from broken
    if document.root.lower() == "html":
        raise SourceFailed(_WEB_PAGE)
    if document.root not in ("urlset", "sitemapindex"):
        raise SourceFailed(f"This is no sitemap: it is an XML document of the kind “{document.root}”.")


def _why(document: Document, broken: XmlError) -> str:
    if document.root == "html" or document.start.lstrip()[:9].lower() in ("<!doctype", "<html>"):
        return _WEB_PAGE
    return f"The sitemap can't be read: the XML {broken}"


def _text(answer: Answer, *, most: int) -> str:
    """Raises SourceFailed for more bytes than that."""
    found = whole(Utf8(answer.body).read, most=most)
    if found is None:
        raise NoAnswer(f"The page is larger than {most:,} bytes.")
    return found.decode("utf-8", "replace")
