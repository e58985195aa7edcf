"""A quality report as a page and the API show it: each criterion with its evidence and where it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalogue.enums import CriterionState, LinkState
from catalogue.models import Dataset
from catalogue.quality.days import in_words
from catalogue.quality.facts import ResourceFacts
from catalogue.quality.mqa import LINK_INDICATORS, Outcome
from catalogue.quality.plan import Step
from catalogue.quality.report import Report
from catalogue.quality.score import Result
from catalogue.quality.stars import MEANINGS, Stars

#: Fields of the entry's form that are asked for each file.
FILES = "resources"

#: What is added to the reason of a step for which `follows_its_source`.
AT_ITS_SOURCE = " Files and links are mended at its source."


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a reason speaks of, and what is known of its link."""

    id: str
    label: str
    link: str
    """In words: "Broken, checked on 3 May 2026"."""


def evidence_of(report: Report, found: Result | Step | Stars) -> list[Evidence]:
    return [_evidence(resource) for resource in report.resources_named(found.evidence)]


def _mqa_evidence(report: Report, outcome: Outcome) -> list[Evidence]:
    """Of an indicator that a link check decides: the link that counted, and when it was checked."""
    resource = report.mqa_resource if outcome.indicator.key in LINK_INDICATORS else None
    return [_evidence(resource)] if resource else []


def _evidence(resource: ResourceFacts) -> Evidence:
    link = str(LinkState(resource.link).label)
    when = f", checked on {in_words(resource.checked)}" if resource.checked else ""
    return Evidence(resource.id, resource.label, f"{link}{when}")


def place_to_mend(field: str, evidence: tuple[str, ...], resource_ids: Sequence[str]) -> str:
    """The part of the entry's form where a field is mended, as the fragment of its address.

    `resource_ids`: those of the entry's files in their order, which is that of the form.
    """
    if field != FILES:
        return f"id_{field}"
    first = next((resource_ids.index(key) for key in evidence if key in resource_ids), None)
    return f"id_{FILES}-{first}-url" if first is not None else f"{FILES}-group"


def follows_its_source(dataset: Dataset, field: str) -> bool:
    """Whether a field of a harvested entry can be mended at its source alone."""
    return dataset.is_harvested and field == FILES


def panel(report: Report, dataset: Dataset, edit_url: str = "") -> dict[str, Any]:
    """All that `_components/quality_panel.html` shows. `edit_url`: the entry's form, for those who may change it."""
    resource_ids = [str(resource.id) for resource in dataset.resources.all()]
    return {
        "score": report.score,
        "band": report.band.value,
        "band_label": str(report.band.label),
        "scored_at": report.scored_at,
        "criteria": [
            {"result": result, "evidence": evidence_of(report, result), "dimension": result.dimension.title}
            for result in report.criteria
        ],
        "steps": [
            {
                "step": step,
                "evidence": evidence_of(report, step),
                "edit_url": f"{edit_url}#{place_to_mend(step.field, step.evidence, resource_ids)}" if edit_url else "",
                "at_source": follows_its_source(dataset, step.field),
            }
            for step in report.steps
        ],
        "mqa": report.mqa,
        "mqa_dimensions": [
            {
                "title": dimension.value.capitalize(),
                "points": points,
                "out_of": out_of,
                "outcomes": [
                    {"outcome": outcome, "evidence": _mqa_evidence(report, outcome)}
                    for outcome in report.mqa.outcomes
                    if outcome.indicator.dimension is dimension
                ],
            }
            for dimension, (points, out_of) in report.mqa.dimensions().items()
        ],
        "mqa_resource": report.mqa_resource,
        "stars": report.stars,
        "stars_evidence": evidence_of(report, report.stars),
        "star_meanings": MEANINGS,
    }


def quality_json(report: Report, dataset: Dataset) -> dict[str, Any]:
    """The three scores of an entry, explained: the answer of `/api/v1/datasets/<key>/quality`."""
    mqa, stars = report.mqa, report.stars
    return {
        "dataset_id": str(dataset.id),
        "scored_at": report.scored_at,
        "rules_version": report.rules_version,
        "score": report.score,
        "band": report.band.value,
        "criteria": [
            {
                "key": result.key,
                "title": result.title,
                "dimension": result.dimension.title.lower(),
                "state": result.state,
                "points": result.points,
                "out_of": result.out_of,
                "gain": result.gain,
                "reason": result.reason,
                "fix": result.fix,
                "field": result.field,
                "evidence": _evidence_json(report, result.evidence),
            }
            for result in report.criteria
        ],
        "fix_first": [
            {
                "key": step.key,
                "fix": step.fix,
                "field": step.field,
                "at_source": follows_its_source(dataset, step.field),
                "gain": step.gain,
                "score_after": step.score_after,
                "evidence": _evidence_json(report, step.evidence),
            }
            for step in report.steps
        ],
        "mqa": {
            "points": mqa.points,
            "out_of": 405,
            "band": mqa.band,
            "not_measured": mqa.unmeasured,
            "resource_id": report.mqa_resource.id if report.mqa_resource else None,
            "dimensions": {
                dimension.value: {"points": points, "out_of": out_of}
                for dimension, (points, out_of) in mqa.dimensions().items()
            },
            "indicators": [
                {
                    "key": outcome.indicator.key,
                    "title": outcome.indicator.title,
                    "dimension": outcome.indicator.dimension.value,
                    "property": outcome.indicator.term,
                    "state": outcome.state.value,
                    "points": outcome.points,
                    "out_of": outcome.indicator.out_of,
                    "fix": "" if outcome.state is CriterionState.MET else outcome.indicator.fix,
                    "field": outcome.indicator.field,
                    "evidence": _evidence_json(report, _counted(report) if outcome.indicator.of_distribution else ()),
                }
                for outcome in mqa.outcomes
            ],
        },
        "stars": {
            "stars": stars.stars,
            "format_stars": stars.format_stars,
            "meaning": None if stars.stars is None else MEANINGS[stars.stars],
            "reason": stars.reason,
            "fix": stars.fix,
            "field": stars.field,
            "evidence": _evidence_json(report, stars.evidence),
        },
    }


def _counted(report: Report) -> tuple[str, ...]:
    """The file that the MQA judges the entry by."""
    return (report.mqa_resource.id,) if report.mqa_resource else ()


def _evidence_json(report: Report, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"resource_id": resource.id, "title": resource.label, "link": resource.link, "checked_on": resource.checked}
        for resource in report.resources_named(ids)
    ]
