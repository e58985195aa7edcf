"""Which entries have each common word and each facet value, as bitmaps: what broad questions are counted by.

Counting a facet in the engine costs some nanoseconds for every entry that matches, and a common word matches hundreds
of thousands. Here every entry has a row number, every common word and every value a compressed (Roaring) bitmap of
rows, and the overlap of two is counted in microseconds.

Rows are only ever added: an entry that changes gets a new one and loses the old. One process keeps this beside the
index that it writes, and saves it now and then; readers map the file into memory (`tally.Bitmaps`).
"""

import mmap
import os
import struct
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import orjson
from pyroaring import BitMap

from catalogue.search.boxes import Boxes
from catalogue.search.columns import TAGS_AS_WRITTEN, Columns
from catalogue.search.location import State, write_whole
from catalogue.search.numbers import Digits, add_all, of_all

#: Words are weighed once so many entries are known: ids, and so the order of building, are random.
_SAMPLE: Final = 20_000

#: A word in fewer of them than this is not common: the engine is quick with it.
_COMMON: Final = 0.001

#: Of facets with very many values, those of fewer entries than this share are left out of the file.
_RARE: Final = 0.0002
_MANY: Final = 4_000

#: Seconds between two savings while entries change, at most, and how many times as long as a saving takes.
_SAVE_EVERY: Final = 45.0
_SAVE_SHARE: Final = 50

#: From so many rows on saving is left to a thread while commits go on: of a million the disk may take seconds.
_LARGE: Final = 100_000

MAGIC: Final = b"domesday rows 5\n"


class Rows:
    """The bitmaps as the writing process keeps them, and how far they have come."""

    def __init__(self) -> None:
        self.next = 0
        self.alive = BitMap()
        self.words: dict[str, BitMap] = {}
        self.are_words_settled = False
        self.values: dict[str, dict[str, BitMap]] = {}
        self.numbers: dict[str, Digits] = {}
        self.columns = Columns()
        self.tags = Columns(TAGS_AS_WRITTEN)
        self.boxes = Boxes()
        #: Facets whose rare values were not saved: (rows of the commonest left out, at most; `next` at that time)
        self.frozen: dict[str, tuple[int, int]] = {}
        self._removed: list[int] = []
        self._saving: Future[float] | None = None
        self._since: list[int] = []  # rows that were noted as removed since that saving began
        self._saved_at = 0.0
        self._began_at = 0.0
        self._saving_took = 0.0
        self._is_changed = False

    def add(
        self,
        stems: Iterable[str],
        values: Mapping[str, Iterable[str]],
        numbers: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
    ) -> int:
        """A row for an entry with these words, these values of each facet and, among `numbers`, those compared. `tags`
        are those written in it."""
        row = self.next
        self.next += 1
        self._is_changed = True
        self.alive.add(row)
        if self.are_words_settled:
            for stem in self.words.keys() & stems:
                self.words[stem].add(row)
        else:
            for stem in stems:
                self.words.setdefault(stem, BitMap()).add(row)
            if self.next == _SAMPLE:
                self._settle_words()
        for facet, held in values.items():
            bitmaps = self.values.setdefault(facet, {})
            for value in held:
                if value in bitmaps:
                    bitmaps[value].add(row)
                elif facet not in self.frozen:
                    bitmaps[value] = BitMap([row])
        add_all(self.numbers, row, numbers or {})
        self.boxes.skip_to(row)
        self.boxes.add(numbers or {})
        for columns, held in ((self.columns, values), (self.tags, dict.fromkeys(TAGS_AS_WRITTEN, tuple(tags)))):
            columns.skip_to(row)
            columns.add(held)
        return row

    def remove(self, rows: Iterable[int]) -> None:
        for row in rows:
            self.alive.discard(row)
            self._removed.append(row)
            self._is_changed = True

    def note_removed(self, path: Path) -> None:
        """Write down which rows were removed since the last saving: before the documents that had them are gone.

        Who carries on from an older saving does again what was added, and could not know what was taken away.
        """
        self.end_saving(path)
        if self._removed:
            with open(_noted(path), "a") as file:
                file.write(_lines(self._removed))
                file.flush()
                os.fsync(file.fileno())
            if self._saving:
                self._since += self._removed
            self._removed.clear()

    def _settle_words(self) -> None:
        """From now on only these words are kept: the others' bitmaps would never be whole again."""
        self.words = {stem: rows for stem, rows in self.words.items() if len(rows) >= _COMMON * self.next}
        self.are_words_settled = True

    @property
    def is_due(self) -> bool:
        """Whether it is time to save."""
        wait = min(_SAVE_EVERY, _SAVE_SHARE * self._saving_took)
        return self._is_changed and not self._saving and time.monotonic() - self._saved_at >= wait

    def save(self, path: Path, state: State, *, meanwhile: bool = False) -> None:
        """Write everything, as of `state`. A crash leaves the old file or the new.

        `meanwhile`: where that takes long a thread does it, and `end_saving` says whether it went well.
        """
        self.end_saving(path, wait=True)
        self._began_at = time.monotonic()
        pieces = self._pieces(state)
        self._is_changed = False
        self._since.clear()
        writer = ThreadPoolExecutor(1, "rows")
        self._saving = writer.submit(_written, path, pieces)
        writer.shutdown(wait=False)
        if not meanwhile or self.next < _LARGE:
            self.end_saving(path, wait=True)

    def end_saving(self, path: Path, *, wait: bool = False) -> None:
        """Take note that a saving came to its end, if it did. Raises `OSError` if it failed."""
        saving = self._saving
        if saving is None or not (wait or saving.done()):
            return
        self._saving = None
        try:
            self._saved_at = saving.result()
        except OSError:
            self._is_changed = True
            raise
        self._saving_took = self._saved_at - self._began_at
        if self._since:
            write_whole(_noted(path), _lines(self._since).encode())
        else:
            _noted(path).unlink(missing_ok=True)

    def _pieces(self, state: State) -> list[bytes]:
        self.columns.skip_to(self.next)
        self.tags.skip_to(self.next)
        self.boxes.skip_to(self.next)
        bodies: list[bytes] = [*self.boxes.pieces(), *self.columns.pieces(), *self.tags.pieces()]
        beside = [len(piece) for piece in bodies]
        place = sum(beside)

        def put(rows: BitMap) -> tuple[int, int, int]:
            nonlocal place
            body = rows.serialize()
            bodies.append(body)
            place += len(body)
            return place - len(body), len(body), len(rows)

        facets = {}
        for facet, values in self.values.items():
            if facet in self.frozen:
                before, then = self.frozen[facet]
                least = before + self.next - then  # a value that was left out may have come with every row since
                floor = 0
            else:
                least = floor = int(_RARE * self.next) if len(values) > _MANY else 0
            kept = sorted(((len(rows), value) for value, rows in values.items() if len(rows) >= floor), reverse=True)
            facets[facet] = {"least": least, "values": [(value, *put(values[value])) for _, value in kept]}
        header = {
            "beside": beside,
            "state": state.to_json(),
            "next": self.next,
            "settled": self.are_words_settled,
            "alive": put(self.alive),
            "words": {stem: put(rows) for stem, rows in self.words.items()},
            "facets": facets,
            "numbers": {name: [put(rows) for rows in (held.held, *held.ones)] for name, held in self.numbers.items()},
        }
        head = orjson.dumps(header)
        head += b" " * (-(len(MAGIC) + 8 + len(head)) % 8)  # so that what comes first begins at a whole word
        return [MAGIC, struct.pack("<Q", len(head)), head, *bodies]


