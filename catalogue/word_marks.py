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


def shortened(pieces: list[Piece], around: int) -> list[Piece]:
    """The same with no more than so many characters on either side of what is marked; the rest is an ellipsis."""
    last = len(pieces) - 1
    return [
        piece if piece.differs else Piece(_cut(piece.text, around if at else 0, around if at < last else 0), False)
        for at, piece in enumerate(pieces)
    ]


def _cut(text: str, kept_after: int, kept_before: int) -> str:
    """The beginning and the end of what stands between two marks; of a text without any mark, its beginning."""
    if not kept_after and not kept_before:
        kept_after = 600
    if len(text) <= kept_after + kept_before + 20:
        return text
    end = text[len(text) - kept_before :] if kept_before else ""
    return f"{text[:kept_after]}…{end}"
