"""ISO 19139 metadata (UK GEMINI, INSPIRE) and ISO 19115-3: a file, a folder of files or a document on the web.

A document may be one record or hold many, as a catalogue service's saved answer does. `Place.config` may hold
`ignore_metadata_date`: true where a server puts today's date into every record that it exports.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from harvest.findings import error, warning
from harvest.raw_record import RawRecord, content_hash
from harvest.sources.asked_before import conditions, remembered
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.iso_record import METADATA_DATES, VOLATILE, Broken, NoRecords, Records
from harvest.sources.opening import files_of, is_web_address, open_file, open_web, opened

_SUFFIXES = (".xml", ".xml.gz")


class IsoAdapter:
    volatile = VOLATILE

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if is_web_address(place.url):
            yield from self._fetch_web(place, memory=memory, limits=limits)
        else:
            yield from self._fetch_files(place, limits)

    def _fetch_web(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        headers = {"Accept": "application/xml, text/xml;q=0.9, */*;q=0.5", **conditions(place.url, memory)}
        with open_web(place.url, limits, headers=headers) as answer:
            if answer.status == 304:
                yield Finished(is_unmodified=True, memory=memory)
                return
            with opened(answer, max_bytes=limits.max_bytes) as stream:
                yield from document_events(Records(stream, place=place.url, ignored=ignored_parts(place)))
            yield Finished(memory=remembered(place.url, answer))

    def _fetch_files(self, place: Place, limits: Limits) -> Iterator[Event]:
        files = files_of(place, suffixes=_SUFFIXES)
        if len(files) == 1 and files[0] == Path(place.url):
            yield from self._file(files[0], files[0].name, place, limits)
            yield Finished()
            return
        troubles = Troubles()
        for file in files:
            name = file.relative_to(place.url).as_posix()
            try:
                for event in self._file(file, name, place, limits):
                    troubles.given += isinstance(event, RawRecord)
                    yield event
            except SourceFailed as failure:
                yield troubles.about(failure, name)
        yield from troubles.in_the_end()
        yield Finished(is_whole=troubles.is_whole)

    def _file(self, path: Path, name: str, place: Place, limits: Limits) -> Iterator[Event]:
        with opened(open_file(path), max_bytes=limits.max_bytes) as stream:
            yield from document_events(Records(stream, place=name, ignored=ignored_parts(place)))


class Troubles:
    """What went wrong with single documents of a collection, and what that means for the whole.

    A document that can't be read now may hold a record that we know from earlier: that must not count as vanished.
    """

    def __init__(self) -> None:
        self.is_whole = True
        self.given = 0
        self._unread = 0
        self._count = 0
        self._last = ""

    def about(self, failure: SourceFailed, name: str) -> RawRecord | SourceProblem:
        """What to tell of a document. A broken record that can be told from others is still one of the source's."""
        self._count += 1
        self._last = str(failure)
        if isinstance(failure, Broken) and failure.guid:
            finding = error("broken-xml", f"{failure} The record could not be used.", value=name)
            digest = content_hash({"broken": failure.raw.hex()})
            return RawRecord(failure.guid, {"title": ""}, failure.raw, digest, (finding,))
        if isinstance(failure, NoRecords) and not failure.is_refusal:
            return SourceProblem(error("not-iso", str(failure), value=name), element=name)
        self.is_whole = False
        self._unread += 1
        return SourceProblem(error("file-unreadable", f"{name}: {failure}", value=name), element=name)

    def in_the_end(self) -> Iterator[SourceProblem]:
        """Raises SourceFailed where there was nothing but trouble."""
        if self._count and not self.given:
            what = "The only file" if self._count == 1 else f"None of {self._count:,} files"
            verb = "holds no record" if self._count == 1 else "holds a record"
            raise SourceFailed(f"{what} {verb} that can be read. The last one: {self._last}")
        if not self.is_whole:
            files = "A file" if self._unread == 1 else f"{self._unread:,} files"
            message = f"{files} could not be read, so nothing was retired: a record may only seem to be gone."
            yield SourceProblem(warning("incomplete-list", message))


def document_events(records: Records) -> Iterator[Event]:
    """One document's records, and what is to be said of it. Raises what `Records.found` does."""
    yield from records.found()
    if records.document.has_bad_bytes:
        message = "Some characters are not of the encoding that the XML declares and were taken for Windows-1252."
        yield SourceProblem(warning("not-utf-8", message))


def ignored_parts(place: Place) -> Collection[str]:
    return METADATA_DATES if place.config.get("ignore_metadata_date") else ()
