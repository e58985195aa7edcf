"""The order of a walk by relevance, kept while it goes on.

The engine can't begin at a score, and every commit changes scores a little. So the order that a walk began with is kept
in Redis, for all web processes of all nodes: ids and scores, 20 bytes an entry, piece by piece as the walk comes to
them. A page costs the same at any depth, but for the one in a few hundred that fetches the next piece.

What is promised: an entry that matches all the while is met exactly once, whatever changes in the index meanwhile. One
that no longer matches is left out; one that comes to match may be met, or not. A walk may rest for an hour. One that
rested longer goes on at the same count of results, in the order of then; so does every walk while Redis is away.
"""

import hashlib
import math
import secrets
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.core.cache import caches

from catalogue.search.document import joined
from catalogue.search.index import id_halves
from catalogue.search.ranking import BLOCK, Ranked, Ranking
from catalogue.search.walk import PageStart, mark, marked

_REST: Final = 3600

#: Where pieces end. Who reads two pages has little kept; then each piece is one pass over what matches.
_FIRST_ENDS: Final = (BLOCK, 10 * BLOCK)
_PIECE: Final = 50 * BLOCK

#: Walks that may begin in a minute, over all nodes: of more, no order is kept, so that Redis can't be filled.
_MOST_BEGUN: Final = 1_000

_ENTRY: Final = np.dtype([("high", "<i8"), ("low", "<i8"), ("score", "<f4")])

Entries = np.ndarray[tuple[int], np.dtype[np.void]]


class OrdersAway(Exception):
    """No order can be kept or read now."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Entries of a walk, in order: a piece of it by words alone, or a block by whole scores.

    `generation` and `reached`: how many results of which state of the index a piece has looked at.
    """

    body: bytes
    is_last: bool
    generation: Hashable = None
    reached: int = 0

    @property
    def entries(self) -> Entries:
        return np.frombuffer(self.body, _ENTRY)


