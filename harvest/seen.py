"""What a walk has come by already, kept small: a source may have millions of records."""

from array import array
from collections.abc import Hashable, Iterable
from typing import Final

#: Bits of a digest that are told apart, as `hash` gives them.
_ALL_BITS: Final = (1 << 64) - 1

#: Slots to begin with: a power of two, so that a digest's last bits name its slot.
_FIRST_SLOTS: Final = 1 << 10


class Seen:
    """A set that only grows and only tells what is in it, in 16 to 32 bytes a member rather than some 75.

    Of each member the 64 bits of its `hash` are kept: among a million texts, one in some thirty million walks takes a
    new one for one it has seen. So members are texts, or tuples of them: numbers have hashes that meet.
    """

    def __init__(self, members: Iterable[Hashable] = ()) -> None:
        self._slots = array("Q", bytes(8 * _FIRST_SLOTS))
        self._count = 0
        self.update(members)

    def __contains__(self, member: Hashable) -> bool:
        digest = _digest(member)
        return self._slots[self._slot_of(digest)] == digest

    def __len__(self) -> int:
        return self._count

    def add(self, member: Hashable) -> bool:
        """Remember it; tells whether it is new."""
        digest = _digest(member)
        slot = self._slot_of(digest)
        if self._slots[slot] == digest:
            return False
        self._slots[slot] = digest
        self._count += 1
        if self._count * 2 > len(self._slots):
            self._double()
        return True

    def update(self, members: Iterable[Hashable]) -> None:
        for member in members:
            self.add(member)

    def _slot_of(self, digest: int) -> int:
        """Where it stands, else the free slot where it would: half of them are free, so that one is near."""
        slots, last = self._slots, len(self._slots) - 1
        slot = digest & last
        while slots[slot] not in (0, digest):
            slot = (slot + 1) & last
        return slot

    def _double(self) -> None:
        held, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for digest in held:
            if digest:
                self._slots[self._slot_of(digest)] = digest


def _digest(member: Hashable) -> int:
    """Never 0, which is a free slot."""
    return hash(member) & _ALL_BITS or 1
