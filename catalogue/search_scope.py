"""Where and when a search looks: an area, the period covered, the day of update; as values and as in an address. Pure.

In an address: `bbox=west,south,east,north`, `covers_from=`, `covers_to=`, `updated_from=`, `updated_to=`. A day may be
a year or a month as well: "2019" as a beginning is its first day, as an end its last.
"""

import datetime
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.places import Box, box_from

#: Names in an address, and whether each is the end of its span.
DAYS = {"covers_from": False, "covers_to": True, "updated_from": False, "updated_to": True}
SCOPE_PARAMETERS = ("bbox", *DAYS)

_day = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when. None leaves that side open.

    An entry passes if its box meets `area`, its period meets that from `covers_from` to `covers_to`, and it was last
    updated from `updated_from` to `updated_to`, those days included. One without a box or a period meets none.
    """

    area: Box | None = None
    covers_from: datetime.date | None = None
    covers_to: datetime.date | None = None
    updated_from: datetime.date | None = None
    updated_to: datetime.date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Scope":
        """From an address. What can't be meant is dropped; `problems` says what that is."""
        area = query.get("bbox", "")
        return cls(box_from(area) if area else None, **{name: _read_day(query, name) for name in DAYS})

    def pairs(self) -> list[tuple[str, str]]:
        """As in an address."""
        pairs = [("bbox", self.area.as_text())] if self.area else []
        return pairs + [(name, day.isoformat()) for name in DAYS if (day := getattr(self, name))]


#: No limit at all.
EVERYWHERE = Scope()


def problems(query: Mapping[str, str]) -> dict[str, str]:
    """What in an address can't be meant, with a sentence that says how it is written."""
    found = {}
    if query.get("bbox") and Scope.read(query).area is None:
        found["bbox"] = "Give west, south, east and north in degrees, with commas between: -1.8,53.7,-1.3,53.9."
    for name in DAYS:
        if query.get(name) and _read_day(query, name) is None:
            found[name] = "Give a day, month or year: 2019-03-31, 2019-03 or 2019."
    return found


def _read_day(query: Mapping[str, str], name: str) -> datetime.date | None:
    found = _day.fullmatch(query.get(name, "").strip()[:20])
    if found is None:
        return None
    is_end = DAYS[name]
    try:
        year = int(found[1])
        month = int(found[2] or (12 if is_end else 1))
        return datetime.date(year, month, int(found[3] or (monthrange(year, month)[1] if is_end else 1)))
    except ValueError:
        return None
