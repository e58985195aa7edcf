"""Which words of two texts differ, for people who compare them side by side. Pure."""

import re
from difflib import SequenceMatcher
from typing import Final, NamedTuple

#: Words of either text beyond which nothing is marked: finding what differs takes the square of it.
MOST_WORDS: Final = 1_500

_PIECES = re.compile(r"\s+|[^\s,;]+|[,;]")


class Piece(NamedTuple):
    text: str
    differs: bool


def side_by_side(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, those marked that the other lacks; none where one is empty or very long, or all differ."""
    ours, theirs = _PIECES.findall(before), _PIECES.findall(after)
    if not ours or not theirs or max(len(ours), len(theirs)) > 2 * MOST_WORDS:
        return [Piece(before, False)], [Piece(after, False)]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    left: list[Piece] = []
    right: list[Piece] = []
    is_anything_the_same = False
    for what, i, j, k, m in matcher.get_opcodes():
        same = what == "equal"
        is_anything_the_same |= same and bool("".join(ours[i:j]).strip(" ,;"))
        if j > i:
            left.append(Piece("".join(ours[i:j]), not same))
        if m > k:
            right.append(Piece("".join(theirs[k:m]), not same))
    if not is_anything_the_same:
        return [Piece(before, False)], [Piece(after, False)]
    return left, right
