"""Advice that works: taken step by step, it raises the score by just the points promised."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from catalogue.actions import datasets, links
from catalogue.actions.entry import By
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Access, Frequency, Route
from catalogue.links.outcome import LinkCategory, LinkOutcome
from catalogue.models import Dataset, LinkCheck, QualityReport
from catalogue.quality.facts import DatasetFacts
from catalogue.quality.plan import plan
from catalogue.quality.report import Report, present
from catalogue.quality.score import RULES, score
from catalogue.vocabularies.formats import FORMATS
from tests.factories.catalogue import dataset
from tests.unit.catalogue.quality.test_quality_known_answers import EXEMPLARY
from tests.unit.catalogue.quality.test_quality_properties import entries, instants

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
TODAY = NOW.date()
BY = By(Route.FORM, label="An officer")


@given(entries, instants)
def test_the_plan_leads_to_full_marks_and_its_gains_add_up(facts: DatasetFacts, now: datetime.datetime) -> None:
    steps = plan(facts, now.date())
    before = score(facts, now=now).score
    assert all(step.gain >= 0 for step in steps)
    reached = before
    for step in steps:
        reached += step.gain
        assert step.score_after == reached
    assert reached == 100
    assert len(steps) <= len(RULES) + 1


def test_a_first_release_yet_to_come_makes_no_step_cost_points() -> None:
    """Its last update yet to come too: saying that it is updated today doesn't contradict the release announced."""
    later = TODAY + datetime.timedelta(days=400)
    facts = replace(EXEMPLARY, issued=later, modified=later, frequency=Frequency.MONTHLY)
    assert [(step.key, step.gain, step.score_after) for step in plan(facts, TODAY)] == [("up_to_date", 8, 100)]


def test_an_exemplary_entry_needs_no_plan() -> None:
    assert plan(EXEMPLARY, TODAY) == []


def test_one_step_that_mends_three_things_is_promised_for_all_of_them() -> None:
    """A link that is added has a format and a title too: that is said once, with what it brings altogether."""
    facts = DatasetFacts(title_length=20, title_words=3, description_length=300)
    first = plan(facts, TODAY)[0]
    assert (first.key, first.fix) == ("links", "Add a link to the data.")
    assert first.gain == 40  # 37 points of 85 and, since two criteria are now counted, of 105
    assert {step.key for step in plan(facts, TODAY)}.isdisjoint({"formats", "files_described"})


# Following the advice on real rows, through the actions that forms call


def followed(draft: DatasetDraft, key: str, report: Report) -> DatasetDraft:
    """What an officer does who takes the advice at its word."""
    files, evidence = list(draft.resources), next(step.evidence for step in report.steps if step.key == key)
    match key:
        case "title_description":
            return replace(draft, title="Salmon counted in the Tweed", description="Each salmon that swam up. " * 10)
        case "licence" if draft.access == Access.OPEN:
            return replace(draft, licence_id="uk-ogl")
        case "licence":
            return replace(draft, access_reason="It names persons.")
        case "contact":
            return replace(draft, contact_email="data@rivers.example")
        case "links" if files:
            return replace(draft, resources=tuple(replace(f, url=f"https://mended.example/{f.id}") for f in files))
        case "formats" if files and not any(file.format for file in files):
            return replace(draft, resources=tuple(replace(file, format="CSV") for file in files))
        case "formats" | "links" | "files_described" if key == "formats" or not files:
            added = ResourceDraft(url="https://rivers.example/added.csv", format="CSV", title="Counts by day")
            return replace(draft, resources=(*files, added))
        case "files_described":
            return replace(draft, resources=tuple(replace(file, title="Counts by day") for file in files))
        case "up_to_date" if "often the data is updated:" in report.steps[0].fix:
            return replace(draft, frequency=Frequency.IRREGULAR)
        case "up_to_date":
            how_often = Frequency.IRREGULAR if draft.frequency == Frequency.UNKNOWN else draft.frequency
            return replace(draft, modified=TODAY, frequency=how_often)
        case "topic_tags":
            return replace(draft, topic_id="environment", tags=("salmon", "rivers", "counts"))
        case "coverage":
            return replace(draft, temporal_start=datetime.date(2020, 1, 1), places=("Tweed",))
        case "dates":
            latest = max((f.modified or f.issued or datetime.date.min for f in files), default=datetime.date.min)
            known = [day for day in (latest, draft.issued or datetime.date.min) if day != datetime.date.min]
            modified = draft.modified or max((day for day in known if day <= TODAY), default=TODAY)
            return replace(draft, modified=modified, issued=draft.issued or modified)
        case "consistent" if evidence:
            return replace(draft, resources=tuple(replace(f, url=f"https://mended.example/{f.id}") for f in files))
        case "consistent":
            return replace(draft, issued=draft.modified)
    raise AssertionError(key)


