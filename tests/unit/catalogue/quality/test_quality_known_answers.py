"""Whole scores of entries made by hand, and how a stored one is presented."""

import datetime
from dataclasses import replace

import pytest

from catalogue.enums import Access, Band, CriterionState, Frequency, LinkState
from catalogue.models import QualityReport
from catalogue.quality.facts import Contact, DatasetFacts, ResourceFacts
from catalogue.quality.report import describe_score, present
from catalogue.quality.score import RULES, RULES_VERSION, fix_first, score

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)

EXEMPLARY = DatasetFacts(
    title_length=40,
    title_words=6,
    description_length=400,
    licence="uk-ogl",
    licence_title="Open Government Licence",
    licence_is_open=True,
    contact=Contact.OWN,
    has_topic=True,
    tag_count=4,
    frequency=Frequency.ANNUAL,
    issued=datetime.date(2020, 1, 1),
    modified=datetime.date(2026, 1, 1),
    has_period=True,
    has_area=True,
    resources=(ResourceFacts(id="1", format="CSV", is_described=True, link=LinkState.OK),),
)

#: As much as a poor harvest gives: a title, prose, a PDF that is gone.
POOR = DatasetFacts(
    title_length=9,
    title_words=1,
    description_length=60,
    has_licence_text=True,
    resources=(ResourceFacts(id="1", label="report.pdf", format="PDF", link=LinkState.GONE),),
)

#: An inventory entry: said to exist, not released, with the reason.
NOT_RELEASED = DatasetFacts(
    access=Access.NOT_RELEASED,
    has_access_reason=True,
    title_length=40,
    title_words=6,
    description_length=400,
    contact=Contact.PUBLISHER,
)


def points(facts: DatasetFacts) -> dict[str, int | None]:
    return {
        result.key: None if result.state == CriterionState.UNKNOWN else result.points
        for result in score(facts, now=NOW).results
    }


def test_an_exemplary_entry_has_full_marks() -> None:
    scored = score(EXEMPLARY, now=NOW)
    assert (scored.score, scored.band) == (100, Band.EXCELLENT)
    assert points(EXEMPLARY) == {rule.key: rule.out_of for rule in RULES}
    assert fix_first(scored.results) == []


def test_a_poor_entry_and_what_to_fix_first() -> None:
    scored = score(POOR, now=NOW)
    assert points(POOR) == {
        "title_description": 3,
        "licence": 4,
        "contact": 0,
        "links": 0,
        "formats": 3,
        "up_to_date": 0,
        "topic_tags": 0,
        "coverage": 0,
        "files_described": 0,
        "dates": 0,
        "consistent": None,
    }
    assert (scored.score, scored.band) == (10, Band.POOR)
    assert [(result.key, result.gain) for result in fix_first(scored.results)] == [
        ("links", 20),
        ("up_to_date", 12),
        ("formats", 9),
        ("licence", 8),
        ("contact", 8),
        ("topic_tags", 8),
        ("coverage", 8),
        ("title_description", 7),
        ("files_described", 5),
        ("dates", 5),
    ]


def test_an_entry_that_is_not_released_is_scored_on_what_can_be_asked_of_it() -> None:
    scored = score(NOT_RELEASED, now=NOW)
    assert points(NOT_RELEASED) == {
        "title_description": 10,
        "licence": 12,
        "contact": 8,
        "links": None,
        "formats": None,
        "up_to_date": None,
        "topic_tags": 0,
        "coverage": 0,
        "files_described": None,
        "dates": None,
        "consistent": None,
    }
    # 30 of 46 points; each of the two lacking would bring 8 more of 46
    assert (scored.score, scored.band) == (65, Band.GOOD)
    assert [(result.key, result.gain) for result in fix_first(scored.results)] == [("topic_tags", 18), ("coverage", 18)]


def test_links_not_yet_checked_are_left_out() -> None:
    unchecked = replace(EXEMPLARY, contact=Contact.NONE, resources=(ResourceFacts(format="CSV", is_described=True),))
    scored = score(unchecked, now=NOW)
    # 77 of 85 points: what was compared are the two dates
    assert (scored.score, scored.band) == (91, Band.EXCELLENT)
    assert [(result.key, result.gain) for result in fix_first(scored.results)] == [("contact", 9)]


def test_halves_are_rounded_upwards() -> None:
    """A person with a calculator gets the same: 50 of 80 points is 62.5."""
    facts = replace(
        EXEMPLARY,
        has_topic=False,
        tag_count=0,
        contact=Contact.NONE,
        has_area=False,
        frequency=Frequency.UNKNOWN,
        modified=None,
        resources=(ResourceFacts(format="CSV", is_described=True),),
    )
    assert sum(value for value in points(facts).values() if value is not None) == 50
    assert score(facts, now=NOW).score == 63


def test_facts_of_an_earlier_version_are_read() -> None:
    assert DatasetFacts.from_json({"title_length": 4, "since_dropped": True}) == DatasetFacts(title_length=4)


def test_a_stored_report_is_presented_as_it_was_scored() -> None:
    scored = score(POOR, now=NOW)
    stored = QualityReport(
        score=scored.score,
        band="poor",
        results=[result.to_json() for result in scored.results],
        facts=POOR.to_json(),
        rules_version=RULES_VERSION,
        scored_at=NOW,
    )
    report = present(stored)
    assert (report.score, report.band, report.criteria) == (10, Band.POOR, scored.results)
    assert report.fix_first == fix_first(scored.results)


@pytest.mark.parametrize(
    ("average", "described"),
    [
        (None, {"average_score": None, "band": "", "band_label": ""}),
        (64.5, {"average_score": 65, "band": "good", "band_label": "Good"}),
        (64.49, {"average_score": 64, "band": "fair", "band_label": "Fair"}),
    ],
)
def test_an_average_is_described_by_its_band(average: float | None, described: dict[str, object]) -> None:
    assert describe_score(average) == described
