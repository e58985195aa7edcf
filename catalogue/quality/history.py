"""How quality moved between two days, and which criteria moved it. Pure.

New rules change scores although nobody changed anything. On the day when they took over, figures by the old and by the
new rules stand side by side; the step between them is taken off, as statisticians splice a price index whose basket
changed. So a comparison across new rules shows what publishers did, not what we did.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Self

from catalogue.quality.figures import Figures
from catalogue.quality.score import CRITERIA


@dataclass(frozen=True, slots=True)
class Point:
    """Figures of one day, by one version of the rules."""

    day: datetime.date
    rules_version: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Shift:
    """A number then and now. `then` is as it would have been by the rules of now."""

    then: float
    now: float

    @property
    def change(self) -> float:
        return self.now - self.then


@dataclass(frozen=True, slots=True)
class CriterionShift:
    key: str
    title: str
    share: Shift
    """Percentage of datasets that meet it, of those about which we know."""

    @property
    def weight(self) -> float:
        """About how many points of the mean score it moved."""
        return self.share.change / 100 * CRITERIA[self.key].out_of


@dataclass(frozen=True, slots=True)
class Comparison:
    since: datetime.date
    datasets: Shift
    score: Shift | None
    mqa: Shift | None
    stars: Shift | None
    criteria: tuple[CriterionShift, ...]
    """Those that moved, what moved the score most first."""
    is_spliced: bool
    """Whether new rules took over in between."""


Measure = Callable[[Figures], float | None]


def compare(then: Point, now: Point, history: Sequence[Point]) -> Comparison:
    """What moved between two points. `history`: the points of the same scope, to see by how much new rules moved it."""
    switches = _switches(then, now, history)

    def shift(measure: Measure) -> Shift | None:
        before, after = measure(then.figures), measure(now.figures)
        if before is None or after is None:
            return None
        for old, new in switches:
            by_old, by_new = measure(old.figures), measure(new.figures)
            if by_old is not None and by_new is not None:
                before += by_new - by_old
        return Shift(before, after)

    criteria = []
    for key, criterion in CRITERIA.items():
        share = shift(_share_of(key))
        if share and abs(share.change) >= 0.05:
            criteria.append(CriterionShift(key, criterion.title, share))
    return Comparison(
        since=then.day,
        datasets=Shift(then.figures.datasets, now.figures.datasets),
        score=shift(lambda figures: figures.mean_score),
        mqa=shift(lambda figures: figures.mean_mqa),
        stars=shift(lambda figures: figures.mean_stars),
        criteria=tuple(sorted(criteria, key=lambda each: -abs(each.weight))),
        is_spliced=bool(switches),
    )


def _share_of(key: str) -> Measure:
    return lambda figures: figures.of(key).met_share


def _switches(then: Point, now: Point, history: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The last point by old rules and the first by new ones, wherever rules changed between the two."""
    between = [
        point
        for point in sorted(history, key=lambda point: (point.day, point.rules_version))
        if then.day <= point.day <= now.day and then.rules_version <= point.rules_version <= now.rules_version
    ]
    chain = [then, *between, now]
    return [(old, new) for old, new in pairwise(chain) if old.rules_version != new.rules_version]


# Who moved it


class Scores(NamedTuple):
    """Of some datasets: the sum of their scores, and how many they are."""

    score_sum: int = 0
    scored: int = 0

    @property
    def mean(self) -> float | None:
        return self.score_sum / self.scored if self.scored else None


@dataclass(frozen=True, slots=True)
class Mover:
    """A part of the whole, and by how many points it moved the mean score of the whole."""

    key: str
    points: float
    then: Scores
    now: Scores
    title: str = ""
    slug: str = ""

    def named(self, title: str, slug: str) -> Self:
        return replace(self, title=title, slug=slug)


def movers(then: Mapping[str, Scores], now: Mapping[str, Scores]) -> list[Mover]:
    """Parts by how far they moved the mean score of the whole, the furthest first; those that moved it at all.

    Of each part it is asked how far the sum of its scores lies above the mean that was, spread over all datasets: now,
    less then. So better scores count, and so do more datasets with scores above the mean, its own or, by weighing less,
    those of others. All parts together are exactly the change of the mean.
    """
    before, after = _sum(then), _sum(now)
    if not before.scored or not after.scored:
        return []
    mean = before.score_sum / before.scored

    def above(scores: Scores, whole: Scores) -> float:
        return (scores.score_sum - mean * scores.scored) / whole.scored

    found = []
    for key in then.keys() | now.keys():
        old, new = then.get(key, Scores()), now.get(key, Scores())
        if points := above(new, after) - above(old, before):
            found.append(Mover(key, points, old, new))
    return sorted(found, key=lambda mover: (-abs(mover.points), mover.key))


def _sum(scores: Mapping[str, Scores]) -> Scores:
    return Scores(sum(each.score_sum for each in scores.values()), sum(each.scored for each in scores.values()))
