"""Putting the best by their words in the order of their words and their meaning together."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from catalogue.search.meaning import store
from catalogue.search.meaning.model import SCALE, Vector
from catalogue.search.weights import WEIGHTS

#: Below this many words typed, meaning is not asked: a single word is best taken at its word.
FEWEST_WORDS: Final = 2


def blended(scores: Sequence[float], ids: Sequence[UUID], question: Vector) -> list[float]:
    """Scores in which meaning has its share. Both are brought to a scale from the worst of these to the best, and the
    whole back to the scale of the words' scores. An entry without a vector counts as one of average nearness."""
    held = store.vectors(each.bytes for each in ids)
    if not held or len(scores) < 2:
        return list(scores)
    asked = question.astype("int32")
    known = {key: float(asked @ vector.astype("int32")) / SCALE**2 for key, vector in held.items()}
    average = sum(known.values()) / len(known)
    share = WEIGHTS["share of meaning"]
    together = zip(_scaled(scores), _scaled([known.get(each.bytes, average) for each in ids]), strict=True)
    return [max(scores) * ((1 - share) * words + share * meaning) for words, meaning in together]


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 1.0 for value in values]
