"""Words that somebody may have meant by one that no entry has."""

import string
from collections.abc import Callable
from typing import Final

from tantivy import Searcher

from catalogue.search.analysis import stems

#: Shorter words have too many neighbours: every three letters are one slip away from a hundred others.
_SHORTEST: Final = 4
_MOST: Final = 6

#: Two slips in a shorter word leave too little of it.
_SHORTEST_WITH_TWO_SLIPS: Final = 8

#: A neighbour this much rarer than the commonest one is itself a slip, or an accident.
_RAREST: Final = 0.02

#: What somebody typed may be a slip though some entries have it, if it is this rare and another this much commoner.
_RARE_ENOUGH: Final = 20
_COMMONER: Final = 50

_LETTERS: Final = string.ascii_lowercase + string.digits


def one_slip_away(word: str) -> set[str]:
    """What the word could have been before one letter was dropped, added, mistaken or swapped with its neighbour."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    fewer = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    other = {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    more = {left + letter + right for left, right in splits for letter in _LETTERS}
    return fewer | swapped | other | more


def corrections(word: str, frequency: Callable[[str], int], frequency_as_written: Callable[[str], int]) -> list[str]:
    """Stems of known words one slip away, the commonest first. Slips are made in words as they are written, so the
    word is varied before it is stemmed: "recruitmet" is one letter from "recruitment", and three from "recruit".

    Words that stand so in a title, tag or publisher's name are believed first: "haverng" is "Havering", though
    "haveing", which nobody wrote, has the stem of "have".
    """
    if len(word) < _SHORTEST:
        return []
    # Sorted, so that equally common ones come in the same order every time
    variants = sorted(one_slip_away(word))
    known = [variant for variant in variants if frequency_as_written(variant)]
    return _commonest({stem: frequency(stem) for stem in sorted(set(stems(" ".join(known or variants))))})


def respelt(word: str, times: int, frequency: Callable[[str], int]) -> str | None:
    """The word as it may have been meant, as it is written: one slip away and far commoner than what was typed.

    `times`: how many entries have what was typed. `frequency` is of words as they are written.
    """
    if len(word) < _SHORTEST or times > _RARE_ENOUGH or not word.isalpha():
        return None
    best = max(((frequency(other), other) for other in sorted(one_slip_away(word))), default=(0, ""))
    return best[1] if best[0] > times * _COMMONER else None


def is_long_enough_for_two_slips(word: str) -> bool:
    return len(word) >= _SHORTEST_WITH_TWO_SLIPS


def beginnings(word: str, searcher: Searcher) -> list[str]:
    """The commonest known stems that begin with what may be half a word."""
    if len(word) < _SHORTEST:
        return []
    return [stem for stem, _ in searcher.terms_with_prefix("text", word, limit=_MOST)]


def halves(word: str, frequency: Callable[[str], int]) -> tuple[str, str] | None:
    """Stems of two known words that were written as one ("flytipping"): the split whose rarer half is commonest."""
    best: tuple[int, tuple[str, str]] | None = None
    for place in range(3, len(word) - 2):
        left, right = stems(word[:place]), stems(word[place:])
        if len(left) == len(right) == 1:
            common = min(frequency(left[0]), frequency(right[0]))
            if common and (best is None or common > best[0]):
                best = common, (left[0], right[0])
    return best[1] if best else None


def _commonest(frequencies: dict[str, int]) -> list[str]:
    ordered = sorted((item for item in frequencies.items() if item[1]), key=lambda item: -item[1])
    return [stem for stem, times in ordered[:_MOST] if times >= ordered[0][1] * _RAREST]
