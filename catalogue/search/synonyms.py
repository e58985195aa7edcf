"""Words that mean the same: `data/synonyms.json`, each line with its reason. Pure.

- "acronym": an entry that has the letters can be found by the words, and the other way round. Settled when an entry is
  indexed, so that asking costs nothing. Letters count only as capitals: SEND is special needs, "send" is not.
- "same": spellings of one word. Whichever is typed, all are looked for.
- "like": what people say → what publishers write. Found too, and counted for less; not the other way round.
- "phrase": the same of several words, or for several: "parking lot" finds what has "car park" too.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from catalogue.search.analysis import stems

_capitals = re.compile(r"\b[A-Z](?:&[A-Z]|[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]*\b")


@lru_cache(maxsize=1)
def table() -> list[dict[str, Any]]:
    return json.loads(files("catalogue.search").joinpath("data/synonyms.json").read_text(encoding="utf-8"))


def _acronyms() -> dict[str, str]:
    return {row["short"]: row["long"] for row in table() if row["kind"] == "acronym"}


def _same() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in table():
        if row["kind"] == "same":
            spellings = {stems(word)[0] for word in row["words"]}
            for stem in spellings:
                found.setdefault(stem, set()).update(spellings - {stem})
    return {stem: tuple(sorted(others)) for stem, others in found.items()}


def _like() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in table():
        if row["kind"] == "like":
            (stem,) = stems(row["word"])
            found.setdefault(stem, {}).update(dict.fromkeys(other for word in row["also"] for other in stems(word)))
    return {stem: tuple(other for other in others if other != stem) for stem, others in found.items()}


#: Letters → words, as both are written.
ACRONYMS: Final[Mapping[str, str]] = _acronyms()

#: Stem → stems of its other spellings.
SAME: Final[Mapping[str, tuple[str, ...]]] = _same()

#: Stem → stems of words that publishers use for it.
LIKE: Final[Mapping[str, tuple[str, ...]]] = _like()

_LONG_STEMS: Final = {letters: stems(words) for letters, words in ACRONYMS.items()}
_BY_FIRST: dict[str, list[tuple[str, list[str]]]] = {}
for _letters, _stems in _LONG_STEMS.items():
    _BY_FIRST.setdefault(_stems[0], []).append((_letters, _stems))


_SAID: Final = {
    tuple(stems(row["said"])): tuple(tuple(stems(phrase)) for phrase in row["also"])
    for row in table()
    if row["kind"] == "phrase"
}
_LONGEST_SAID: Final = max(map(len, _SAID))


def said_otherwise(words: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each of these stems that is part of a phrase that publishers word otherwise: their phrases, in stems."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for place in range(len(words)):
        for end in range(place + 1, min(len(words), place + _LONGEST_SAID) + 1):
            said = tuple(words[place:end])
            for word in said if said in _SAID else ():
                found[word] = found.get(word, ()) + _SAID[said]
    return found


def spelt_out(texts: Iterable[str], words: Sequence[str]) -> list[str]:
    """What an entry says in other words: letters for the names that it spells out, names for the letters that it has.

    `words` are the stems of `texts`, in order.
    """
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        for letters, long in _BY_FIRST.get(word, ()):
            if words[place : place + len(long)] == long:
                found[letters] = None
    for text in texts:
        for letters in _capitals.findall(text):
            if letters in ACRONYMS:
                found[ACRONYMS[letters]] = None
    return list(found)
