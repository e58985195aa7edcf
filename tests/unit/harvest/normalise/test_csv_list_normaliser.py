"""Columns of inventories in our words, and problems told by row and column."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Access, Classification, DatasetKind, Frequency, ResourceKind, ServiceStatus, ServiceType
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.csv_list import CsvNormaliser
from harvest.pipeline.validate import validate
from harvest.sources.csv_list_columns import DATASET_COLUMNS, RESOURCE_COLUMNS, columns_of

PUBLISHER = uuid4()
DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "csv-inventory.md"


def normalise(*rows: dict[str, str], sheet: str = "", first_row: int = 2) -> Normalised:
    """Rows by header, as the adapter gives them."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    columns = {
        column.header: {"name": column.name, "number": column.number, "link": column.link}
        for column in columns_of(headers)
    }
    body = {
        "sheet": sheet,
        "columns": columns,
        "rows": [{header: cell for header, cell in row.items() if cell} for row in rows],
        "row_numbers": list(range(first_row, first_row + len(rows))),
    }
    return CsvNormaliser()(body, publisher_id=PUBLISHER)


def draft(*rows: dict[str, str], **options: Any) -> DatasetDraft:
    return normalise(*rows, **options).draft


def told(*rows: dict[str, str], **options: Any) -> list[str]:
    return [finding.message for finding in normalise(*rows, **options).findings]


def test_whole_row_by_the_documented_columns():
    normalised = normalise(
        {
            "title": "Bathing beaches",
            "identifier": "bd2d4fa6-e9ad-470d-888b-5eb1378d39e9",
            "alternative_title": "Beaches; Strands",
            "title_cy": "Traethau ymdrochi",
            "description": r"Every beach.\n\n- Name\n- Water",
            "description_cy": "Pob traeth.",
            "publisher": "Coastguard",
            "creator": "Shore Survey",
            "topic": "Environment",
            "tags": "beach; bathing water, Beach",
            "licence": "OGL",
            "access": "open",
            "rights": "Mind the tide",
            "frequency": "every month",
            "issued": "06/05/2019",
            "modified": "2024-03-31",
            "period_start": "2020",
            "period_end": "2023-06",
            "places": "Wales; England",
            "box": "-5.7,51.3,-2.6,53.5",
            "languages": "English; cy",
            "version": "3.1",
            "version_notes": "More beaches.",
            "provenance": "Walked every summer.",
            "conforms_to": "https://s.example/1; Own standard",
            "related": "https://r.example/1 https://r.example/2",
            "landing_page": "www.coast.gov.uk/beaches",
            "contact_name": "Beach desk",
            "contact_email": "Beach@Coast.example",
            "contact_phone": "020 7946 0000",
            "contact_url": "https://coast.example/ask",
            "foi_email": "foi@coast.example",
            "classification": "OFFICIAL",
            "kind": "Dataset series",
            "url": "https://data.coast.example/beaches.csv",
            "resource_title": "Beaches as CSV",
            "resource_description": "All of them",
            "resource_format": ".csv",
            "resource_media_type": "text/csv",
            "resource_size": "2.5 KB",
            "resource_issued": "2019",
            "resource_modified": "31 March 2024",
            "resource_id": "r1",
            "resource_licence": "CC0",
            "documentation": "https://coast.example/guide.pdf",
            "Own column": "kept",
        }
    )

    assert normalised.findings == ()
    assert normalised.uuid == UUID("bd2d4fa6-e9ad-470d-888b-5eb1378d39e9")
    assert normalised.organisation == Organisation("Coastguard")
    assert normalised.draft == DatasetDraft(
        title="Bathing beaches",
        publisher_id=PUBLISHER,
        kind=DatasetKind.SERIES,
        alternative_titles=("Beaches", "Strands"),
        description="Every beach.\n\n- Name\n- Water",
        translations={"cy": {"title": "Traethau ymdrochi", "description": "Pob traeth."}},
        version_label="3.1",
        version_notes="More beaches.",
        creator="Shore Survey",
        contact_name="Beach desk",
        contact_email="Beach@coast.example",
        contact_phone="020 7946 0000",
        contact_url="https://coast.example/ask",
        foi_email="foi@coast.example",
        topic_id="environment",
        tags=("beach", "bathing water"),
        languages=("en", "cy"),
        landing_page="http://www.coast.gov.uk/beaches",
        conforms_to=("https://s.example/1", "Own standard"),
        related_links=("https://r.example/1", "https://r.example/2"),
        provenance="Walked every summer.",
        licence_id="uk-ogl",
        rights="Mind the tide",
        classification=Classification.OFFICIAL,
        frequency=Frequency.MONTHLY,
        issued=date(2019, 5, 6),
        issued_text="06/05/2019",
        modified=date(2024, 3, 31),
        modified_text="2024-03-31",
        temporal_start=date(2020, 1, 1),
        temporal_end=date(2023, 6, 30),
        west=-5.7,
        south=51.3,
        east=-2.6,
        north=53.5,
        places=("Wales", "England"),
        extras={"Own column": "kept"},
        resources=(
            ResourceDraft(
                url="https://data.coast.example/beaches.csv",
                source_id="r1",
                title="Beaches as CSV",
                description="All of them",
                format="CSV",
                format_text=".csv",
                media_type="text/csv",
                size_bytes=2500,
                issued=date(2019, 1, 1),
                modified=date(2024, 3, 31),
                extras={"licence": "CC0"},
            ),
            ResourceDraft(
                url="https://coast.example/guide.pdf",
                kind=ResourceKind.DOCUMENT,
                title="documentation",
                format="PDF",
            ),
        ),
    )


