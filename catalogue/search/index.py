"""Reading and writing an index: one snapshot a request, one writer a node."""

import contextlib
import logging
import os
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from pyroaring import BitMap
from tantivy import DocAddress, Index, IndexWriter, Query, Searcher

from catalogue.search.document import Searchable, joined, prepare
from catalogue.search.location import Build, State, current_build
from catalogue.search.rows import Rows, load
from catalogue.search.schema import SCHEMA, register
from catalogue.search.tally import Bitmaps

logger = logging.getLogger(__name__)

#: How often a reading process looks whether there is something new, in seconds.
_LOOK_EVERY: Final = 0.2

#: Memory for documents not yet written to disk, in bytes.
WRITER_MEMORY: Final = 64_000_000


class SearchUnavailable(Exception):
    """There is no index to read now. The message is for readers."""

    def __init__(self) -> None:
        super().__init__("Search is being prepared. Try again in a minute.")


class WriterBusy(Exception):
    """Another process writes this index."""


class IndexDamaged(Exception):
    """The index can't be read or written: it must be built anew."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn whatever the engine raises into `IndexDamaged` or `WriterBusy`."""
    try:
        yield
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise WriterBusy("Another process writes the search index.") from error
        raise IndexDamaged(str(error)) from error
    except BaseException as error:
        # The engine's panics derive from BaseException, as only Ctrl-C and exit should
        if type(error).__name__ == "PanicException":
            raise IndexDamaged(str(error)) from error
        raise


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as of one moment. All reads for one answer go to one snapshot."""

    searcher: Searcher
    build: Build
    state: State
    generation: tuple[str, int, int]  # differs whenever the content may: the key for whatever is kept of it
    bitmaps: Bitmaps | None  # what broad questions are counted by; up to a minute older


class Reader:
    """One open index of this process, brought up to date when somebody asks."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self._stamp = _stamp(build.state_path)
        self.state = build.read_state()
        with engine_errors():
            self._index = register(Index.open(build.index_path))
            self._index.reload()
        self._bitmaps: Bitmaps | None = None
        self._bitmaps_stamp: tuple[int, int] | None = None
        self._take_bitmaps()

    def refresh(self) -> None:
        """Take up what was committed since. The state is written after each commit, so it is read before reloading."""
        stamp = _stamp(self.build.state_path)
        if stamp != self._stamp:
            self.state = self.build.read_state()
            with engine_errors():
                self._index.reload()
            self._stamp = stamp
        self._take_bitmaps()

    def _take_bitmaps(self) -> None:
        """Take up the bitmaps that were saved since. Without any, the engine counts."""
        try:
            stamp = _stamp(self.build.rows_path)
            if stamp != self._bitmaps_stamp:
                self._bitmaps, self._bitmaps_stamp = Bitmaps(self.build.rows_path), stamp
        except (OSError, ValueError) as error:
            if self._bitmaps:
                logger.warning("The search index's bitmaps can't be read: %s", error)
            self._bitmaps = None

    def snapshot(self) -> Snapshot:
        return Snapshot(self._index.searcher(), self.build, self.state, (self.build.name, *self._stamp), self._bitmaps)


def _stamp(path: Path) -> tuple[int, int]:
    """Differs after every writing: each makes a new file, even two within one tick of the file system's clock."""
    status = path.stat()
    return status.st_mtime_ns, status.st_ino


class _Process:
    """The reader of this process. Opened after fork: the engine's threads don't survive one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.pid = 0
        self.reader: Reader | None = None
        self.looked_at = 0.0


_process = _Process()


def open_reader() -> Snapshot:
    """The newest snapshot, at most 0.2 seconds old. Raises `SearchUnavailable` if there is no index to read."""
    global _process
    if _process.pid != os.getpid():
        _process = _Process()
        _process.pid = os.getpid()
    reader = _process.reader
    if reader and time.monotonic() - _process.looked_at < _LOOK_EVERY:
        return reader.snapshot()
    with _process.lock:
        _process.reader = reader = _up_to_date(_process.reader)
        _process.looked_at = time.monotonic()
    return reader.snapshot()


def _up_to_date(reader: Reader | None) -> Reader:
    while True:
        build = current_build()
        if build is None:
            raise SearchUnavailable
        try:
            if reader is None or reader.build != build:
                return Reader(build)
            reader.refresh()
            return reader
        except (OSError, ValueError, KeyError, TypeError, IndexDamaged) as error:
            reader = None
            if current_build() == build:  # else it was replaced while we looked
                report_damage(build, error)
                raise SearchUnavailable from error


def close_reader() -> None:
    """Forget what this process has open, so that the next request opens the current index."""
    with _process.lock:
        _process.reader = None


def report_damage(build: Build, error: Exception) -> None:
    """Tell the follower that this index can't be read, and let go of it."""
    logger.error("The search index can't be read: %s", error)
    close_reader()
    with contextlib.suppress(OSError):
        build.report_path.touch()


@contextmanager
def reading() -> Iterator[Snapshot]:
    """The newest snapshot, to read from. Raises `SearchUnavailable` if there is none, and if it turns out to be damaged
    while it is read, which the follower is told."""
    snapshot = open_reader()
    try:
        with engine_errors():
            yield snapshot
    except IndexDamaged as error:
        report_damage(snapshot.build, error)
        raise SearchUnavailable from error


def id_halves(searcher: Searcher, addresses: list[DocAddress]) -> tuple[list[int], list[int]]:
    """The ids of these documents as the index holds them."""
    high, low = (searcher.fast_field_values(name, addresses) for name in ("id_high", "id_low"))
    return [int(half or 0) for half in high], [int(half or 0) for half in low]


