"""What a quality rule is and what it answers. Pure."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from catalogue.enums import CriterionState
from catalogue.quality.dimensions import Dimension
from catalogue.quality.facts import DatasetFacts


class Finding(NamedTuple):
    """What a rule found. A tuple, as are results, since ten of each are made for every dataset that is written.

    `points` None: nothing can be said, or the question doesn't arise; the criterion is then left out of the score.
    """

    points: int | None
    reason: str
    """One plain sentence, with its evidence."""
    fix: str = ""
    """What to do about it; empty where nothing needs doing."""
    field: str = ""
    """The field of the entry's form where it is mended."""
    evidence: tuple[str, ...] = ()
    """Ids of the resources that the reason speaks of."""


Judge = Callable[[DatasetFacts, datetime.date], Finding]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is asked of an entry, and the points it is worth."""

    key: str
    title: str
    out_of: int
    judge: Judge
    """Facts and today's date (in London) → what was found."""
    dimension: Dimension
    """What of the Government Data Quality Framework's six it speaks of."""

    def state_of(self, finding: Finding) -> CriterionState:
        if finding.points is None:
            return CriterionState.UNKNOWN
        if finding.points >= self.out_of:
            return CriterionState.MET
        return CriterionState.PARTLY if finding.points > 0 else CriterionState.UNMET


def criterion(key: str, title: str, *, out_of: int, dimension: Dimension) -> Callable[[Judge], Criterion]:
    """Makes a criterion of the function that judges it."""
    return lambda judge: Criterion(key, title, out_of, judge, dimension)