def test_every_column_and_name_is_documented():
    text = DOCUMENT.read_text()
    for name, spellings in {**DATASET_COLUMNS, **RESOURCE_COLUMNS}.items():
        assert f"| `{name}` | {', '.join(spellings)} |" in text, name
    described = set(re.findall(r"`([a-z_]+)`", text.partition("## Other names")[0]))
    assert (DATASET_COLUMNS.keys() | RESOURCE_COLUMNS.keys()) - described <= {"serves", "resource_size_unit"}


# Several rows and several columns


def test_rows_of_one_dataset_are_its_files_with_what_each_says_alone():
    rows = [
        {"title": "T", "url": "https://f.example/1.csv", "FileName": "One", "NumRecords": "3", "note": "same"},
        {"title": "T", "url": "https://f.example/2.csv", "FileName": "Two", "NumRecords": "4", "note": "same"},
    ]

    found = draft(*rows)

    assert [(resource.title, resource.extras) for resource in found.resources] == [
        ("One", {"NumRecords": "3"}),
        ("Two", {"NumRecords": "4"}),
    ]
    assert found.extras == {"note": "same"}


def test_rows_that_disagree_on_the_dataset_are_told():
    rows = [{"title": "T", "licence": "OGL"}, {"title": "T", "licence": "CC0"}]

    assert draft(*rows).licence_id == "uk-ogl"
    assert told(*rows, sheet="Data", first_row=7) == [
        "Row 8 of sheet “Data”, column “licence”: this differs from row 7 of the same dataset, which was used: write"
        " the same in all its rows, or leave all but the first empty."
    ]


def test_dates_of_rows_are_those_of_the_files_where_they_differ():
    rows = [
        {"title": "T", "url": "https://f.example/1", "issued": "2020-01-01", "modified": "2020-02-01"},
        {"title": "T", "url": "https://f.example/2", "issued": "2019-01-01", "modified": "2021-02-01"},
    ]

    found = draft(*rows)

    assert (found.issued, found.modified) == (date(2019, 1, 1), date(2021, 2, 1))
    assert [(one.issued, one.modified) for one in found.resources] == [
        (date(2020, 1, 1), date(2020, 2, 1)),
        (date(2019, 1, 1), date(2021, 2, 1)),
    ]


def test_numbered_columns_belong_together():
    found = draft(
        {
            "title": "T",
            "url_1": "https://f.example/1.csv",
            "resource_title_1": "One",
            "url_2": "https://f.example/2",
            "resource_title_2": "Two",
            "resource_format_2": "JSON",
            "resource_format": "CSV",
        }
    )

    assert [(one.url[-5:], one.title, one.format) for one in found.resources] == [
        ("1.csv", "One", "CSV"),
        ("ple/2", "Two", "JSON"),
    ]


def test_several_addresses_in_one_cell_are_several_files():
    found = draft({"title": "T", "url": "https://f.example/1.csv; https://f.example/2.csv\nhttps://f.example/3.csv"})

    assert [one.url[-5:] for one in found.resources] == ["1.csv", "2.csv", "3.csv"]


# What people write


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"publisher": "the-coastguard"}, Organisation("The coastguard", name="the-coastguard")),
        ({"publisher": "DEFRA"}, Organisation("DEFRA")),
        ({"publisher": "NULL"}, None),
    ],
)  # fmt: skip
def test_publisher(row: dict[str, str], expected: Organisation | None):
    assert normalise({"title": "T", **row}).organisation == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"access": "Restricted", "access_reason": "Personal data"}, (Access.RESTRICTED, "Personal data", "", "")),
        ({"access": "non-public", "rights": "Secret"}, (Access.INTERNAL, "Secret", "", "")),
        ({"planned_release": "Spring 2026"}, (Access.NOT_RELEASED, "", "", "Spring 2026")),
        ({"planned_release": "2026", "url": "https://f.example/"}, (Access.OPEN, "", "", "2026")),
        ({"accessRights": "Please ask the data owner."}, (Access.OPEN, "", "Please ask the data owner.", "")),
    ],
)
def test_access(row: dict[str, str], expected: tuple[str, str, str, str]):
    found = draft({"title": "T", **row})

    assert (found.access, found.access_reason, found.rights, found.planned_release) == expected