def _noted(path: Path) -> Path:
    return path.with_name(f"{path.name}.removed")


def _lines(rows: list[int]) -> str:
    return "".join(f"{row}\n" for row in rows)


def _written(path: Path, pieces: list[bytes]) -> float:
    """When it was."""
    write_whole(path, *pieces)  # not joined: that would hold up the other threads
    return time.monotonic()


class RowsFile:
    """A saved file, mapped into memory: a bitmap is read when it is asked for."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` if there is none, `ValueError`, `KeyError` or `struct.error` if it isn't one."""
        with open(path, "rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = len(MAGIC) + 8
        if self._map[: len(MAGIC)] != MAGIC:
            raise ValueError("not a file of rows")
        (length,) = struct.unpack("<Q", self._map[len(MAGIC) : start])
        self._body = start + length
        self.header: dict[str, Any] = orjson.loads(self._map[start : self._body])
        self.state = State.from_json(self.header["state"])

    def boxes(self) -> list[memoryview]:
        """As `Boxes.pieces` gave them."""
        return self._beside()[:3]

    def columns(self) -> list[memoryview]:
        """As `Columns.pieces` gave them."""
        return self._beside()[3:6]

    def tags(self) -> list[memoryview]:
        """The same of the tags as they are written."""
        return self._beside()[6:]

    def _beside(self) -> list[memoryview]:
        """What stands before the bitmaps."""
        start, views = self._body, []
        for length in self.header["beside"]:
            views.append(memoryview(self._map)[start : start + length])
            start += length
        return views

    def read(self, place: int, length: int) -> BitMap:
        start = self._body + place
        return BitMap.deserialize(self._map[start : start + length])


def load(path: Path) -> tuple[Rows, State]:
    """What was saved, whole, to be carried on. Raises as `RowsFile` does."""
    file = RowsFile(path)
    header = file.header
    rows = Rows()
    rows.next = int(header["next"])
    rows.are_words_settled = bool(header["settled"])
    rows.alive = file.read(*header["alive"][:2])
    rows.words = {stem: file.read(*place[:2]) for stem, place in header["words"].items()}
    for facet, held in header["facets"].items():
        rows.values[facet] = {value: file.read(place, length) for value, place, length, _ in held["values"]}
        if held["least"]:
            rows.frozen[facet] = held["least"], rows.next
    for name, places in header["numbers"].items():
        rows.numbers[name] = of_all([file.read(*place[:2]) for place in places])
    rows.columns = Columns.of(*map(bytes, file.columns()))
    rows.tags = Columns.of(*map(bytes, file.tags()), facets=TAGS_AS_WRITTEN)
    rows.boxes = Boxes.of(*(bytes(piece) for piece in file.boxes()))
    rows._saved_at = time.monotonic()
    if _noted(path).exists():
        # A line that a crash cut short is that of a document that is still there, and is removed again
        noted = _noted(path).read_text().split("\n")[:-1]
        rows.alive.difference_update(BitMap(int(row) for row in noted if row.isdigit()))
    return rows, file.state
