"""Facts taken from rows, none of which is in a database."""

import datetime
from uuid import UUID

import pytest

from catalogue.enums import Access, Frequency, LinkState, ResourceKind
from catalogue.models import Dataset, Licence, LinkCheck, Resource
from catalogue.quality.facts import Contact, DatasetFacts, ResourceFacts
from catalogue.quality.measure import facts_of
from publishers.models import Publisher

PUBLISHER = Publisher(title="Ministry of Examples")
RESOURCE_ID = UUID("00000000-0000-4000-8000-000000000001")


def facts(publisher: Publisher = PUBLISHER, **fields: object) -> DatasetFacts:
    return facts_of(Dataset(**{"title": "Bus stops in Wales"} | fields), [], {}, publisher, None)


def test_every_fact_of_a_full_entry() -> None:
    dataset = Dataset(
        title="Bus stops in Wales",
        description="<p>Every <b>bus stop</b>,</p>\n<p>surveyed   twice.</p>",
        contact_email="stops@example.org",
        topic_id="transport",
        tags=["bus", "stops"],
        licence_id="uk-ogl",
        licence_text="Open Government Licence v3",
        rights="© Crown copyright",
        access=Access.OPEN,
        frequency=Frequency.ANNUAL,
        issued=datetime.date(2020, 1, 1),
        modified=datetime.date(2026, 1, 1),
        temporal_start=datetime.date(2019, 1, 1),
        temporal_text="2019 onwards",
        places=["Wales"],
    )
    resource = Resource(
        id=RESOURCE_ID,
        kind=ResourceKind.DATA,
        title="Stops, 2026",
        url="https://example.org/stops.csv",
        format="CSV",
        media_type="text/csv",
        size_bytes=9,
        issued=datetime.date(2025, 12, 1),
        modified=datetime.date(2026, 1, 1),
    )
    late_in_may = datetime.datetime(2026, 5, 3, 23, 30, tzinfo=datetime.UTC)
    link = LinkCheck(
        resource=resource,
        state=LinkState.OK,
        checked_at=late_in_may,
        media_type="text/html; charset=utf-8",
        size_bytes=9,
    )
    licence = Licence(code="uk-ogl", title="Open Government Licence", is_open=True)

    assert facts_of(dataset, [resource], {RESOURCE_ID: link}, PUBLISHER, licence) == DatasetFacts(
        title_length=18,
        title_words=4,
        description_length=32,  # "Every bus stop , surveyed twice."
        has_description=True,
        licence="uk-ogl",
        licence_title="Open Government Licence",
        licence_is_open=True,
        has_licence_text=True,
        has_rights=True,
        contact=Contact.OWN,
        has_contact_point=True,
        has_topic=True,
        tag_count=2,
        frequency=Frequency.ANNUAL,
        issued=datetime.date(2020, 1, 1),
        modified=datetime.date(2026, 1, 1),
        has_period=True,
        has_period_text=True,
        has_area=True,
        resources=(
            ResourceFacts(
                id=str(RESOURCE_ID),
                label="Stops, 2026",
                kind=ResourceKind.DATA,
                format="CSV",
                media_type="text/csv",
                has_size=True,
                is_described=True,
                issued=datetime.date(2025, 12, 1),
                modified=datetime.date(2026, 1, 1),
                updated=datetime.date(2026, 1, 1),
                link=LinkState.OK,
                served="HTML",
                checked=datetime.date(2026, 5, 4),  # half past midnight in London
            ),
        ),
    )


def test_an_entry_that_says_only_its_title() -> None:
    assert facts() == DatasetFacts(title_length=18, title_words=4)


@pytest.mark.parametrize(
    ("own", "publishers", "contact"),
    [
        ({"contact_email": "ask@example.org"}, {}, Contact.OWN),
        ({"contact_url": "https://example.org/ask"}, {}, Contact.OWN),
        ({"contact_phone": "029 2000 0000"}, {}, Contact.OWN),
        ({"contact_name": "Data team"}, {"contact_email": "office@example.org"}, Contact.PUBLISHER),
        ({"contact_name": "Data team"}, {}, Contact.NAME_ONLY),
        ({"contact_name": "-", "contact_email": "not available", "contact_phone": "n/a"}, {}, Contact.NONE),
    ],
)
def test_whom_to_ask(own: dict[str, str], publishers: dict[str, str], contact: Contact) -> None:
    assert facts(Publisher(title="Ministry of Examples", **publishers), **own).contact == contact


def test_a_description_that_repeats_the_title_says_nothing() -> None:
    assert facts(description="BUS STOPS in Wales.").description_length == 0


def test_a_long_description_is_not_read_to_its_end() -> None:
    assert facts(description="word " * 100_000).description_length == 1_000


@pytest.mark.parametrize(
    ("title", "shouts"),
    [("BUS STOPS IN WALES", True), ("UK GDP", False), ("Bus stops in WALES", False), ("2011", False)],
)
def test_capitals(title: str, shouts: bool) -> None:
    assert facts(title=title).title_in_capitals is shouts


@pytest.mark.parametrize("empty", ["", "-", " . ", "–"])
def test_punctuation_is_no_answer(empty: str) -> None:
    measured = facts(licence_text=empty, access_reason=empty, temporal_text=empty)
    assert (measured.has_licence_text, measured.has_access_reason, measured.has_period_text) == (False, False, False)


@pytest.mark.parametrize(
    ("fields", "label", "is_described"),
    [
        ({"title": "Stops, 2026"}, "Stops, 2026", True),
        ({"title": "Stops"}, "Stops", False),
        ({"title": "Stops", "description": "Every stop."}, "Stops", True),
        ({}, "bus stops.csv", False),
        ({"title": "x" * 100}, "x" * 79 + "…", False),
        ({"url": "https://example.org/"}, "example.org", False),
    ],
)
def test_what_a_file_is_called(fields: dict[str, str], label: str, is_described: bool) -> None:
    resource = Resource(**{"url": "https://example.org/bus%20stops.csv"} | fields)
    measured = facts_of(Dataset(title="Bus stops in Wales"), [resource], {}, PUBLISHER, None).resources[0]
    assert (measured.label, measured.is_described) == (label, is_described)
