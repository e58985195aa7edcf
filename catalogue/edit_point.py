"""What somebody had before them when they began to edit an entry. Pure."""

import re
from typing import Final, NamedTuple, Self


class EditPoint(NamedTuple):
    """A version of the entry and, for those whose changes wait for approval, the edition of the change that waits."""

    version: int
    edition: int = 0

    def __str__(self) -> str:
        """`7`, or `7-e31`: as forms and ETags carry it."""
        return f"{self.version}-e{self.edition}" if self.edition else str(self.version)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The opposite of `str`; None for what is none."""
        found = re.fullmatch(r"(\d{1,9})(?:-e(\d{1,18}))?", text, re.ASCII)
        return cls(int(found[1]), int(found[2] or 0)) if found else None


#: Before anything was read: no entry stands there.
NOWHERE: Final = EditPoint(0)