@dataclass(frozen=True)
class KeptOrder:
    """The walks through one question's results. `question` tells it from others: a cursor of another finds nothing."""

    ranking: Ranking
    generation: Hashable
    question: Hashable

    def page(self, begun: PageStart, size: int) -> tuple[Ranked, PageStart | None]:
        """The page that begins there, and where the next does. Raises `OrdersAway`."""
        if begun.passed >= self.ranking.searcher.num_docs:
            return [], None
        order, first, seen = self._resumed(begun) or self._begin(begun)
        chosen: list[tuple[float, UUID]] = []
        is_last = False
        for number in range(first // BLOCK, math.ceil((first + size) / BLOCK)):
            block = self._block(order, number)
            start = number * BLOCK
            chosen += _read(block.entries[max(first - start, 0) : first + size - start])
            is_last = block.is_last and first + size >= start + len(block.entries)
            if block.is_last:
                break
        chosen = [(score, own) for score, own in chosen if mark(own) not in seen]
        places = self.ranking.still_found([own for _, own in chosen])
        ranked = [(score, places[own]) for score, own in chosen if own in places]
        every_word = self.ranking.matching == "all"
        return ranked, None if is_last else PageStart(first + size, every_word=every_word, order=order)

    def _resumed(self, begun: PageStart) -> tuple[str, int, frozenset[bytes]] | None:
        """Name of the order, where the page begins in it, and marks of what the walk showed before there was one."""
        if not begun.order:
            return None
        seen = _asked(lambda: caches["shared"].get(self._key(begun.order, "seen")))
        if seen is None:
            return None
        self._touch(begun.order, "seen")
        return begun.order, begun.passed, marked(seen)

    def _begin(self, begun: PageStart) -> tuple[str, int, frozenset[bytes]]:
        """Keep the order of now. What the first page showed is put first in it, and passed."""
        self._count_begun()
        order, seen = secrets.token_hex(8), marked(begun.seen)
        first = begun.passed
        block = self._fresh_block(order, 0)
        if len(seen) == first <= BLOCK:
            is_seen = np.array([mark(own) in seen for _, own in _read(block.entries)], dtype=bool)
            entries = np.concatenate([block.entries[is_seen], block.entries[~is_seen]])
            block = _Kept(entries.tobytes(), block.is_last)
            first = int(is_seen.sum())
        self._keep(order, "block0", block)
        _asked(lambda: caches["shared"].set(self._key(order, "seen"), begun.seen, _REST))
        return order, first, seen

    def _count_begun(self) -> None:
        key = f"search-walks:{int(time.time()) // 60}"
        _asked(lambda: caches["shared"].add(key, 0, timeout=120))
        if _asked(lambda: caches["shared"].incr(key)) > _MOST_BEGUN:
            raise OrdersAway

    def _block(self, order: str, number: int) -> _Kept:
        """Entries by their whole score, best first."""
        return self._kept(order, f"block{number}") or self._keep(
            order, f"block{number}", self._fresh_block(order, number)
        )

    def _fresh_block(self, order: str, number: int) -> _Kept:
        piece_number = next(each for each in range(number + 1) if number * BLOCK < _bounds(each)[1])
        for each in range(piece_number):
            self._touch(order, f"piece{each}")
        piece = self._piece(order, piece_number)
        start = number * BLOCK - _bounds(piece_number)[0]
        held = _read(piece.entries[start : start + BLOCK])
        places = self.ranking.still_found([own for _, own in held])
        found = self.ranking.in_full(
            [(score, places[own]) for score, own in held if own in places], are_best=number == 0
        )
        is_last = piece.is_last and start + BLOCK >= len(piece.entries)
        return _Kept(self._entries(found).tobytes(), is_last)

    def _piece(self, order: str, number: int) -> _Kept:
        """Entries by their words alone, best first."""
        kept = self._kept(order, f"piece{number}")
        if kept is None:
            before = self._kept(order, f"piece{number - 1}") if number else None
            kept = self._keep(order, f"piece{number}", self._next_piece(order, number, before))
        return kept

    def _next_piece(self, order: str, number: int, before: _Kept | None) -> _Kept:
        start, end = _bounds(number)
        if start >= self.ranking.searcher.num_docs or (before and before.is_last):
            return _Kept(b"", is_last=True)
        size = end - start
        if before and before.generation != self.generation:
            # What has changed may have moved anything: all that was not yet met, as it stands now
            found = self.ranking.by_words(0, end)
            entries = self._entries(found)
            fresh = np.flatnonzero(~np.isin(_told(entries), self._met(order, number)))[:size]
            is_last = len(found) < end and len(fresh) < size
            reached = int(fresh[-1]) + 1 if len(fresh) else len(found)
            return _Kept(entries[fresh].tobytes(), is_last, self.generation, reached)
        first = before.reached if before else start
        found = self.ranking.by_words(first, size)
        return _Kept(self._entries(found).tobytes(), len(found) < size, self.generation, first + len(found))

    def _met(self, order: str, number: int) -> np.ndarray:
        """Numbers that stand for the entries of all pieces before this one."""
        pieces = [self._kept(order, f"piece{each}") for each in range(number)]
        return np.concatenate([_told(piece.entries) for piece in pieces if piece])

    def _entries(self, found: Ranked) -> Entries:
        entries = np.empty(len(found), _ENTRY)
        entries["high"], entries["low"] = id_halves(self.ranking.searcher, [address for _, address in found])
        entries["score"] = [score for score, _ in found]
        return entries

    @cached_property
    def _digest(self) -> str:
        return hashlib.blake2b(repr(self.question).encode(), digest_size=12).hexdigest()

    def _key(self, order: str, part: str) -> str:
        return f"search-walk:{order}:{self._digest}:{part}"

    def _kept(self, order: str, part: str) -> _Kept | None:
        found: _Kept | None = _asked(lambda: caches["shared"].get(self._key(order, part)))
        return found

    def _touch(self, order: str, part: str) -> None:
        _asked(lambda: caches["shared"].touch(self._key(order, part), _REST))

    def _keep(self, order: str, part: str, kept: _Kept) -> _Kept:
        """Returns what is kept: should another process have been first, that is its."""
        key = self._key(order, part)
        if _asked(lambda: caches["shared"].add(key, kept, _REST)):
            return kept
        return self._kept(order, part) or kept


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # whatever Redis's client raises
        raise OrdersAway from error


def _bounds(number: int) -> tuple[int, int]:
    """Places in the order at which a piece begins and ends."""
    ends = (0, *_FIRST_ENDS)
    if number < len(_FIRST_ENDS):
        return ends[number], ends[number + 1]
    later = number - len(_FIRST_ENDS)
    return max(later * _PIECE, ends[-1]), (later + 1) * _PIECE


def _told(entries: Entries) -> np.ndarray:
    """A number for each entry: one in 10^13 stands for two of a million."""
    with np.errstate(over="ignore"):
        return entries["high"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + entries["low"].astype(np.uint64)


def _read(entries: Entries) -> Sequence[tuple[float, UUID]]:
    return [(float(score), joined(int(high), int(low))) for high, low, score in entries.tolist()]
