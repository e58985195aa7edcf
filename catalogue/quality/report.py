"""A stored quality report, as pages, the API and the admin read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from catalogue.enums import Band
from catalogue.models import QualityReport
from catalogue.quality.score import Result, band_of, fix_first


@dataclass(frozen=True, slots=True)
class Report:
    score: int
    """0 to 100."""
    band: Band
    criteria: tuple[Result, ...]
    """Every criterion, in the order in which they are asked."""
    scored_at: datetime

    @property
    def fix_first(self) -> list[Result]:
        """What is worth mending, the greatest gain first."""
        return fix_first(self.criteria)


class AverageScore(TypedDict):
    average_score: int | None
    band: str
    band_label: str


def present(stored: QualityReport) -> Report:
    """The report that a row holds. Asks the database nothing further."""
    criteria = tuple(Result.from_json(value) for value in stored.results)
    return Report(stored.score, Band(stored.band), criteria, stored.scored_at)


def describe_score(average: float | None) -> AverageScore:
    """An average of scores as a whole number with its band; None and empty where nothing was scored."""
    if average is None:
        return {"average_score": None, "band": "", "band_label": ""}
    whole = int(average + 0.5)
    band = band_of(whole)
    return {"average_score": whole, "band": band.value, "band_label": str(band.label)}
