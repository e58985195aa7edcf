"""Reading and writing an index: one snapshot a request, one writer a node."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tantivy import Document, Index, IndexWriter, Searcher

from catalogue.search.document import Searchable, to_document
from catalogue.search.location import Build, State, current_build
from catalogue.search.schema import SCHEMA, register

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


class Reader:
    """One open index of this process, brought up to date when somebody asks."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self._stamp = _stamp(build)
        self.state = build.read_state()
        with engine_errors():
            self._index = register(Index.open(build.index_path))
            self._index.reload()

    def refresh(self) -> None:
        """Take up what was committed since. The state is written after each commit, so it is read before reloading."""
        stamp = _stamp(self.build)
        if stamp != self._stamp:
            self.state = self.build.read_state()
            with engine_errors():
                self._index.reload()
            self._stamp = stamp

    def snapshot(self) -> Snapshot:
        return Snapshot(self._index.searcher(), self.build, self.state, (self.build.name, *self._stamp))


def _stamp(build: Build) -> tuple[int, int]:
    """Differs after every commit: each writes a new file, even two within one tick of the file system's clock."""
    status = build.state_path.stat()
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


def _document(entry: Searchable) -> Document | None:
    """None for an entry that can't be indexed: one such must not keep all others out."""
    try:
        return to_document(entry)
    except (ValueError, TypeError, IndexError):
        logger.exception("Dataset %s can't be indexed and won't be found.", entry.id)
        return None


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

    def put(self, entries: Iterable[Searchable], *, gone: Iterable[UUID] = ()) -> int:
        """Store these entries in place of what was there, and take out those gone. Returns how many were stored."""
        writer = self._open_writer()
        stored = 0
        with engine_errors():
            for dataset_id in gone:
                writer.delete_documents_by_term("id", str(dataset_id))
            for entry in entries:
                writer.delete_documents_by_term("id", str(entry.id))
                if document := _document(entry):
                    writer.add_document(document)
                    stored += 1
        return stored

    def add(self, entries: Iterable[Searchable]) -> int:
        """Store entries that are known not to be there: in a new index."""
        writer = self._open_writer()
        stored = 0
        with engine_errors():
            for entry in entries:
                if document := _document(entry):
                    writer.add_document(document)
                    stored += 1
        return stored

    def commit(self, state: State) -> None:
        """Make it visible and safe on disk, then say how far it goes. A crash in between only repeats some work."""
        with engine_errors():
            self._open_writer().commit()
        self.build.write_state(state)

    def document_count(self) -> int:
        """How many documents the last commit left."""
        with engine_errors():
            self._index.reload()
            return int(self._index.searcher().num_docs)

    def close(self, *, wait: bool = False) -> None:
        """Let go of the lock. What wasn't committed is dropped. `wait`: let merges that run come to their end."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
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
