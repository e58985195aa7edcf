"""What somebody typed → places: names, former and Welsh names, codes, addresses that end in a code, postcodes. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from catalogue.gazetteer.place import PRECEDENCE, Place, PlaceKind, all_places, place

#: Longer than any name: what exceeds it isn't looked up.
_LONGEST: Final = 120
_MOST_FOUND: Final = 10
_not_a_word = re.compile(r"[^a-z0-9]+")
_code = re.compile(r"(?:^|[/#:])((?:[EWSNKL]\d{8})|PC-[A-Z]{1,2})/?$", re.IGNORECASE)
#: A postcode, whole or only its first half, or an area's letters alone.
_postcode = re.compile(r"([A-Z]{1,2})(?:\d[A-Z\d]?(?:\s*\d[A-Z]{2})?)?", re.IGNORECASE)
_council = re.compile(
    r"^(?:the )?(?:council of )?(?:(?:metropolitan |london |royal )?"
    r"(?:city and county|county borough|borough|district|city|county) of )(?=\w)"
    r"|\b(?:(?:metropolitan|london|royal|county|city|borough|district|unitary) )*(?:council|authority)$"
    r"| (?:london|metropolitan|county) borough$|^(?:city|county|borough) of (?=\w)"
)
_ADDRESS_COUNTRIES: Final = {
    "GBR": "K02000001",
    "ENG": "E92000001",
    "SCT": "S92000003",
    "WLS": "W92000004",
    "NIR": "N92000002",
}


@lru_cache(maxsize=8_192)
def key_of(text: str) -> str:
    """A name as it is looked up: "Rhondda, Cynon, Taff" and "rhondda cynon taff" are one; "&" is "and"."""
    text = unicodedata.normalize("NFKD", text[: _LONGEST * 2].replace("&", " and ").replace("’", "").replace("'", ""))
    plain = "".join(letter for letter in text.casefold() if not unicodedata.combining(letter))
    words = _not_a_word.sub(" ", plain).split()
    if words[:1] == ["st"]:
        words[0] = "saint"
    return " ".join(words)


def find(text: str) -> tuple[Place, ...]:
    """The places that a text names, the likeliest first; several where it is one's name and another's. At most 10.

    A name, a former one, a Welsh one, a council's name, a code, the address of a code, a postcode; else places of
    which a name begins with what was typed, then those with a word that does. Never raises.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return ()
    if exact := named(text):
        return exact
    if area := postcode_area(text):
        return (area,)
    return _beginning(key_of(text))


def named(text: str) -> tuple[Place, ...]:
    """Places with exactly this name or code: nothing is guessed. The likeliest first."""
    if len(text) > _LONGEST:
        return ()
    if code := _code.search(text.strip()):
        found = place(code[1])
        return (found,) if found else ()
    if "://" in text:
        tail = text.rstrip("/").rsplit("/", 1)[-1].upper()
        found = place(_ADDRESS_COUNTRIES.get(tail, ""))
        return (found,) if found else ()
    key = key_of(text)
    names = _by_name()
    return names.get(key) or names.get(_council.sub("", key).strip()) or ()


@lru_cache(maxsize=2_048)
def label(each: Place) -> str:
    """The shortest text that finds this place first: its name, its name and kind, or its code."""
    texts = (each.name, f"{each.name}, {each.kind.value}", each.code)
    return next(text for text in texts if find(text)[:1] == (each,))


def postcode_area(text: str) -> Place | None:
    """The area of a postcode ("LS1 4AP", "ls1"), or None."""
    matched = _postcode.fullmatch(text.strip())
    return place(f"PC-{matched[1]}") if matched else None


def _beginning(key: str) -> tuple[Place, ...]:
    if len(key) < 2:
        return ()
    first: dict[str, Place] = {}
    second: dict[str, Place] = {}
    for name, places in _by_name().items():
        if name.startswith(key):
            first |= {each.code: each for each in places}
        elif f" {key}" in name:
            second |= {each.code: each for each in places}
    ordered = [*_ordered(first.values()), *_ordered(second.values())]
    return tuple(dict.fromkeys(ordered))[:_MOST_FOUND]


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[Place, ...]]:
    names: dict[str, dict[str, Place]] = {}
    for each in all_places().values():
        for name in (each.name, each.name_cy, *each.names):
            plain = key_of(name)
            # "Leeds, postcode area": how a place is written where its bare name means another
            for key in {plain, _council.sub("", plain).strip(), f"{plain} {key_of(each.kind.value)}"}:
                if key:
                    names.setdefault(key, {})[each.code] = each
    return {key: _ordered(found.values()) for key, found in names.items()}


def _ordered(places: Iterable[Place]) -> tuple[Place, ...]:
    """Those that exist first; an ended one only if no present one has its name, as after a change of its code."""
    ordered = sorted(places, key=lambda each: (not each.is_current, PRECEDENCE.index(each.kind), each.name))
    present = {each.name for each in ordered if each.is_current and each.kind is not PlaceKind.POSTCODE_AREA}
    return tuple(each for each in ordered if each.is_current or each.name not in present)
