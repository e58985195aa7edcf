"""What one gather of a catalogue in RDF has met, over all its pages or files."""

from collections.abc import Iterator
from typing import IO, Any

from harvest.apart.rdf_records import MAX_NODES
from harvest.findings import Finding, warning
from harvest.raw_record import RawRecord
from harvest.seen import Seen
from harvest.sources.base import Announced, Event, Limits, SourceFailed, SourceProblem
from harvest.sources.dcat_record import record_of
from services.apart.process import Crashed, run_apart

#: Processor time for a file: far more than reading one of its size takes.
_SECONDS, _BYTES_A_SECOND = 60, 100_000


class Catalogue:
    def __init__(self, limits: Limits) -> None:
        self._max_bytes = limits.max_bytes
        self._left = limits.max_bytes
        self.found = 0
        self.has_catalogue = False
        self._named: set[str] = set()
        self._seen = Seen()

    def page(self, held: IO[bytes], *, declared: str, base: str, is_first: bool) -> Iterator[Event | str]:
        """The events of one page or file; and last the address of the page that follows, "" for none."""
        size = held.tell()
        held.flush()
        self._left -= size
        if self._left < 0:
            raise SourceFailed(f"The source is larger than {self._max_bytes:,} bytes, which is the limit set for it.")
        arguments = {"path": held.name, "declared": declared, "base": base}
        try:
            lines = run_apart("harvest.apart.rdf", arguments, seconds=_SECONDS + size // _BYTES_A_SECOND)
            yield from self._events(lines, is_first=is_first)
        except Crashed as crashed:
            raise SourceFailed(f"The source could not be read: {crashed}") from crashed

    def _events(self, lines: Iterator[dict[str, Any]], *, is_first: bool) -> Iterator[Event | str]:
        following, shared, given = "", frozenset[str](), 0
        is_new = is_first
        for line in lines:
            match line:
                case {"record": body}:
                    record = record_of(body, shared)
                    is_new |= not self._was_seen(body.get("@id"), record)
                    given += 1
                    yield record
                case {"start": start}:
                    following, shared = start["next"], frozenset(start["shared"])
                    self.has_catalogue |= start["has_catalogue"]
                    if is_first and (start["total"] or not following):
                        yield Announced(start["total"] if start["total"] and following else start["count"])
                    if not start["triples"]:
                        raise SourceFailed("The source is RDF that says nothing: it holds no statements.")
                case {"warning": [kind, message, value]}:
                    yield SourceProblem(warning(kind, message, value=value))
                case {"end": end}:
                    self._named.update(end["named_only"])
                    yield from (SourceProblem(_too_large(subject)) for subject in end["cut"])
                case {"failed": sentence}:
                    raise SourceFailed(f"The source could not be read. {sentence}")
        self.found += given
        if given and not is_new:
            raise SourceFailed("The source's pages repeat themselves: a page gave only entries that came before.")
        yield following

    def _was_seen(self, address: str | None, record: RawRecord) -> bool:
        """Whether the entry came on an earlier page."""
        names = {record.guid, address} if address else {record.guid}
        was_seen = any(name in self._seen for name in names)
        self._seen.update(names)
        return was_seen

    def events_at_end(self) -> Iterator[Event]:
        if not self.found and not self.has_catalogue:
            raise SourceFailed(
                "The source is RDF, but describes no dataset: it should hold a dcat:Catalog or a dcat:Dataset."
            )
        missing = sorted(name for name in self._named if name not in self._seen)
        if missing:
            yield SourceProblem(
                warning(
                    "only-named",
                    f"The catalogue names {len(missing):,} entries that it does not describe, so they were not read,"
                    " and nothing was retired. Describe them in the same file or pages, or take them out.",
                    field="dcat:dataset",
                    value=", ".join(missing[:5]),
                )
            )

    @property
    def is_whole(self) -> bool:
        return all(name in self._seen for name in self._named)


def _too_large(subject: str) -> Finding:
    return warning(
        "too-large",
        f"The entry holds more than {MAX_NODES:,} parts; what is beyond was left out.",
        value=subject.removeprefix("_:"),
    )
