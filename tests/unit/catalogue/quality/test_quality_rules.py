"""What each criterion finds and says, on entries made by hand."""

import datetime
from dataclasses import replace

import pytest

from catalogue.enums import Access, DatasetKind, LinkState, ResourceKind
from catalogue.quality import rules
from catalogue.quality.criterion import Criterion, Finding
from catalogue.quality.facts import Contact, DatasetFacts, ResourceFacts

TODAY = datetime.date(2026, 6, 1)
CHECKED = datetime.date(2026, 5, 3)


def judge(rule: Criterion, facts: DatasetFacts) -> Finding:
    return rule.judge(facts, TODAY)


def found(rule: Criterion, **facts: object) -> tuple[int | None, str, str]:
    finding = judge(rule, DatasetFacts(**facts))
    return finding.points, finding.reason, finding.field


def files(*links: LinkState, **values: object) -> tuple[ResourceFacts, ...]:
    return tuple(
        ResourceFacts(id=str(number), label=f"File {number}", link=link, checked=CHECKED, **values)
        for number, link in enumerate(links, 1)
    )


PLAIN = {"title_length": 40, "title_words": 5, "description_length": 101}


@pytest.mark.parametrize(
    ("facts", "points", "reason", "field"),
    [
        (PLAIN, 10, "The title and description are long enough to tell what the data is.", "title"),
        (PLAIN | {"description_length": 100}, 7, "The description has only 100 characters.", "description"),
        (PLAIN | {"description_length": 0}, 4, "There is no description beyond the title.", "description"),
        (PLAIN | {"description_in_capitals": True}, 7, "The description is written in capitals.", "description"),
        (PLAIN | {"title_words": 1}, 6, "The title is a single word.", "title"),
        (PLAIN | {"title_length": 151}, 6, "The title has 151 characters.", "title"),
        (
            PLAIN | {"title_in_capitals": True, "description_length": 20},
            3,
            "The title is written in capitals, and the description has only 20 characters.",
            "title",
        ),
        (
            {"title_words": 1},
            0,
            "The title is a single word, and there is no description beyond the title.",
            "title",
        ),
    ],
)
def test_title_and_description(facts: dict[str, object], points: int, reason: str, field: str) -> None:
    assert found(rules.title_description, **facts) == (points, reason, field)


@pytest.mark.parametrize(
    ("facts", "points", "reason", "field"),
    [
        (
            {"licence": "uk-ogl", "licence_title": "Open Government Licence", "licence_is_open": True},
            12,
            "Anyone may use it for any purpose: Open Government Licence.",
            "licence",
        ),
        (
            {"licence": "cc-nc", "licence_title": "Creative Commons Non-Commercial"},
            6,
            "The licence isn't an open one: Creative Commons Non-Commercial.",
            "licence",
        ),
        (
            {"has_licence_text": True},
            4,
            "The terms are given in words only, so nobody can filter by them or be sure that they are open.",
            "licence",
        ),
        ({}, 0, "There is no licence, so nobody knows whether they may use the data.", "licence"),
        ({"access": Access.NOT_RELEASED}, 0, "It doesn't say why the data isn't open.", "access_reason"),
        (
            {"access": Access.INTERNAL, "has_access_reason": True},
            12,
            "It says why the data isn't open.",
            "access_reason",
        ),
    ],
)
def test_terms_of_use(facts: dict[str, object], points: int, reason: str, field: str) -> None:
    assert found(rules.licence, **facts) == (points, reason, field)


@pytest.mark.parametrize(
    ("contact", "points", "reason"),
    [
        (Contact.OWN, 8, "It says whom to ask about the data."),
        (Contact.PUBLISHER, 8, "Questions go to the publisher's own contact."),
        (Contact.NAME_ONLY, 3, "It names a contact but not how to reach them."),
        (Contact.NONE, 0, "Neither the entry nor its publisher says whom to ask."),
    ],
)
def test_contact(contact: Contact, points: int, reason: str) -> None:
    assert found(rules.contact, contact=contact) == (points, reason, "contact_email")


def test_links_give_points_for_their_working_share() -> None:
    facts = DatasetFacts(resources=files(LinkState.OK, LinkState.BROKEN, LinkState.TOO_BIG))
    assert judge(rules.links, facts) == Finding(
        points=13,
        reason="1 of 3 links doesn't work: “File 2” (checked on 3 May 2026).",
        fix="Mend or remove the broken link.",
        field="resources",
        evidence=("2",),
    )


def test_many_broken_links_are_counted_and_two_are_named() -> None:
    facts = DatasetFacts(resources=files(LinkState.GONE, LinkState.BROKEN, LinkState.BROKEN, LinkState.OK))
    assert judge(rules.links, facts) == Finding(
        points=5,
        reason=(
            "3 of 4 links don't work: “File 1” (checked on 3 May 2026); “File 2” (checked on 3 May 2026) and 1 more."
        ),
        fix="Mend or remove the broken links.",
        field="resources",
        evidence=("1", "2", "3"),
    )


def test_one_broken_link_among_hundreds_still_costs_a_point() -> None:
    facts = DatasetFacts(resources=files(*[LinkState.OK] * 236, LinkState.BROKEN))
    assert judge(rules.links, facts).points == 19


@pytest.mark.parametrize("state", [LinkState.UNCHECKED, LinkState.SUSPECTED, LinkState.BLOCKED, LinkState.UNKNOWN])
def test_a_link_without_a_clear_answer_speaks_neither_for_nor_against(state: LinkState) -> None:
    assert found(rules.links, resources=files(state)) == (
        None,
        "No link has been checked with a clear answer yet.",
        "resources",
    )
    assert found(rules.links, resources=files(LinkState.OK, state)) == (
        20,
        "The link works (checked on 3 May 2026).",
        "resources",
    )


