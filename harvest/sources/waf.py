"""A web accessible folder: a web server's listing of XML files, with its subfolders.

`Place.config` may hold, besides what `iso` has:
- `depth`: how many levels of subfolders are followed, 0 to 20 (5);
- `full_every_days`: see `harvest.sources.listed`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from harvest.findings import warning
from harvest.sources.base import Announced, Event, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.iso import Troubles, document_events, ignored_parts
from harvest.sources.iso_bytes import Utf8
from harvest.sources.iso_record import VOLATILE, Records
from harvest.sources.iso_web import Server
from harvest.sources.listed import finished, read_each, to_read
from harvest.sources.opening import is_web_address
from harvest.sources.waf_listing import Listed, may_have_changed_since, read_listing
from services.http import HttpClient

_DEPTH, _MAX_DEPTH = 5, 20
#: Bytes of one listing, and how many files and folders are followed.
_MAX_PAGE = 32 * 1024 * 1024
_MAX_FILES = 200_000
_MAX_FOLDERS = 5_000

_NO_FOLDER = "This is no web accessible folder that lists XML files"


class WafAdapter:
    """`pauses`: seconds before each further try of a server that is overloaded."""

    volatile = VOLATILE

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0)) -> None:
        self._pauses = pauses

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if not is_web_address(place.url):
            raise SourceFailed(
                "A web accessible folder is a web address that begins with https:// or http://; harvest a folder on"
                " this machine as “iso”."
            )
        with HttpClient(limits.policy) as client:
            yield from _Gather(Server(client, limits, pauses=self._pauses), place, memory).events()


@dataclass(slots=True)
class _Gather:
    """One walk through a folder: every file, or where the last walk is remembered only what changed since."""

    server: Server
    place: Place
    memory: Mapping[str, Any]
    troubles: Troubles = field(default_factory=Troubles)
    files: dict[str, str] = field(default_factory=dict)  # address → stamp
    top: str = ""
    began: datetime | None = None

    def events(self) -> Iterator[Event]:
        yield from self._walk()
        urls = {self._name(url): url for url in self.files}
        stamps = {self._name(url): stamp for url, stamp in self.files.items()}
        changed = to_read(self.place, self.memory, stamps, began=self.began) if self.troubles.is_whole else None
        is_full = changed is None
        wanted = [urls[name] for name in (urls if changed is None else changed)]
        yield Announced(len(wanted) if wanted or is_full else len(self.files))
        yield from read_each(wanted, self._file, self.troubles, label=lambda url: unquote(self._name(url)))
        yield from self.troubles.in_the_end()
        yield finished(
            *(self.place, self.memory, self._settled(stamps)),
            began=self.began,
            is_complete=self.troubles.is_whole,
            is_full=is_full,
            is_idle=not wanted,
        )

    def _settled(self, stamps: Mapping[str, str]) -> dict[str, str]:
        """The same without stamps that don't tell: what changed a moment ago may change again under the same one."""
        began = self.began
        return {name: "" if began and may_have_changed_since(stamp, began) else stamp for name, stamp in stamps.items()}

    def _walk(self) -> Iterator[SourceProblem]:
        """Read the listing and those below it. Raises SourceFailed where the topmost can't be read or lists no file."""
        depth = min(max(int(self.place.config.get("depth", _DEPTH)), 0), _MAX_DEPTH)
        waiting, seen = [(self.place.url, 0)], set[str]()
        while waiting:
            url, level = waiting.pop(0)
            try:
                folders = self._list(url, is_top=level == 0)
            except SourceFailed as failure:
                if level == 0:
                    raise
                yield self._lost(url, failure)
                continue
            new = [folder for folder in folders if folder not in seen]
            seen.update(new)
            if len(seen) > _MAX_FOLDERS or len(self.files) > _MAX_FILES:
                raise SourceFailed(
                    f"The folder lists more than {_MAX_FOLDERS:,} folders or {_MAX_FILES:,} files: does it list itself"
                    " again and again?"
                )
            if level < depth:
                waiting.extend((folder, level + 1) for folder in new)
        if not self.files:
            raise SourceFailed(f"{_NO_FOLDER}: the page has no link to one. Nothing was changed.")

    def _list(self, url: str, *, is_top: bool) -> list[str]:
        """Note a listing's files; return its folders. Raises SourceFailed for what is no listing."""
        with self.server.answer(url, headers={"Accept": "text/html, */*;q=0.5"}) as answer:
            text = Utf8(answer.body)
            parts, size = [], 0
            while piece := text.read():
                parts.append(piece)
                size += len(piece)
                if size > _MAX_PAGE:
                    raise SourceFailed(f"The folder's page is larger than {_MAX_PAGE:,} bytes.")
            page = b"".join(parts).decode("utf-8")
        if is_top:
            self.began, self.top = answer.date, answer.url
        elif not answer.url.startswith(url):
            raise SourceFailed("It redirects to somewhere else.")
        if text.start.startswith("<?xml") and "<html" not in page[:2_000].lower():
            raise SourceFailed(f"{_NO_FOLDER}: it is an XML document. Harvest a single document as “iso”.")
        listing = read_listing(page, answer.url)
        if not listing.links:
            raise SourceFailed(f"{_NO_FOLDER}: the page has no links.")
        for listed in listing.files:
            self._note(listed)
        return listing.folders

    def _note(self, listed: Listed) -> None:
        self.files.setdefault(listed.url, listed.stamp)

    def _lost(self, url: str, failure: SourceFailed) -> SourceProblem:
        self.troubles.is_whole = False
        message = f"A subfolder could not be read, so its files are missing here and nothing was retired. {failure}"
        return SourceProblem(warning("folder-unreadable", message, value=url))

    def _name(self, url: str) -> str:
        return url.removeprefix(self.top)

    def _file(self, url: str) -> Iterator[Event]:
        with self.server.answer(url, headers={"Accept": "application/xml, text/xml;q=0.9, */*;q=0.5"}) as answer:
            yield from document_events(Records(answer.body, place=url, ignored=ignored_parts(self.place)))
