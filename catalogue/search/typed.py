"""What somebody typed, taken apart: words, "quoted phrases", -excluded ones, `publisher:…` and the like. Pure.

Nothing typed is syntax but these, and nothing typed can raise.
"""

import re
from dataclasses import dataclass
from typing import Final

from catalogue.search.analysis import STOP_WORDS, stems, words

#: Characters of what was typed that are read.
LONGEST_QUERY: Final = 500

_MOST_WORDS: Final = 24
_MOST_PHRASES: Final = 8
_LONGEST_EXACT_TITLE: Final = 500

#: What stands before a colon → the facet that it narrows.
OPERATORS: Final = {
    "publisher": "publisher",
    "format": "format",
    "topic": "topic",
    "tag": "tag",
    "licence": "licence_code",
    "license": "licence_code",
    "year": "year",
    "place": "place",
}

_pieces = re.compile(
    r"(?P<minus>(?<!\S)-)?"
    rf"(?:(?<![^\s-])(?P<operator>{'|'.join(OPERATORS)}):(?=[^\s]))?"
    r'(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+))',
    re.IGNORECASE,
)
_quotes = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\x00": " "})


@dataclass(frozen=True, slots=True)
class Asked:
    """`format:csv`: a facet, what was written after the colon, and whether a minus stood before."""

    facet: str
    text: str
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, taken apart. Words are (as written, stem), each once; a phrase is a tuple of stems."""

    words: tuple[tuple[str, str], ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]
    asked: tuple[Asked, ...]
    exact_title: str
    spoken: str = ""  # as written, without operators and what is excluded: what a person means

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases or self.excluded or self.asked)


def take_apart(text: str) -> Typed:
    """A quote that isn't closed counts for nothing, as does an operator without a value."""
    text = text.translate(_quotes)
    found: dict[str, str] = {}
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    asked: list[Asked] = []
    spoken: list[str] = []
    for piece in _pieces.finditer(text):
        inside = piece["phrase"] if piece["phrase"] is not None else piece["plain"]
        if piece["operator"]:
            if value := inside.strip():
                asked.append(Asked(OPERATORS[piece["operator"].lower()], value, bool(piece["minus"])))
            continue
        written = words(inside)
        sequence = tuple(stem for _, stem in written)
        if not sequence:
            continue
        if piece["minus"]:
            excluded.append(sequence)
            continue
        spoken.append(inside)
        if piece["phrase"] is not None:
            phrases.append(sequence)
        else:
            for word, stem in written:
                found.setdefault(stem, word)
    telling = {stem: word for stem, word in found.items() if word not in STOP_WORDS}
    kept = telling or ({} if phrases or asked else found)
    return Typed(
        words=tuple((word, stem) for stem, word in kept.items())[:_MOST_WORDS],
        phrases=tuple(dict.fromkeys(phrases))[:_MOST_PHRASES],
        excluded=tuple(dict.fromkeys(excluded))[:_MOST_PHRASES],
        asked=tuple(dict.fromkeys(asked))[:_MOST_PHRASES],
        exact_title="" if excluded or asked else exact_title(text),
        spoken=" ".join(spoken),
    )


def exact_title(title: str) -> str:
    """The stems of a whole title, as the index holds them."""
    return " ".join(stems(title))[:_LONGEST_EXACT_TITLE]
