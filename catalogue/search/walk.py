"""Walking through results page by page: where the next page begins, as an opaque text for programs to hand back. Pure.

By date a page begins at the last entry's time of update rather than counting from the front, and by title after the
last one, so nothing that comes or goes meanwhile shifts it. By relevance the second page has the order kept
(`kept_order`), and the cursor names it. The first page keeps nothing: its cursor carries marks of what it showed, which
the kept order begins with.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_by_date = re.compile(r"r(\d{1,19})\.(\d{1,9})", re.ASCII)
_in_kept_order = re.compile(r"w([ey])([0-9a-f]{16})\.(\d{1,9})", re.ASCII)
_by_title = re.compile(r"t([A-Za-z0-9_-]{4,1200}={0,2})", re.ASCII)
_by_marks = re.compile(r"s([ey])(\d{1,9})\.([A-Za-z0-9_-]{0,800})", re.ASCII)

#: The engine's numbers end here.
_LATEST: Final = 2**63 - 1

#: Bytes of a mark: of a million entries, one in a million is taken for one of a hundred marked.
MARK: Final = 6
_WRITTEN_MARK: Final = 8

_LETTERS: Final = {True: "e", False: "y"}


@dataclass(frozen=True, slots=True)
class PageStart:
    """By date: `recency`, and how many entries of just that recency were passed. By title: the last one's order.

    By relevance: how many entries were passed, whether entries must have every word (decided once for a whole walk),
    and the name of the kept order, or, before there is one, marks of what the page before showed.
    """

    passed: int
    recency: int | None = None
    every_word: bool = False
    order: str = ""
    seen: bytes = b""
    title: str = ""

    @property
    def is_by_rank(self) -> bool:
        return self.recency is None and not self.title

    def written(self) -> str:
        if self.recency is not None:
            return f"r{self.recency}.{self.passed}"
        if self.title:
            return f"t{base64.urlsafe_b64encode(self.title.encode()).decode()}"
        letter = _LETTERS[self.every_word]
        if self.order:
            return f"w{letter}{self.order}.{self.passed}"
        return f"s{letter}{self.passed}.{base64.urlsafe_b64encode(self.seen).decode()}"

    @classmethod
    def read(cls, text: str) -> "PageStart | None":
        """None for anything that `written` didn't make."""
        if found := _by_date.fullmatch(text):
            return cls(int(found[2]), min(int(found[1]), _LATEST))
        if found := _by_title.fullmatch(text):
            try:
                return cls(0, title=base64.urlsafe_b64decode(found[1]).decode())
            except ValueError:
                return None
        if found := _in_kept_order.fullmatch(text):
            return cls(int(found[3]), every_word=found[1] == "e", order=found[2])
        if (found := _by_marks.fullmatch(text)) and len(found[3]) % _WRITTEN_MARK == 0:
            return cls(int(found[2]), every_word=found[1] == "e", seen=base64.urlsafe_b64decode(found[3]))
        return None


def after(recencies: Sequence[int], begun: PageStart | None) -> PageStart:
    """Where the page after these entries begins. `begun` is where theirs did."""
    last = recencies[-1]
    passed = sum(recency == last for recency in recencies)
    if begun and begun.recency == last:
        passed += begun.passed
    return PageStart(passed, last)


def marks(ids: Iterable[UUID]) -> bytes:
    """These entries, told in a few bytes each."""
    return b"".join(mark(dataset_id) for dataset_id in ids)


def mark(dataset_id: UUID) -> bytes:
    return hashlib.blake2b(dataset_id.bytes, digest_size=MARK).digest()


def marked(seen: bytes) -> frozenset[bytes]:
    return frozenset(seen[place : place + MARK] for place in range(0, len(seen), MARK))
