"""schema.org datasets → drafts: a whole page against what it should become, and what pages get wrong."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from catalogue.drafts import DatasetDraft
from catalogue.enums import Access
from harvest.normalise.base import Normalised
from harvest.normalise.schema_org import SchemaOrgNormaliser
from harvest.raw_record import RawRecord
from harvest.sources.schema_org_page import datasets_in
from tests.factories.iso import as_json

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "harvest" / "schema_org"
PUBLISHER = UUID("11111111-1111-1111-1111-111111111111")


def normalised(**body: Any) -> Normalised:
    return SchemaOrgNormaliser()({"@type": "Dataset", "name": "Trees", **body}, publisher_id=PUBLISHER)


def draft(**body: Any) -> DatasetDraft:
    return normalised(**body).draft


def kinds(**body: Any) -> list[str]:
    return [finding.kind for finding in normalised(**body).findings]


def test_sample_becomes_its_golden_draft():
    page = (SAMPLES / "catchments.html").read_text()

    (record,) = datasets_in(page, "https://rivers.example.gov.uk/data/catchments.html")

    assert isinstance(record, RawRecord)
    assert record.guid == "https://rivers.example.gov.uk/data/catchments"
    found = as_json(SchemaOrgNormaliser()(record.body, publisher_id=PUBLISHER))
    assert found == json.loads((SAMPLES / "catchments.golden.json").read_text())


def test_names_may_carry_a_prefix_or_be_whole_addresses():
    body = {"@type": "http://schema.org/Dataset", "schema:name": "Bins", "https://schema.org/description": "Where"}
    found = SchemaOrgNormaliser()(body, publisher_id=PUBLISHER).draft

    assert (found.title, found.description) == ("Bins", "Where")


@pytest.mark.parametrize(
    ("geo", "box"),
    [
        ({"@type": "GeoShape", "box": "49.9,-6.4 55.8,1.8"}, (-6.4, 49.9, 1.8, 55.8)),
        ({"@type": "GeoCoordinates", "latitude": 51.5, "longitude": -0.1}, (-0.1, 51.5, -0.1, 51.5)),
        ({"@type": "GeoShape", "polygon": "50 -1 52 -1 52 1 50 -1"}, (-1, 50, 1, 52)),
    ],
)
def test_areas(geo: dict[str, Any], box: tuple[float, ...]):
    found = draft(spatialCoverage={"@type": "Place", "geo": geo})

    assert (found.west, found.south, found.east, found.north) == box


@pytest.mark.parametrize(
    ("said", "access", "kept"),
    [
        ({"isAccessibleForFree": False, "conditionsOfAccess": "Ask us"}, Access.RESTRICTED, "Ask us"),
        ({"isAccessibleForFree": False}, Access.OPEN, ""),
        ({"isAccessibleForFree": True, "conditionsOfAccess": "Register first"}, Access.OPEN, "Register first"),
    ],
)
def test_access_is_restricted_only_where_conditions_say_how(said: dict[str, Any], access: Access, kept: str):
    found = draft(**said)

    assert (found.access, found.access_reason or found.rights) == (access, kept)


def test_what_is_not_understood_is_told_and_kept():
    found = normalised(
        license="Ask Bob",
        temporalCoverage="some time",
        inLanguage="Klingon",
        dateModified="soon",
        url="not an address",
        distribution=["https://data.example.gov.uk/trees.csv", 5],
    )

    assert sorted(finding.kind for finding in found.findings) == [
        *("bad-address", "bad-date", "bad-distribution", "bad-period"),
        *("unknown-language", "unknown-licence"),
    ]
    assert found.draft.licence_text == "Ask Bob"
    assert found.draft.temporal_text == "some time"
    assert found.draft.extras == {"inLanguage": "Klingon", "url": "not an address"}
    assert [(one.url, one.format) for one in found.draft.resources] == [
        ("https://data.example.gov.uk/trees.csv", "CSV")
    ]


@pytest.mark.parametrize(
    ("size", "expected"), [("1,234 bytes", 1234), ("1.5 MB", 1_500_000), ("2KiB", 2048), (77, 77), ("large", None)]
)
def test_sizes(size: object, expected: int | None):
    (resource,) = draft(distribution={"contentUrl": "https://a.example/b.csv", "contentSize": size}).resources

    assert resource.size_bytes == expected