def test_data_service():
    row = {"title": "T", "endpointURL": "https://a.example/", "serviceType": "REST", "serviceStatus": "Private beta"}

    found = draft(row, sheet="DataService")

    assert (found.kind, found.endpoint_url) == (DatasetKind.SERVICE, "https://a.example/")
    assert (found.service_type, found.service_status) == (ServiceType.REST, ServiceStatus.PRIVATE_BETA)


@pytest.mark.parametrize(
    ("size", "unit", "expected"),
    [("86", "bytes", 86), ("2.99 KB", "KB", 2990), ("1,024", "", 1024), ("1.5", "MB", 1_500_000), ("143", "", 143)],
)  # fmt: skip
def test_sizes(size: str, unit: str, expected: int):
    row = {"title": "T", "url": "https://f.example/", "FileSize": size, "FileSizeUnit": unit}

    assert draft(row).resources[0].size_bytes == expected


def test_formulas_that_make_links_are_taken_apart_and_others_told():
    row = {
        "title": '=HYPERLINK("https://p.example/","Bins")',
        "url": '=HYPERLINK("https://f.example/a.csv"; "The file")',
    }

    found = draft(row)

    assert (found.title, found.resources[0].url, found.resources[0].title) == (
        "Bins",
        "https://f.example/a.csv",
        "The file",
    )
    assert told({"title": "=cmd|' /C calc'!A0"}) == [
        "Row 2, column “title”: this is a formula instead of its result: save the table as values."
    ]


def test_title_may_stand_in_another_column():
    assert draft({"Title": "", "Alternative Title": "Roads, Minnesota"}).title == "Roads, Minnesota"


def test_file_that_is_known_only_by_an_identifier_that_is_its_address():
    row = {"title": "T", "distribution_accessService": "some-service", "distribution_identifier": "https://f.example/d"}

    (resource,) = draft(row).resources

    assert (resource.url, resource.source_id) == ("https://f.example/d", "https://f.example/d")


# Problems


@pytest.mark.parametrize(
    ("column", "cell", "message", "kept"),
    [
        ("issued", "soon", "this is no date that can be understood: write it as 2024-03-31.", False),
        ("period_start", "long ago", "this is no date that can be understood: write it as 2024-03-31.", True),
        ("period", "olden times", "this is no period that can be understood: write 2023-04-01/2024-03-31.", False),
        ("Licence", "Ours", "this is no licence that we know", False),
        ("access", "Whatever", "this is none of open, restricted, internal and not released", True),
        ("frequency", "in progress", "how often the data is updated was not understood", True),
        ("topic", "Odds and ends", "this topic is none of ours, so it was guessed", True),
        ("languages", "Klingon", "this is no language that we know: write en or cy.", True),
        ("landing_page", "ask Ann", "this is no web address, so it was left out: begin it with https://.", True),
        ("url", "G:\\share", "this is no web address, so it was left out: begin it with https://.", True),
        ("box", "0,0,0,0", "this is no box on Earth: write west,south,east,north in degrees.", True),
    ],
)  # fmt: skip
def test_problems_name_row_and_column_and_what_would_mend_them(column: str, cell: str, message: str, kept: bool):
    row = {"title": "T", column: cell}

    (said,) = told(row, first_row=17)
    assert said.startswith(f"Row 17, column “{column}”: {message}")
    assert draft(row).extras == ({column: cell} if kept else {})


cells = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["2020", "https://a.example/ b", "OGL", "1,2,3,4", "=1+1", '=HYPERLINK("x")', "a;b|c", "5 KB", "en"]
    ),
)
names = st.sampled_from([*DATASET_COLUMNS, *RESOURCE_COLUMNS, "url_2", "documentation", "x"])


@given(st.lists(st.dictionaries(names, cells, max_size=8), min_size=1, max_size=3))
def test_no_row_breaks_the_normaliser(rows: list[dict[str, str]]):
    validate(draft(*rows))


anything = st.one_of(st.none(), st.integers(), st.text(), st.dictionaries(st.text(), st.none()))
parts = st.sampled_from(["rows", "columns", "row_numbers", "sheet"])


@given(st.dictionaries(parts, st.one_of(anything, st.lists(anything))))
def test_no_body_breaks_the_normaliser(body: dict[str, Any]):
    validate(CsvNormaliser()(body, publisher_id=PUBLISHER).draft)
