"""Reading an index: one snapshot a request."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from pyroaring import BitMap
from tantivy import DocAddress, Index, Query, Searcher

from catalogue.search.document import joined
from catalogue.search.location import Build, State, current_build
from catalogue.search.schema import register
from catalogue.search.tally import Bitmaps

logger = logging.getLogger(__name__)

#: How often a reading process looks whether there is something new, in seconds.
_LOOK_EVERY: Final = 0.2


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


def number_of(searcher: Searcher, query: Query) -> int:
    """How many documents fulfil it."""
    return int(searcher.search(query, 1, count=True).count)  # type: ignore[attr-defined]  # missing in the engine's own stubs


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
