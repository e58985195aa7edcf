"""Which places an entry is about: from its coverage, else its title, its box, or the council that published it."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from catalogue.gazetteer.lookup import key_of, named
from catalogue.gazetteer.place import Place, PlaceKind, all_places, lineage
from catalogue.places import Box

#: Names that are words too: in a title they count only after a preposition or with "council", "borough" and the like.
_WORDS: Final = frozenset(
    {
        *("adur", "angus", "arun", "ashford", "barking", "barrow", "bath", "bedford", "boston", "britain"),
        *("bury", "cambridge", "conwy", "corby", "craven", "derby", "dover", "durham", "eastern", "eden"),
        *("gateshead", "hart", "highland", "hull", "lincoln", "medway", "moray", "newport", "oxford"),
        *("poole", "preston", "reading", "rugby", "sale", "stafford", "stroud", "swale", "wells"),
        *("windsor"),
    }
)
_STRONG_BEFORE: Final = frozenset({"in", "for", "within", "across", "of", "at", "around", "near"})
_STRONG_AFTER: Final = frozenset({"council", "borough", "district", "county", "city", "cc", "bc", "dc", "area"})
_MOST_WORDS: Final = 7
_MOST_TITLE: Final = 60
_MOST_PLACES: Final = 30
_SHORTEST: Final = 4
_capital = re.compile(r"[A-ZÀ-ÖØ-Þ]")

#: A box means a place if their overlap is at least this share of the ground that both cover.
_SAME_GROUND: Final = 0.6


def places_of(
    *, places: Iterable[str] = (), title: str = "", publisher: str = "", box: Box | None = None
) -> tuple[str, ...]:
    """Codes of the places that an entry is about, narrowest meaning kept, in the order found; () if nothing tells.

    What the entry says itself comes first: names, codes or code addresses of `places`. A place in the title is added
    where it lies inside one of those, or where there are none; then, only where nothing else tells, the box if it is a
    place's own, and the council that published it.
    """
    said = [each for text in list(places)[:_MOST_PLACES] for each in named(text)[:1]]
    codes = {each.code: None for each in said}
    inside = [each for each in in_title(title) if not codes or codes.keys() & set(lineage(each.code))]
    codes |= {each.code: None for each in inside}
    if not codes and box and (same := at(box)):
        codes = {same.code: None}
    if (not codes or _is_wide(codes)) and (own := council(publisher)):
        codes |= {own.code: None}
    wider = {parent for code in codes for parent in lineage(code)[:-1]}
    return tuple(code for code in codes if code not in wider)


def with_lineage(codes: Iterable[str]) -> tuple[str, ...]:
    """These places and every place around one of them: an entry about Leeds is found under England."""
    return tuple(dict.fromkeys(parent for code in codes for parent in lineage(code)))


@lru_cache(maxsize=8_192)
def council(publisher: str) -> Place | None:
    """The area of a council, by the council's name; None for every other publisher."""
    words = key_of(publisher).split()
    if not {"council", "borough", "corporation", "authority"} & set(words) and words[:2] != ["city", "of"]:
        return next((each for each in named(publisher) if publisher in each.names and "ouncil" in publisher), None)
    found = [each for each in named(publisher) if each.kind in (PlaceKind.AUTHORITY, PlaceKind.COUNTY)]
    if "county" in words and "borough" not in words:
        found.sort(key=lambda each: each.kind is not PlaceKind.COUNTY)
    return found[0] if found else None


def _is_wide(codes: Iterable[str]) -> bool:
    wide = (PlaceKind.UNION, PlaceKind.COUNTRY, PlaceKind.REGION)
    return all(all_places()[code].kind in wide for code in codes)


def in_title(title: str) -> tuple[Place, ...]:
    """Places that a title names: "Bus stops in Leeds". Everyday words that are names need a sign."""
    words = title.split()[:_MOST_TITLE]
    keys = [key_of(word) for word in words]
    first_words = _first_words()
    found: list[Place] = []
    start = 0
    while start < len(words):
        if keys[start].partition(" ")[0] in first_words and _capital.match(words[start].lstrip("(“\"'")):
            for end in range(min(len(words), start + _MOST_WORDS), start, -1):
                if each := _place_in(words, keys, start, end):
                    found.append(each)
                    start = end - 1
                    break
        start += 1
    return tuple(dict.fromkeys(found))


def _place_in(words: list[str], keys: list[str], start: int, end: int) -> Place | None:
    key = " ".join(filter(None, keys[start:end]))
    each = _with_names().get(key)
    if each is None or len(key) < _SHORTEST:
        return None
    if key in _WORDS:
        before = words[start - 1].lower() if start else ""
        after = words[end].lower().strip(",.:)") if end < len(words) else ""
        if before not in _STRONG_BEFORE and after not in _STRONG_AFTER:
            return None
    return each


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset(key.partition(" ")[0] for key in _with_names())


@lru_cache(maxsize=1)
def _with_names() -> dict[str, Place]:
    """The likeliest place of each name, postcode areas left out: in a title they are towns."""
    keys = {key_of(name) for each in all_places().values() for name in (each.name, each.name_cy, *each.names)}
    found = {key: [each for each in named(key) if each.kind is not PlaceKind.POSTCODE_AREA] for key in keys if key}
    return {key: places[0] for key, places in found.items() if places}


def at(box: Box) -> Place | None:
    """The place whose own box this is, as nearly as boxes tell; None where it is none's."""
    best: Place | None = None
    best_fit = _SAME_GROUND
    for each in all_places().values():
        if each.box is None or each.kind is PlaceKind.POSTCODE_AREA:
            continue
        shared = fit(each.box, box)
        if shared > best_fit or (shared == best_fit and best and not best.is_current):
            best, best_fit = each, shared
    return best


def fit(one: Box, other: Box) -> float:
    """How much of the ground under either of two boxes is under both: 1 for the same box, 0 for boxes apart."""
    width = min(one.east, other.east) - max(one.west, other.west)
    height = min(one.north, other.north) - max(one.south, other.south)
    if width <= 0 or height <= 0 or one.crosses_antimeridian or other.crosses_antimeridian:
        return 0.0
    both = width * height
    return both / (_area(one) + _area(other) - both)


def _area(box: Box) -> float:
    return (box.east - box.west) * (box.north - box.south)
