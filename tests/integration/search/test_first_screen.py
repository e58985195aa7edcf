"""What people type, tried on the demo's catalogue: what they mean stands on the first screen, among the first five.

Slips, plurals, American words, letters for names and names for letters, half a word, a postcode, places, whole titles,
publishers, formats and years.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from catalogue.search.document import Searchable
from catalogue.search.index import close_reader
from catalogue.search.location import State, building, make_current, new_build
from catalogue.search.query import SearchRequest, search
from catalogue.search.writing import Writer
from catalogue.vocabularies.formats import format_from
from harvest.demo.catalogue import demo_catalogue
from harvest.demo.entries import DemoEntry

FIRST_SCREEN = 5
NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def searchable(number: int, entry: DemoEntry, record: dict[str, Any]) -> Searchable:
    """A record of the demo's as an entry of the catalogue, so far as words go."""
    files = record.get("distribution", ())
    return Searchable(
        id=UUID(int=number),
        name=entry.name,
        title=record["title"].strip(),
        description=record.get("description", ""),
        tags=tuple(record.get("keyword", ())),
        publisher_path=((entry.publisher.slug, entry.publisher.title),),
        publisher_abbreviation="",
        topic="",
        topic_title="",
        licence_code="",
        access="open",
        kind="dataset",
        formats=tuple(dict.fromkeys(filter(None, (format_from(str(file.get("format", ""))) for file in files)))),
        files=tuple(file["title"] for file in files if file.get("title")),
        places=(),
        identifiers=(),
        translations=(),
        quality_score=None,
        quality_band="",
        origin_id="",
        updated_at=NOW.date(),
        changed_at=NOW,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the demo, written once without a database."""
    place: Path = tmp_path_factory.mktemp("demo")
    catalogue = demo_catalogue()
    records = {
        record["title"].strip(): record
        for published in catalogue.records.values()
        for record in published
        if isinstance(record, dict) and isinstance(record.get("title"), str)
    }
    with override_settings(SEARCH_DIR=place), building():
        build = new_build()
        writer = Writer(build, is_new=True)
        entries = [entry for entry in catalogue.entries.values() if entry.title.strip() in records]
        writer.add(searchable(number, entry, records[entry.title.strip()]) for number, entry in enumerate(entries, 1))
        writer.commit(State(0, None, None, NOW))
        writer.close(wait=True)
        make_current(build)
    return place


@pytest.fixture(autouse=True)
def _demo(_own_index: None, folder: Path, settings: Any) -> Iterator[None]:
    settings.SEARCH_DIR = folder
    close_reader()
    yield
    close_reader()


def first_screen(typed: str) -> list[str]:
    page = search(SearchRequest(q=typed, page_size=FIRST_SCREEN))
    return [hit.title for hit in page.hits]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # a few words
        ("bus stops", "Bus stops in the Vale of Ashby"),
        (
            "where can I find swimming pool visits",
            "Leisure centres and swimming pools: visits 2025 to 2026 – Lanterbridge",
        ),
        # slips
        ("libary opening hours", "Library locations and opening hours – Northmarsh"),
        ("ambulence response", "Ambulance response times, July to September 2026"),
        ("consumer prises", "Consumer prices, September 2026"),
        ("flytipping", "Fly-tipping incidents 2024 to 2025"),
        # plural and singular
        ("allotment", "Allotments in the Vale of Ashby"),
        ("coastal erosions", "Coastal erosion from Lanterbridge to the next headland"),
        # American
        ("recycling centers", "Recycling centres and bottle banks in Lanterbridge"),
        ("neighborhood crimes reported", "Crime recorded by the police, July to September 2026"),
        ("parking lots", "Car parks in the Vale of Ashby"),
        ("parking garages lanterbridge", "Council car parks and charges – Lanterbridge"),
        ("trash collection", "Waste and recycling collection rounds – Lanterbridge"),
        ("restrooms", "Public conveniences – Lanterbridge"),
        ("train stations", "Railway station usage 2025 to 2026"),
        # letters for a name, a name for letters, lay words
        ("TPO", "Tree preservation orders in the Vale of Ashby"),
        ("tree preservation order", "Tree preservation orders in the Vale of Ashby"),
        ("AED", "Defibrillator locations – Lanterbridge"),
        ("asb", "ASB complaints in Lanterbridge, 2025 to 2026"),
        ("rubbish collection", "Waste and recycling collection rounds – Lanterbridge"),
        ("jail population", "Prison population at the end of July 2026"),
        # half a word
        ("tram punct", "Tram punctuality and missed journeys, 2026"),
        ("defibr", "Defibrillator locations – Lanterbridge"),
        # a place
        ("public toilets dyffryn arian", "Toiledau cyhoeddus / Public conveniences – Dyffryn Arian"),
        ("river levels merrow", "River levels and flows on the Merrow"),
        # a whole title
        ("Street gazetteer", "Street gazetteer"),
        ("Boundaries of health areas, 2026", "Boundaries of health areas, 2026"),
        # a publisher
        ("hospitals commission spend", "Spend over £25,000, September 2026 – Hospitals Commission"),
        ('publisher:"Lanterbridge Tramways" stops', "Tram stops and step-free access"),
        # a format, a year
        ("bus stops csv", "Bus stop locations and shelters, Northmarsh"),
        ("air quality 2024", "Air quality 2024 – Lanterbridge"),
        ("council spending 2023", "Council_spending_over_500_2023_to_2024_FINAL"),
        # another language
        ("tymhorau ysgol", "Dyddiadau tymhorau ysgol"),
    ],
)
def test_what_is_meant_stands_on_the_first_screen(typed: str, meant: str) -> None:
    assert meant in first_screen(typed)


def test_a_postcode_that_no_entry_has_is_read_as_its_town() -> None:
    page = search(SearchRequest(q="M15"))
    assert (page.total, page.unknown) == (0, ("m15",))  # nothing of the demo is about Manchester
