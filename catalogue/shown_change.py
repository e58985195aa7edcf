"""One value that a plan of many changes would change, in words. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What of an entry: a field by its label, or a column of a table; and what it says before and after."""

    what: str
    before: str
    after: str
