"""The metadata quality score of data.europa.eu (MQA): 405 points in five dimensions. Pure.

Weights, bands and aggregation are the published ones, as its open-source scorer (piveau) applies them: the dataset's
own indicators, and those of the single distribution that scores best, the first of equals. What a dataset says of its
dates counts only where that distribution says nothing of them. Two later indicators (formatMatch, syntaxValid) are not
part of the 405 points. An indicator that was not measured earns nothing, as there; here it is told apart from one that
failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from catalogue.enums import CriterionState
from catalogue.vocabularies.tables import load_table

#: The least score of each band, best first.
MQA_BANDS: Final = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))
MQA_POINTS: Final = 405


class MqaDimension(StrEnum):
    FINDABILITY = "findability"
    ACCESSIBILITY = "accessibility"
    INTEROPERABILITY = "interoperability"
    REUSABILITY = "reusability"
    CONTEXTUALITY = "contextuality"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the MQA's indicators, under the name that its vocabulary gives it."""

    key: str
    dimension: MqaDimension
    out_of: int
    term: str
    """The DCAT-AP property, or what else is looked at."""
    title: str
    fix: str
    """What to do where it fails."""
    field: str
    """The field of the entry's form where it is mended."""
    of_distribution: bool = False


#: All of them, as a table: `vocabularies/data/mqa_indicators.json`.
INDICATORS: Final[tuple[Indicator, ...]] = tuple(
    Indicator(
        key=row["key"],
        dimension=MqaDimension(row["dimension"]),
        out_of=row["points"],
        term=row["property"],
        title=row["title"],
        fix=row["fix"],
        field=row["field"],
        of_distribution=row["of"] == "distribution",
    )
    for row in load_table("mqa_indicators")
)

#: Those that checks of the link decide.
LINK_INDICATORS: Final = frozenset({"accessUrlStatusCode", "downloadUrlStatusCode"})

#: Indicators that both a dataset and a distribution can meet.
_OF_EITHER: Final = frozenset({"dateIssuedAvailability", "dateModifiedAvailability"})
_OUT_OF: Final = {indicator.key: indicator.out_of for indicator in INDICATORS}

#: What was measured of a dataset or distribution, by indicator; what isn't there was not measured.
Measured = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an entry does on one indicator."""

    indicator: Indicator
    state: CriterionState

    @property
    def points(self) -> int:
        return self.indicator.out_of if self.state is CriterionState.MET else 0


@dataclass(frozen=True, slots=True)
class Mqa:
    points: int
    """0 to 405."""
    best: int | None
    """Which distribution counted, from 0; None where there is none."""
    outcomes: tuple[Outcome, ...] = field(repr=False)

    @property
    def band(self) -> str:
        return mqa_band(self.points)

    @property
    def unmeasured(self) -> int:
        """Points about which nothing is known yet, such as those of a link that was never checked."""
        return sum(o.indicator.out_of for o in self.outcomes if o.state is CriterionState.UNKNOWN)

    def dimensions(self) -> dict[MqaDimension, tuple[int, int]]:
        """Points and the most there can be, of each dimension."""
        found = dict.fromkeys(MqaDimension, (0, 0))
        for outcome in self.outcomes:
            points, out_of = found[outcome.indicator.dimension]
            found[outcome.indicator.dimension] = (points + outcome.points, out_of + outcome.indicator.out_of)
        return found


def mqa_band(points: int) -> str:
    return next(band for least, band in MQA_BANDS if points >= least)


def mqa_points(dataset: Measured, distributions: Sequence[Measured]) -> tuple[int, int | None]:
    """The points of a dataset, and the place of the distribution that counted."""
    scores = [sum(_OUT_OF[key] for key, is_met in distribution.items() if is_met) for distribution in distributions]
    best = scores.index(max(scores)) if scores else None
    of_best = {} if best is None else distributions[best]
    own = sum(_OUT_OF[key] for key, is_met in dataset.items() if is_met and not (key in _OF_EITHER and key in of_best))
    return own + (0 if best is None else scores[best]), best


def mqa_of(dataset: Measured, distributions: Sequence[Measured]) -> Mqa:
    """The score with every indicator explained."""
    points, best = mqa_points(dataset, distributions)
    of_best = {} if best is None else distributions[best]
    return Mqa(points, best, tuple(Outcome(each, _state(each, dataset, of_best, best)) for each in INDICATORS))


def _state(indicator: Indicator, dataset: Measured, of_best: Measured, best: int | None) -> CriterionState:
    if indicator.of_distribution or indicator.key in of_best:
        # Without a distribution nothing was left unmeasured: there is nothing to measure
        found = of_best.get(indicator.key, False if best is None else None)
    else:
        found = dataset.get(indicator.key)
    if found is None:
        return CriterionState.UNKNOWN
    return CriterionState.MET if found else CriterionState.UNMET