def ids_of(searcher: Searcher, addresses: list[DocAddress]) -> list[UUID]:
    return [joined(high, low) for high, low in zip(*id_halves(searcher, addresses), strict=True)]


def rows_of(searcher: Searcher, addresses: list[DocAddress]) -> BitMap:
    """The rows that these documents have among the bitmaps."""
    rows = searcher.fast_field_values("row", addresses)
    return BitMap([int(row) for row in rows if row is not None])


class Writer:
    """The one process that writes an index. Nothing is seen by readers before `commit`.

    The engine's own `with` statement is not used: it commits what was half written when its body raises.
    """

    def __init__(self, build: Build, *, is_new: bool = False) -> None:
        """Raises `WriterBusy` if another process writes it, `IndexDamaged` if it can't be opened."""
        self.build = build
        with engine_errors():
            # Never made where one should be: an empty index would look like an empty catalogue
            index = Index(SCHEMA, path=build.index_path) if is_new else Index.open(build.index_path)
            self._index = register(index)
            self._writer: IndexWriter | None = self._index.writer(heap_size=WRITER_MEMORY, num_threads=1)
            self._index.reload()
            self._searcher = self._index.searcher()
        self._uncommitted: dict[UUID, int] = {}  # rows of entries stored since the last commit
        self._committed: State | None = None
        self.rows = Rows()
        self.rows_state: State | None = None  # what the bitmaps of an index that was there already had come to
        if not is_new:
            try:
                self._load_rows()
            except BaseException:
                self.close()
                raise

    def put(self, entries: Iterable[Searchable], *, gone: Iterable[UUID] = ()) -> int:
        """Store these entries in place of what was there, and take out those gone. Returns how many were stored."""
        writer = self._open_writer()
        new = list(entries)
        old = [*gone, *(entry.id for entry in new)]
        with engine_errors():
            self.rows.remove(self._stored_rows(old))
            for dataset_id in old:
                writer.delete_documents_by_term("id", str(dataset_id))
        return self.add(new)

    def add(self, entries: Iterable[Searchable]) -> int:
        """Store entries that are known not to be there: in a new index."""
        writer = self._open_writer()
        stored = 0
        for entry in entries:
            row = self.rows.next
            try:
                prepared = prepare(entry)
                document = prepared.document(row)
            except (ValueError, TypeError, IndexError):
                # One entry that can't be indexed must not keep all others out
                logger.exception("Dataset %s can't be indexed and won't be found.", entry.id)
                continue
            with engine_errors():
                writer.add_document(document)
            self._uncommitted[entry.id] = self.rows.add(prepared.stems, prepared.values, prepared.fields, entry.tags)
            stored += 1
        return stored

    def commit(self, state: State) -> None:
        """Make it visible and safe on disk, then say how far it goes. A crash in between only repeats some work.

        The bitmaps are saved more rarely: who opens the index carries on from the state that was saved with them.
        """
        self.rows.note_removed(self.build.rows_path)
        with engine_errors():
            self._open_writer().commit()
            self._index.reload()
            self._searcher = self._index.searcher()
        self._uncommitted.clear()
        self.build.write_state(state)
        self._committed = state
        is_first = not self.build.rows_path.exists()
        if self.rows.is_due or is_first:
            self.rows.save(self.build.rows_path, state, meanwhile=not is_first)

    def save_rows(self, state: State | None = None, *, at_once: bool = False) -> None:
        """Save the bitmaps if it is time to, or at once. `state` is what they have come to: that of the last commit."""
        state = state or self._committed
        if state and (at_once or self.rows.is_due) and not self._uncommitted:
            self.rows.save(self.build.rows_path, state, meanwhile=not at_once)

    def searcher(self) -> Searcher:
        """What the last commit left, to be read."""
        return self._searcher

    def document_count(self) -> int:
        """How many documents the last commit left."""
        with engine_errors():
            self._index.reload()
            return int(self._index.searcher().num_docs)

    def _load_rows(self) -> None:
        try:
            self.rows, self.rows_state = load(self.build.rows_path)
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise IndexDamaged(f"its bitmaps can't be read: {error}") from error
        with engine_errors():
            highest = self._searcher.aggregate(Query.all_query(), {"row": {"max": {"field": "row"}}})["row"]["value"]
        # Entries stored after the last saving have rows that nobody else may get
        self.rows.next = max(self.rows.next, int(highest) + 1 if highest is not None else 0)

    def _stored_rows(self, ids: list[UUID]) -> set[int]:
        """Rows of what is stored of these entries now."""
        if not ids:
            return set()
        rows = {self._uncommitted[dataset_id] for dataset_id in ids if dataset_id in self._uncommitted}
        query = Query.term_set_query(SCHEMA, "id", [str(dataset_id) for dataset_id in ids])
        found = self._searcher.search(Query.const_score_query(query, 0.0), 2 * len(ids), count=False).hits
        return rows | set(rows_of(self._searcher, [address for _, address in found]))

    def close(self, *, wait: bool = False) -> None:
        """Let go of the lock. What wasn't committed is dropped. `wait`: let merges that run come to their end."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        with contextlib.suppress(OSError):
            self.rows.end_saving(self.build.rows_path, wait=True)  # while nobody else may write there
        with contextlib.suppress(IndexDamaged), engine_errors():
            if wait:
                writer.wait_merging_threads()
            else:
                writer.rollback()
        del writer

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            raise IndexDamaged("its writer is closed")
        return self._writer
