"""Files, documents and services of CKAN packages."""

import datetime
from typing import Any
from uuid import UUID

import pytest

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from harvest.normalise.base import Normalised
from harvest.normalise.ckan import CkanNormaliser
from tests.servers.fake_ckan import package

URL = "https://data.example.gov.uk/roads.csv"


def normalised(*resources: Any) -> Normalised:
    return CkanNormaliser()(package(1, resources=list(resources)), publisher_id=UUID(int=1))


def only(**fields: Any) -> ResourceDraft:
    (resource,) = normalised({"url": URL, **fields}).draft.resources
    return resource


def test_whole_resource():
    resource = only(
        id="5a1b",
        name="Roads",
        description="<p>All of <b>them</b>.</p>",
        format=".CSV",
        mimetype="text/csv",
        size="32155",
        hash="338c1b6745ad29a11bb711e8b8fe97d7",
        created="2015-08-21T00:00:00",
        last_modified="2016-01-20T15:32:55",
        date="2013-03",
        **{"schema-url": "http://schema.example.uk/roads", "schema-type": "csvlint", "hub-id": "77-1"},
        archiver={"is_broken": False},
        position=3,
        package_id="x",
    )

    assert resource == ResourceDraft(
        url=URL,
        source_id="5a1b",
        title="Roads",
        description="All of them.",
        format="CSV",
        format_text=".CSV",
        media_type="text/csv",
        size_bytes=32155,
        checksum="md5:338c1b6745ad29a11bb711e8b8fe97d7",
        conforms_to="http://schema.example.uk/roads",
        issued=datetime.date(2015, 8, 21),
        modified=datetime.date(2016, 1, 20),
        period_text="2013-03",
        extras={"schema-type": "csvlint", "hub-id": "77-1"},
    )


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"resource_type": "file"}, ResourceKind.DATA),
        ({"resource_type": None}, ResourceKind.DATA),
        ({"resource_type": "documentation"}, ResourceKind.DOCUMENT),
        ({"resource-type": "supporting-document"}, ResourceKind.DOCUMENT),
        ({"resource_type": "api"}, ResourceKind.API),
        ({"format": "WMS"}, ResourceKind.API),
        ({"format": "wfs"}, ResourceKind.API),
        ({"resource_locator_function": "webService"}, ResourceKind.API),
    ],
)
def test_kind(fields: dict[str, Any], kind: ResourceKind):
    first, _ = normalised({"url": URL, **fields}, {"url": f"{URL}.zip"}).draft.resources

    assert first.kind == kind


def test_dataset_of_nothing_but_documents_consists_of_them():
    document = {"url": URL, "resource_type": "documentation"}
    kept_back = CkanNormaliser()(package(1, resources=[document], unpublished="true"), publisher_id=UUID(int=1))

    assert [resource.kind for resource in normalised(document, document).draft.resources] == [ResourceKind.DATA] * 2
    assert [resource.kind for resource in kept_back.draft.resources] == [ResourceKind.DOCUMENT]


def test_resources_that_data_gov_uk_repeats_by_purpose_come_once():
    one, two = {"url": URL, "id": "1"}, {"url": f"{URL}.pdf", "id": "2", "resource_type": "documentation"}
    sorted_by_purpose = {"individual_resources": [one], "additional_resources": [two], "timeseries_resources": []}

    both = CkanNormaliser()(package(1, resources=[one, two], **sorted_by_purpose), publisher_id=UUID(int=1)).draft
    sorted_only = CkanNormaliser()(package(1, resources=[], **sorted_by_purpose), publisher_id=UUID(int=1)).draft

    assert [resource.source_id for resource in both.resources] == ["1", "2"]
    assert [resource.kind for resource in sorted_only.resources] == [ResourceKind.DATA, ResourceKind.DOCUMENT]
    assert both.extras == {}


@pytest.mark.parametrize(
    ("fields", "title", "description"),
    [
        ({"name": "Roads", "description": "Roads"}, "Roads", ""),
        ({"name": "", "description": "2010"}, "2010", ""),
        ({"name": None, "title": "Roads", "description": "All"}, "Roads", "All"),
        ({"name": "", "description": "Resource locator"}, "", ""),
        ({"name": "Unnamed resource", "description": "Lanes"}, "Lanes", ""),
        ({"name": "", "description": "First.\nSecond."}, "", "First.\nSecond."),
        ({"name_translated": {"en": "Roads", "fr": "Routes"}, "name": "x"}, "Roads", ""),
        ({"name": "", "description": "long " * 60}, "", ("long " * 60).strip()),
    ],
)
def test_title_and_description(fields: dict[str, Any], title: str, description: str):
    resource = only(**fields)

    assert (resource.title, resource.description) == (title, description)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"format": "", "url": "https://x.gov.uk/roads.csv"}, "CSV"),
        ({"format": "", "mimetype": "application/pdf", "url": "https://x.gov.uk/1"}, "PDF"),
        ({"format": "", "resource_locator_protocol": "OGC:WMS-1.3.0-http-get-map", "url": "https://x.gov.uk/1"}, "WMS"),
        ({"format": "", "qa": {"format": "XLS", "openness_score": 2}, "url": "https://x.gov.uk/1"}, "XLS"),
        ({"format": "", "url": "https://x.gov.uk/1"}, ""),
    ],
)
def test_format_is_looked_for_where_it_is_not_declared(fields: dict[str, Any], code: str):
    assert only(**fields).format == code


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (12, 12),
        ("12", 12),
        ("1,200", 1200),
        (12.0, 12),
        (0, None),
        ("0", None),
        (None, None),
        ("12 KB", None),
        (-1, None),
    ],
)
def test_size(size: Any, expected: int | None):
    assert only(size=size).size_bytes == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '{"content": "31cae4b274d2ed4bab341047c6567feeccf38de3", "header": null}',
            "sha1:31cae4b274d2ed4bab341047c6567feeccf38de3",
        ),
        ("sha256:abc", "sha256:abc"),
        ("", ""),
    ],
)
def test_checksum(written: str, expected: str):
    assert only(hash=written).checksum == expected


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"date": "11/2010"}, "11/2010"),
        ({"datafile-date": "2014-03-31"}, "2014-03-31"),
        ({"temporal_coverage_from": "01/04/2013", "temporal_coverage_to": "31/03/2014"}, "01/04/2013 – 31/03/2014"),
        ({"temporal_coverage_from": "None", "coverage_end_date": "None"}, ""),
    ],
)
def test_period_of_a_file_is_kept_as_written(fields: dict[str, str], text: str):
    assert only(**fields).period_text == text


def test_one_bad_resource_costs_itself_alone():
    result = normalised(
        {"url": URL, "name": "Good"},
        None,
        7,
        "http://x.gov.uk/a.pdf",
        {"name": "Deleted", "url": URL, "state": "deleted"},
        {"name": "No address"},
        {"url": "http://www.x.gov.uk/a b.xls ", "name": "Blank", "created": "not a date", "size": []},
    )

    assert [(resource.title, resource.url) for resource in result.draft.resources] == [
        ("Good", URL),
        ("", "http://x.gov.uk/a.pdf"),
        ("No address", ""),
        ("Blank", "http://www.x.gov.uk/a%20b.xls"),
    ]
    assert [finding.kind for finding in result.findings] == ["bad-resource", "bad-date"]
