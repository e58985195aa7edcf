"""DCAT in RDF: Turtle, RDF/XML, JSON-LD or N-Triples, at a web address (page by page where it says so), in a file or
a folder of files.

The graph of a page or file is put together in a process of its own (`harvest.apart`), on disk and within limits: it
may hold 20 million statements. A file that breaks off or is no RDF gives nothing, since half a graph may lack half of
any entry. Contexts of JSON-LD and entities of XML are never fetched.
"""

import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from time import sleep
from typing import IO, Any
from urllib.parse import quote, urljoin

from harvest.sources.asked_before import conditions, remembered
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed
from harvest.sources.dcat_catalogue import Catalogue
from harvest.sources.in_turn import in_turn
from harvest.sources.opening import files_of, is_web_address, open_file, open_web, opened

_ACCEPT = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7,"
    " application/trig;q=0.5, application/xml;q=0.3, application/json;q=0.2, */*;q=0.1"
)
#: Media types and endings of names → the form that they declare. The content has the last word.
_FORMS = {
    "text/turtle": "turtle", "application/x-turtle": "turtle", "ttl": "turtle",
    "application/n-triples": "n-triples", "nt": "n-triples",
    "application/n-quads": "n-quads", "nq": "n-quads",
    "application/trig": "trig", "trig": "trig",
    "text/n3": "n3", "text/rdf+n3": "n3", "n3": "n3",
    "application/rdf+xml": "xml", "application/xml": "xml", "text/xml": "xml", "rdf": "xml", "xml": "xml", "owl": "xml",
    "application/ld+json": "json-ld", "application/json": "json-ld", "jsonld": "json-ld", "json": "json-ld",
}  # fmt: skip
_SUFFIXES = tuple(f".{name}{end}" for name in _FORMS if "/" not in name for end in ("", ".gz"))

_MAX_PAGES = 20_000


class DcatAdapter:
    """`pauses`: seconds before each further try of a page that could not be had for the moment."""

    volatile: frozenset[str] = frozenset()

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0)) -> None:
        self._pauses = pauses

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Generator[Event, None, None]:
        if is_web_address(place.url):
            yield from _WebGather(place.url, memory, limits, self._pauses).events()
        else:
            yield from _files(place, limits)


class _WebGather:
    def __init__(self, url: str, memory: Mapping[str, Any], limits: Limits, pauses: Sequence[float]) -> None:
        self._url = url
        self._memory = memory
        self._limits = limits
        self._pauses = pauses
        self._catalogue = Catalogue(limits)
        self._remembered: dict[str, Any] = {}
        self._is_unmodified = False

    def events(self) -> Iterator[Event]:
        url, number = self._url, 1
        visited: set[str] = set()
        while url:
            visited.add(url)
            following = yield from self._page(url, number)
            if self._is_unmodified:
                yield Finished(is_unmodified=True, memory=self._memory)
                return
            if following in visited:
                if number > 1 or following != url:
                    raise SourceFailed(f"The source's pages go in a circle: page {number} leads back to {following}.")
                following = ""
            url, number = following, number + 1
            if number > _MAX_PAGES:
                raise SourceFailed(f"The source has more than {_MAX_PAGES:,} pages: make them larger.")
        yield from self._catalogue.events_at_end()
        # A source of several pages says by its first page's date nothing of the others.
        yield Finished(is_whole=self._catalogue.is_whole, memory=self._remembered if number == 2 else {})

    def _page(self, url: str, number: int) -> Generator[Event, None, str]:
        following = ""
        try:
            for event in self._read(url, number):
                if isinstance(event, str):
                    following = event
                else:
                    yield event
        except SourceFailed as failed:
            if number == 1:
                raise
            message = f"Page {number:,} of the source failed: {failed}"
            raise SourceFailed(message, is_passing=failed.is_passing) from failed
        if following and not is_web_address(following := urljoin(url, following)):
            raise SourceFailed(f"Page {number:,} of the source is followed by “{following}”, which is no web address.")
        return following

    def _read(self, url: str, number: int) -> Iterator[Event | str]:
        catalogue = self._catalogue
        headers = {"Accept": _ACCEPT, **(conditions(url, self._memory) if number == 1 else {})}
        with tempfile.NamedTemporaryFile(prefix="dcat-") as held:
            answer = self._download(url, headers, held, pauses=self._pauses if number > 1 else ())
            if answer is None:
                self._is_unmodified = True
                return
            declared, base = answer
            yield from catalogue.page(held, declared=declared, base=base, is_first=number == 1)

    def _download(
        self, url: str, headers: Mapping[str, str], held: IO[bytes], *, pauses: Sequence[float]
    ) -> tuple[str, str] | None:
        """Put the page into the file; return the form that it declares and its address. None where nothing changed."""
        for pause in (*pauses, None):
            try:
                with open_web(url, self._limits, headers=headers) as answer:
                    if answer.status == 304:
                        return None
                    held.seek(0)
                    held.truncate()
                    with opened(answer, max_bytes=self._limits.max_bytes) as stream:
                        shutil.copyfileobj(stream, held)
                    self._remembered = remembered(self._url, answer)
                    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                    return _FORMS.get(media_type) or _form_of(answer.url), answer.url
            except SourceFailed as failed:
                if pause is None or not failed.is_passing:
                    raise
                sleep(pause)
        raise AssertionError("The last try returns or raises.")


def _files(place: Place, limits: Limits) -> Iterator[Event]:
    files = files_of(place, suffixes=_SUFFIXES)
    root = Path(place.url)
    catalogue = Catalogue(limits)

    def label(file: Path) -> str:
        return file.relative_to(root).as_posix() if file != root else file.name

    def read(file: Path) -> Iterator[Event]:
        for event in _file(file, label(file), catalogue, limits):
            if not isinstance(event, Announced) or len(files) == 1:
                yield event

    yield from in_turn(files, read, label=label)
    yield from catalogue.events_at_end()
    yield Finished(is_whole=catalogue.is_whole)


def _file(file: Path, name: str, catalogue: Catalogue, limits: Limits) -> Iterator[Event]:
    with tempfile.NamedTemporaryFile(prefix="dcat-") as held:
        with opened(open_file(file), max_bytes=limits.max_bytes) as stream:
            shutil.copyfileobj(stream, held)
        page = catalogue.page(held, declared=_form_of(name), base=f"file:///{quote(name)}", is_first=True)
        # What pages follow means nothing of a file.
        yield from (event for event in page if not isinstance(event, str))


def _form_of(name: str) -> str:
    """The form that the ending of a file's or an address's name declares."""
    stem = name.partition("?")[0].partition("#")[0].lower().removesuffix(".gz")
    return _FORMS.get(stem.rpartition(".")[2], "")