def test_all_links_working() -> None:
    assert found(rules.links, resources=files(LinkState.OK, LinkState.OK)) == (
        20,
        "All 2 links work (checked on 3 May 2026).",
        "resources",
    )


def test_open_data_without_a_link_is_a_fault_in_all_three_criteria_of_files() -> None:
    nothing = DatasetFacts()
    assert [judge(rule, nothing).points for rule in (rules.links, rules.formats, rules.files_described)] == [0, 0, 0]


@pytest.mark.parametrize(
    "facts",
    [
        {"access": Access.NOT_RELEASED},
        {"access": Access.INTERNAL},
        {"access": Access.RESTRICTED},
        {"kind": DatasetKind.SERIES},
        {"access": Access.INTERNAL, "resources": files(LinkState.BROKEN)},
    ],
)
def test_files_are_not_asked_of_entries_that_cannot_offer_any(facts: dict[str, object]) -> None:
    entry = DatasetFacts(**facts)
    for rule in (rules.links, rules.formats, rules.files_described):
        assert judge(rule, entry) == Finding(
            None, "This doesn't count: there are no files here that everyone can fetch.", field="resources"
        )


def test_files_of_restricted_data_are_judged_where_there_are_any() -> None:
    facts = DatasetFacts(access=Access.RESTRICTED, resources=files(LinkState.BROKEN, format="CSV"))
    assert [judge(rule, facts).points for rule in (rules.links, rules.formats, rules.files_described)] == [0, 12, 0]


@pytest.mark.parametrize(
    ("formats", "points", "reason"),
    [
        (["PDF", "CSV"], 12, "The data comes in CSV, an open format that software can read."),
        (["XLS", "PDF"], 7, "The best format is XLS: software can read it, but it belongs to one maker."),
        (["PDF", "HTML"], 3, "The best format is PDF, from which software can't pick out the data."),
        (["ZIP"], 3, "The data comes in ZIP, which doesn't tell what is inside."),
        (["HTML"], 0, "The best format is HTML, which isn't data."),
        ([""], 0, "It isn't known which format the data has."),
    ],
)
def test_the_best_format_counts(formats: list[str], points: int, reason: str) -> None:
    resources = tuple(ResourceFacts(id=code, format=code) for code in formats)
    assert found(rules.formats, resources=resources) == (points, reason, "resources")


def test_an_api_can_be_read_by_software_whatever_its_format() -> None:
    assert found(rules.formats, resources=(ResourceFacts(kind=ResourceKind.API),)) == (
        12,
        "Software can get the data through an API.",
        "resources",
    )


def test_a_document_is_no_data() -> None:
    document = ResourceFacts(kind=ResourceKind.DOCUMENT, format="CSV")
    assert found(rules.formats, resources=(document,)) == (0, "Only supporting documents are listed.", "resources")


@pytest.mark.parametrize(
    ("has_topic", "tag_count", "points", "reason", "fix"),
    [
        (True, 3, 8, "It has a topic and 3 tags.", ""),
        (
            True,
            1,
            6,
            "It has a topic and 1 tag.",
            "Add at least 3 tags with words that people search for.",
        ),
        (False, 4, 4, "It has no topic but 4 tags.", "Choose a topic."),
        (
            False,
            0,
            0,
            "It has no topic and no tags.",
            "Choose a topic and add at least 3 tags with words that people search for.",
        ),
    ],
)
def test_topic_and_tags(has_topic: bool, tag_count: int, points: int, reason: str, fix: str) -> None:
    finding = judge(rules.topic_tags, DatasetFacts(has_topic=has_topic, tag_count=tag_count))
    assert (finding.points, finding.reason, finding.fix) == (points, reason, fix)


@pytest.mark.parametrize(
    ("facts", "points", "reason", "field"),
    [
        (
            {"has_period": True, "has_area": True},
            8,
            "It gives the period as dates and the area that the data covers.",
            "places",
        ),
        (
            {"has_period_text": True},
            2,
            "It gives the period in words that the data covers, but not the area.",
            "temporal_start",
        ),
        ({"has_area": True}, 4, "It gives the area that the data covers, but not the period.", "temporal_start"),
        ({"has_period": True}, 4, "It gives the period as dates that the data covers, but not the area.", "places"),
        ({}, 0, "It gives neither the period nor the area covered.", "temporal_start"),
    ],
)
def test_coverage(facts: dict[str, object], points: int, reason: str, field: str) -> None:
    assert found(rules.coverage, **facts) == (points, reason, field)


def test_files_described() -> None:
    described = ResourceFacts(id="1", is_described=True)
    bare = (ResourceFacts(id="2"), ResourceFacts(id="3"))
    assert judge(rules.files_described, DatasetFacts(resources=(described, *bare))) == Finding(
        points=1,
        reason="2 of 3 files have no telling title or description.",
        fix="Give each file a title of more than one word, or a description.",
        field="resources",
        evidence=("2", "3"),
    )
    assert judge(rules.files_described, DatasetFacts(resources=(described,))).points == 5


def test_dates() -> None:
    entry = DatasetFacts(issued=TODAY, modified=TODAY)
    assert judge(rules.dates, entry).points == 5
    assert judge(rules.dates, replace(entry, issued=None)) == Finding(
        3,
        "It says when the data was last updated, but not when it was first released.",
        "Give the date of first release.",
        "issued",
    )
    assert judge(rules.dates, replace(entry, modified=None)).field == "modified"
    assert judge(rules.dates, DatasetFacts()).points == 0
    assert judge(rules.dates, DatasetFacts(access=Access.NOT_RELEASED)).points is None
