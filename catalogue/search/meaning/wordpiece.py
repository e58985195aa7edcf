"""Text as the numbers of word pieces that BERT's uncased models read: WordPiece (Wu et al., 2016), as BERT uses it
(Devlin et al., 2018). Pure. `data/README.md` says where the list of pieces is from."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

#: Characters of one word; a longer one is unknown as a whole.
_LONGEST_WORD: Final = 100

# Beside punctuation, what is a word of its own wherever it stands: signs of ASCII, "$" and "+" among them, and Chinese
# or Japanese ones
_apart = re.compile(r"[!-/:-@\[-`{-~\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@lru_cache(maxsize=1)
def _pieces() -> dict[str, int]:
    text = files("catalogue.search.meaning").joinpath("data/wordpieces.txt").read_text(encoding="utf-8")
    return {piece: number for number, piece in enumerate(text.split("\n")[:-1])}


def numbers(text: str, *, most: int) -> list[int]:
    """At most so many numbers, the marks of beginning and end included."""
    known = _pieces()
    found = [known["[CLS]"]]
    for word in _words(text):
        found += _of_word(word, known)
        if len(found) >= most:
            break
    return [*found[: most - 1], known["[SEP]"]]


def _words(text: str) -> Iterator[str]:
    """In lower case, without accents or signs that control."""
    spaced: list[str] = []
    for sign in unicodedata.normalize("NFD", text).lower():
        if sign.isspace():
            spaced.append(" ")
        elif (kind := unicodedata.category(sign)) != "Mn" and kind[0] != "C":
            spaced.append(f" {sign} " if kind[0] == "P" or _apart.match(sign) else sign)
    yield from "".join(spaced).split()


def _of_word(word: str, known: dict[str, int]) -> list[int]:
    """The longest known piece from where we stand, again and again; the whole is unknown if any part is."""
    found: list[int] = []
    start = 0
    while start < len(word) <= _LONGEST_WORD:
        before = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if before + word[start:end] in known), None)
        if end is None:
            return [known["[UNK]"]]
        found.append(known[before + word[start:end]])
        start = end
    return found or [known["[UNK]"]]
