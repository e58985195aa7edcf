"""A stored quality report, as pages, the API, RDF and the admin read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypedDict

from catalogue.enums import Band
from catalogue.models import Dataset, QualityReport
from catalogue.quality.days import day_of
from catalogue.quality.facts import DatasetFacts, ResourceFacts
from catalogue.quality.mqa import Mqa
from catalogue.quality.mqa_measured import distributions_of, explain_mqa
from catalogue.quality.plan import Step, plan
from catalogue.quality.score import CRITERIA, Result, band_of, fix_first
from catalogue.quality.stars import Stars, stars_of


@dataclass(frozen=True)
class Report:
    """What is known of one entry's quality. Explanations beyond the stored ones are worked out when they are asked for,
    from the stored facts, as of the day when they were judged: so they always agree with the score."""

    score: int
    """0 to 100."""
    band: Band
    criteria: tuple[Result, ...]
    """Every criterion, in the order in which they are asked."""
    scored_at: datetime
    rules_version: int
    stored_facts: Callable[[], dict[str, object]]
    """Fetched when they are asked for: lists leave that column out."""

    @property
    def fix_first(self) -> list[Result]:
        """What is worth mending, the greatest gain first."""
        return fix_first(self.criteria)

    @cached_property
    def facts(self) -> DatasetFacts:
        return DatasetFacts.from_json(self.stored_facts())

    @cached_property
    def steps(self) -> list[Step]:
        """The way to full marks, step by step, with what each brings."""
        return plan(self.facts, day_of(self.scored_at))

    @cached_property
    def mqa(self) -> Mqa:
        """data.europa.eu's score, indicator by indicator."""
        return explain_mqa(self.facts)

    @cached_property
    def stars(self) -> Stars:
        """The five stars of open data."""
        return stars_of(self.facts)

    @property
    def mqa_resource(self) -> ResourceFacts | None:
        """The file by which the MQA judges the entry."""
        return None if self.mqa.best is None else distributions_of(self.facts)[self.mqa.best]

    def resources_named(self, evidence: tuple[str, ...]) -> list[ResourceFacts]:
        """The files that a reason speaks of."""
        return [resource for resource in self.facts.resources if resource.id and resource.id in evidence]


class AverageScore(TypedDict):
    average_score: int | None
    band: str
    band_label: str


def present(stored: QualityReport) -> Report:
    """The report that a row holds. Asks the database nothing further."""
    criteria = tuple(Result.from_json(value) for value in stored.results if value["key"] in CRITERIA)
    band = Band(stored.band)
    return Report(stored.score, band, criteria, stored.scored_at, stored.rules_version, lambda: stored.facts)


def quality_of(dataset: Dataset) -> Report | None:
    """The report of a dataset fetched with its `quality`; None where it was not scored yet."""
    stored = getattr(dataset, "quality", None)
    return present(stored) if stored else None


def describe_score(average: float | None) -> AverageScore:
    """An average of scores as a whole number with its band; None and empty where nothing was scored."""
    if average is None:
        return {"average_score": None, "band": "", "band_label": ""}
    whole = int(average + 0.5)
    band = band_of(whole)
    return {"average_score": whole, "band": band.value, "band_label": str(band.label)}
