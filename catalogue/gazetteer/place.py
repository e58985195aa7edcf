"""A place, and the table of all of them, read once from `data/places.tsv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from catalogue.places import Box


class PlaceKind(StrEnum):
    """What a place is, from the widest on; its value is what a reader is told."""

    UNION = "part of the United Kingdom"
    COUNTRY = "country"
    REGION = "region"
    COUNTY = "county"
    AUTHORITY = "local authority"
    POSTCODE_AREA = "postcode area"


class BoxSource(StrEnum):
    """Where a place's box comes from. `data/README.md` tells how."""

    NONE = ""
    OUTLINE = "outline"  # the extent of a published outline
    LEARNT = "learnt"  # from the boxes that publishers gave their own datasets
    PARTS = "parts"  # the union of its parts' boxes
    TOWN = "town"  # a postcode area: the box of the authority that its post town is in


#: Kinds from the one that a bare name means first. "Durham" is the county before it is the postcode area.
PRECEDENCE: Final = (
    PlaceKind.COUNTRY,
    PlaceKind.UNION,
    PlaceKind.REGION,
    PlaceKind.AUTHORITY,
    PlaceKind.COUNTY,
    PlaceKind.POSTCODE_AREA,
)


@dataclass(frozen=True, slots=True)
class Place:
    """`code`: the ONS (GSS) code; a postcode area's is its letters after `PC-`.

    `names`: other names it goes by, former and Welsh or Gaelic ones among them. `parent`: code of the place around it.
    `ended`: the year in which it was abolished, or None. `box`: None where no source gives one.
    """

    code: str
    kind: PlaceKind
    name: str
    name_cy: str
    names: tuple[str, ...]
    parent: str
    ended: int | None
    box: Box | None
    box_source: BoxSource

    @property
    def is_current(self) -> bool:
        return self.ended is None


@lru_cache(maxsize=1)
def all_places() -> Mapping[str, Place]:
    """Every place by its code, in the order of the file: widest kinds first."""
    text = files("catalogue.gazetteer").joinpath("data/places.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return MappingProxyType({row["code"]: _place(row) for row in rows})


def _place(row: Mapping[str, str]) -> Place:
    sides = [float(row[side]) for side in ("west", "south", "east", "north") if row[side]]
    return Place(
        code=row["code"],
        kind=PlaceKind[row["kind"]],
        name=row["name"],
        name_cy=row["name_cy"],
        names=tuple(filter(None, row["names"].split("|"))),
        parent=row["parent"],
        ended=int(row["ended"]) if row["ended"] else None,
        box=Box(*sides) if sides else None,
        box_source=BoxSource(row["box_source"]),
    )


def place(code: str) -> Place | None:
    """The place with this code, in any case; None for an unknown one."""
    return all_places().get(code.strip().upper())


@lru_cache(maxsize=2_048)
def lineage(code: str) -> tuple[str, ...]:
    """A place's code and those of every place around it, the widest first: what an entry about it is filed under."""
    chain: list[str] = []
    found = all_places().get(code)
    while found and found.code not in chain:
        chain.append(found.code)
        found = all_places().get(found.parent)
    return tuple(reversed(chain))


@lru_cache(maxsize=2_048)
def countries(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the country that a place is in, and of the others. Neither for one that no single country holds."""
    around = set(lineage(code))
    own = [each.code for each in all_places().values() if each.kind is PlaceKind.COUNTRY and each.code in around]
    others = [each.code for each in all_places().values() if each.kind is PlaceKind.COUNTRY and each.code not in around]
    return (tuple(own), tuple(others)) if own else ((), ())


@lru_cache(maxsize=1)
def parts() -> Mapping[str, tuple[str, ...]]:
    """Codes of the places right inside each place, those that still exist before those that don't, then by name."""
    inside: dict[str, list[Place]] = {}
    for each in all_places().values():
        inside.setdefault(each.parent, []).append(each)
    return {
        code: tuple(child.code for child in sorted(children, key=lambda child: (not child.is_current, child.name)))
        for code, children in inside.items()
    }
