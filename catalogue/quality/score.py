"""From facts to a score of 0 to 100: the points of all criteria that could be judged, and what mending each brings.

Pure. `RULES_VERSION` goes up with every change that may give the same facts other results, so that stored scores
are made anew.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from catalogue.enums import Band, CriterionState
from catalogue.quality import consistency, rules, timeliness
from catalogue.quality.criterion import Criterion
from catalogue.quality.days import day_of, start_of
from catalogue.quality.dimensions import DIMENSIONS, Meaning
from catalogue.quality.facts import DatasetFacts

RULES_VERSION: Final = 3

RULES: Final[tuple[Criterion, ...]] = (
    rules.title_description,
    rules.licence,
    rules.contact,
    rules.links,
    rules.formats,
    timeliness.up_to_date,
    rules.topic_tags,
    rules.coverage,
    rules.files_described,
    rules.dates,
    consistency.consistent,
)

#: Each criterion by its key.
CRITERIA: Final = {rule.key: rule for rule in RULES}

#: The least score of each band, best first.
BANDS: Final = ((85, Band.EXCELLENT), (65, Band.GOOD), (40, Band.FAIR), (0, Band.POOR))


class Result(NamedTuple):
    """How an entry does on one criterion. `field`, `reason`, `fix` and `evidence` are those of `criterion.Finding`."""

    key: str
    title: str
    state: str
    points: int
    out_of: int
    reason: str
    fix: str
    field: str
    evidence: tuple[str, ...]
    gain: int
    """By how much the score of 0 to 100 rises if this criterion alone becomes fully met."""

    @property
    def mark(self) -> str:
        """Criterion and state in one word, by which datasets are counted and found."""
        return f"{self.key}:{self.state}"

    @property
    def dimension(self) -> Meaning:
        """What it speaks of, in the words of the Government Data Quality Framework."""
        return DIMENSIONS[CRITERIA[self.key].dimension]

    def to_json(self) -> dict[str, Any]:
        return self._asdict() | {"evidence": list(self.evidence)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        known = {name: value[name] for name in cls._fields}
        return cls(**{**known, "evidence": tuple(known["evidence"])})


@dataclass(frozen=True, slots=True)
class Score:
    score: int
    """0 to 100."""
    band: Band
    results: tuple[Result, ...]
    due_at: datetime.datetime | None
    """The next instant at which time alone may change the results; None if it never will."""


def score(facts: DatasetFacts, *, now: datetime.datetime) -> Score:
    """Judge an entry by its facts as things stand at `now`."""
    today = day_of(now)
    judged = [(rule, rule.judge(facts, today)) for rule in RULES]
    points = sum(finding.points for _, finding in judged if finding.points is not None)
    out_of = sum(rule.out_of for rule, finding in judged if finding.points is not None)
    total = hundredths(points, out_of)
    results = tuple(
        Result(
            key=rule.key,
            title=rule.title,
            state=rule.state_of(finding).value,
            points=finding.points or 0,
            out_of=rule.out_of,
            reason=finding.reason,
            fix=finding.fix,
            field=finding.field,
            evidence=finding.evidence,
            gain=0 if finding.points is None else hundredths(points + rule.out_of - finding.points, out_of) - total,
        )
        for rule, finding in judged
    )
    change = timeliness.next_change(facts, today)
    return Score(total, band_of(total), results, start_of(change) if change else None)


def points_of(facts: DatasetFacts, today: datetime.date) -> tuple[int, int]:
    """Points, and how many could be had: the score without its explanation."""
    judged = [(rule.judge(facts, today).points, rule.out_of) for rule in RULES]
    known = [(points, out_of) for points, out_of in judged if points is not None]
    return sum(points for points, _ in known), sum(out_of for _, out_of in known)


def hundredths(points: int, out_of: int) -> int:
    """`points` of `out_of` as a whole number of 0 to 100, halves upwards; 0 of nothing is 0."""
    return (200 * points + out_of) // (2 * out_of) if out_of else 0


def band_of(total: int) -> Band:
    return next(band for least, band in BANDS if total >= least)


def fix_first(results: Iterable[Result]) -> list[Result]:
    """What is worth mending, the greatest gain first; of equal ones in the order of the criteria."""
    wanting = [result for result in results if result.state in (CriterionState.PARTLY, CriterionState.UNMET)]
    return sorted(wanting, key=lambda result: -result.gain)
