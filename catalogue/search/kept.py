"""Counts that were made already: each is a whole pass over what matches, and the next page asks for it again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from catalogue.search.facets import Counts

#: Numbers kept in all, of about 100 bytes each: counts of a common word may hold one for each of 2,000 publishers.
_MOST: Final = 200_000

#: Counts of so many entries that took so long (seconds) may be used until so many seconds after they were made.
_BROAD: Final = 20_000
_SLOW: Final = 0.02
_BROAD_AGE: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Kept:
    counts: Counts
    generation: Hashable
    made_at: float
    is_broad: bool

    @property
    def size(self) -> int:
        return 1 + sum(len(values) for values in self.counts.values.values())


class KeptCounts:
    """The latest counts, for as long as the index says the same. Those of very broad queries may be a minute old: they
    cost most, and one entry more or less is nothing to them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, generation: Hashable, make: Callable[[], Counts]) -> Counts:
        now = time.monotonic()
        with self._lock:
            kept = self._kept.get(key)
            if kept and (kept.generation == generation or (kept.is_broad and now - kept.made_at < _BROAD_AGE)):
                self._kept.move_to_end(key)
                return kept.counts
        counts = make()
        took = time.monotonic() - now
        with self._lock:
            is_broad = counts.total >= _BROAD and took >= _SLOW
            self._put(key, _Kept(counts, generation, now, is_broad))
        return counts

    def _put(self, key: Hashable, kept: _Kept) -> None:
        old = self._kept.pop(key, None)
        self._kept[key] = kept
        self._size += kept.size - (old.size if old else 0)
        while self._size > _MOST:
            self._size -= self._kept.popitem(last=False)[1].size
