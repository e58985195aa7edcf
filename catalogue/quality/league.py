"""Publishers beside each other, fairly. Pure.

Who has fewer than `LEAST_DATASETS` scored entries is listed without a rank: one entry more would turn the table upside
down. Equal scores, as they are shown, share a rank. What isn't known of an entry was left out when it was scored, so a
publisher whose links were never checked is neither helped nor harmed by that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from catalogue.quality.figures import Figures

LEAST_DATASETS: Final = 5

ORDERS: Final = {
    "score": "Best first",
    "worst": "Worst first",
    "datasets": "Most datasets",
    "broken": "Most broken links",
    "name": "A to Z",
}


@dataclass(frozen=True, slots=True)
class Entrant:
    """A publisher (or topic) in the table."""

    title: str
    slug: str
    figures: Figures = field(repr=False)
    rank: int | None = None

    @property
    def is_ranked(self) -> bool:
        return self.figures.scored >= LEAST_DATASETS

    @property
    def shown_score(self) -> float:
        return round(self.figures.mean_score or 0, 1)


def ranked(entrants: Iterable[Entrant], order: str = "score") -> list[Entrant]:
    """In the order asked for, those too small for a rank last; each with its rank by score."""
    known = [entrant for entrant in entrants if entrant.figures.scored]
    big = sorted((e for e in known if e.is_ranked), key=lambda e: (-e.shown_score, e.title.lower()))
    placed: list[Entrant] = []
    for number, entrant in enumerate(big, 1):
        is_tied = placed and placed[-1].shown_score == entrant.shown_score
        rank = placed[-1].rank if is_tied else number
        placed.append(Entrant(entrant.title, entrant.slug, entrant.figures, rank))
    small = [entrant for entrant in known if not entrant.is_ranked]
    return [*_sorted(placed, order), *_sorted(small, order)]


def _sorted(entrants: list[Entrant], order: str) -> list[Entrant]:
    match order:
        case "worst":
            return sorted(entrants, key=lambda e: (e.shown_score, e.title.lower()))
        case "datasets":
            return sorted(entrants, key=lambda e: (-e.figures.datasets, e.title.lower()))
        case "broken":
            return sorted(entrants, key=lambda e: (-e.figures.links_broken, e.title.lower()))
        case "name":
            return sorted(entrants, key=lambda e: e.title.lower())
    return sorted(entrants, key=lambda e: (-e.shown_score, e.title.lower()))