BROKEN = frozenset({"https://rivers.example/1.csv", "https://rivers.example/a.pdf"})


def check_links(entry: Dataset, broken: frozenset[str] = frozenset()) -> None:
    """Record that each link was checked: those of `broken` are gone, the others send what the entry announces, and CSV
    where it announces nothing."""
    formats = dict(entry.resources.values_list("id", "format"))
    # by id: a join would be planned on statistics from before the entries of this transaction
    LinkCheck.objects.filter(resource_id__in=list(formats)).update(next_check_at=NOW, leased_until=None)
    # so many of one host are given at a time
    while due := [link for link in links.claim_due(now=NOW, limit=100) if link.resource_id in formats]:
        links.record_outcomes(
            [(link, _outcome(link.url in broken, formats[link.resource_id])) for link in due], now=NOW
        )


def _outcome(is_gone: bool, file_format: str) -> LinkOutcome:
    return LinkOutcome(
        category=LinkCategory.GONE if is_gone else LinkCategory.OK,
        reason="Gone." if is_gone else "It works.",
        status_code=410 if is_gone else 200,
        media_type="" if is_gone else FORMATS[file_format or "CSV"].media_type,
        checked_at=NOW,
    )


LOW_SCORING: list[dict[str, Any]] = [
    {"title": "Bare"},
    {"title": "RIVERS AND THEIR FISH", "description": "ALL THE FISH.", "licence_id": "other-closed"},
    {"title": "Salmon", "resources": (ResourceDraft(url="https://rivers.example/a.pdf", format="PDF"),)},
    {
        "title": "Counts of trout",
        "resources": tuple(ResourceDraft(url=f"https://rivers.example/{n}.csv", format="CSV") for n in range(3)),
        "frequency": Frequency.MONTHLY,
        "modified": datetime.date(2019, 1, 1),
        "issued": datetime.date(2020, 1, 1),
    },
    {"title": "Names of anglers", "access": Access.NOT_RELEASED},
    {
        "title": "Weirs by river",
        "tags": ("weirs",),
        "temporal_text": "Since 1950",
        "licence_text": "Ask us",
        "resources": (ResourceDraft(url="https://rivers.example/weirs", title="Weirs", modified=TODAY),),
    },
]


@pytest.mark.django_db
@pytest.mark.parametrize("fields", LOW_SCORING, ids=lambda fields: fields["title"])
def test_taking_the_steps_raises_the_stored_score_by_what_was_promised(fields: dict[str, Any]) -> None:
    entry = dataset(now=NOW, **fields)
    check_links(entry, BROKEN)
    promised, reached = list(follow_the_advice(entry))
    assert promised == reached
    assert reached[-1] == 100


def follow_the_advice(
    entry: Dataset, broken: frozenset[str] = BROKEN, taken: set[str] | None = None
) -> Iterator[list[int]]:
    """Scores promised, then those reached. `taken`: where to note which criteria the steps were about."""
    promised, reached = [], []
    while steps := present(QualityReport.objects.get(dataset=entry)).steps:
        report = present(QualityReport.objects.get(dataset=entry))
        promised.append(steps[0].score_after)
        if taken is not None:
            taken.add(steps[0].key)
        draft = datasets.draft_of(Dataset.objects.get(id=entry.id))
        datasets.edit(entry.id, followed(draft, steps[0].key, report), by=BY, now=NOW)
        check_links(entry, broken)
        reached.append(QualityReport.objects.get(dataset=entry).score)
        assert len(reached) < 20
    yield promised
    yield reached
