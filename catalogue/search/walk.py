"""Walking through results page by page: where the next page begins, as an opaque text for programs to hand back. Pure.

By date a walk goes to the last entry, and costs the same however deep: it begins at the last entry's time of update
rather than counting from the front, so nothing that comes or goes meanwhile shifts it. By rank it is a number of
results: scores can't be begun at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_written = re.compile(r"r(\d{1,19})\.(\d{1,5})|b(\d{1,5})", re.ASCII)

#: The engine's numbers end here.
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PageStart:
    """`recency` and how many entries of just that recency were passed; or, by rank, how many entries were passed."""

    passed: int
    recency: int | None = None

    def written(self) -> str:
        return f"b{self.passed}" if self.recency is None else f"r{self.recency}.{self.passed}"

    @classmethod
    def read(cls, text: str) -> "PageStart | None":
        """None for anything that `written` didn't make."""
        found = _written.fullmatch(text)
        if found is None:
            return None
        return cls(int(found[3])) if found[3] else cls(int(found[2]), min(int(found[1]), _LATEST))


def after(recencies: Sequence[int], begun: PageStart | None) -> PageStart:
    """Where the page after these entries begins. `begun` is where theirs did."""
    last = recencies[-1]
    passed = sum(recency == last for recency in recencies)
    if begun and begun.recency == last:
        passed += begun.passed
    return PageStart(passed, last)
