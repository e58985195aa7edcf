"""The six dimensions of the Government Data Quality Framework (GOV.UK, 3 December 2020), and what we see of each. Pure.

The framework speaks of the data; a catalogue sees the entry, the link and what the server says of the file. Text here
says of each dimension what is measured and what can't be from outside: a score that hid that would promise too much.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Dimension(StrEnum):
    ACCURACY = "accuracy"
    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    VALIDITY = "validity"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a dimension asks, in words for everybody."""

    title: str
    question: str
    measured: str
    """What the score takes into account."""
    not_measured: str
    """What nobody can see from outside."""


DIMENSIONS: Final[dict[Dimension, Meaning]] = {
    Dimension.ACCURACY: Meaning(
        "Accuracy",
        "Does it match what is there?",
        "Whether each link leads to what the entry says is there: that is the one statement which we can hold against "
        "the world.",
        "Whether the figures in the data are right. Nobody can tell without measuring again what they describe.",
    ),
    Dimension.COMPLETENESS: Meaning(
        "Completeness",
        "Is everything said that a reader needs?",
        "Whether the entry says what the data is, under which terms, whom to ask, and which period and area it covers.",
        "Whether records or values are missing from the data itself.",
    ),
    Dimension.UNIQUENESS: Meaning(
        "Uniqueness",
        "Does each thing appear once?",
        "Nothing of the score. An entry that is harvested again is recognised by its identifier at its source, so that "
        "it stands here once.",
        "Whether rows of the data repeat, and whether two publishers list the same data under different identifiers.",
    ),
    Dimension.CONSISTENCY: Meaning(
        "Consistency",
        "Do the statements agree with each other?",
        "Whether dates follow one another, and whether the server sends the kind of file that the entry announces.",
        "Whether the figures agree with those of other datasets, or from one edition to the next.",
    ),
    Dimension.TIMELINESS: Meaning(
        "Timeliness",
        "Is it there when it is needed?",
        "Whether the data was updated as often as its publisher says it is.",
        "Whether the period that the data covers ended recently enough for your purpose.",
    ),
    Dimension.VALIDITY: Meaning(
        "Validity",
        "Is it in the form that it should have?",
        "Whether the data comes in an open format from which software can read single values.",
        "Whether each value is of the right type and within its range: that takes the publisher's own rules.",
    ),
}
