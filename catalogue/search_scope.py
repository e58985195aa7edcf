"""Where and when a search looks: an area, the period covered, the day of update; as values and as in an address. Pure.

In an address: `area=` (a place's name, code or postcode), `bbox=west,south,east,north`, `covers_from=`, `covers_to=`,
`updated_from=`, `updated_to=`. A day may be a year or a month as well, written in any way that `catalogue.dates` reads:
"2019" as a beginning is its first day, as an end its last.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.dates import parse_date
from catalogue.gazetteer.lookup import find
from catalogue.gazetteer.place import Place
from catalogue.places import Box, box_from

#: Names in an address, and whether each is the end of its span.
DAYS = {"covers_from": False, "covers_to": True, "updated_from": False, "updated_to": True}
SCOPE_PARAMETERS = ("area", "bbox", *DAYS)
#: Longer values of an address are not read.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when. None leaves that side open.

    An entry passes if its box meets `area`, if it is filed under `place` or its box meets the place's, if its period
    meets that from `covers_from` to `covers_to`, and if it was last updated from `updated_from` to `updated_to`, those
    days included. One without a box or a period meets none.
    """

    area: Box | None = None
    covers_from: datetime.date | None = None
    covers_to: datetime.date | None = None
    updated_from: datetime.date | None = None
    updated_to: datetime.date | None = None
    place: Place | None = None

    @property
    def ground(self) -> Box | None:
        """The box that results are ranked by: the nearer to it an entry's own is, the higher it stands."""
        return self.area or (self.place.box if self.place else None)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Scope":
        """From an address. What can't be meant is dropped; `problems` says what that is."""
        days = {name: _read_day(query, name) for name in DAYS}
        return cls(area=_read_box(query), place=next(iter(find(query.get("area", ""))), None), **days)

    def pairs(self) -> list[tuple[str, str]]:
        """As in an address."""
        pairs = [("area", self.place.code)] if self.place else []
        pairs += [("bbox", self.area.as_text())] if self.area else []
        return pairs + [(name, day.isoformat()) for name in DAYS if (day := getattr(self, name))]


#: No limit at all.
EVERYWHERE = Scope()


def problems(query: Mapping[str, str]) -> dict[str, str]:
    """What in an address can't be meant, with a sentence that says how it is written."""
    found = {}
    if query.get("area", "").strip() and not find(query["area"]):
        found["area"] = "No place has this name. Give a country, region, county, council area, postcode or ONS code."
    if query.get("bbox", "").strip() and _read_box(query) is None:
        found["bbox"] = "Give west, south, east and north in degrees, with commas between: -1.8,53.7,-1.3,53.9."
    for name in DAYS:
        if query.get(name, "").strip() and _read_day(query, name) is None:
            found[name] = "Give a day, month or year: 31/3/2019, March 2019 or 2019."
    return found


def _read_box(query: Mapping[str, str]) -> Box | None:
    text = query.get("bbox", "").strip()
    return box_from(text) if 0 < len(text) <= _LONGEST else None


def _read_day(query: Mapping[str, str], name: str) -> datetime.date | None:
    found = parse_date(query.get(name, "").strip())
    if found is None:
        return None
    return found.end if DAYS[name] else found.start
