"""What we serve, read by our own CKAN adapter, is the same dataset again."""

import datetime
import json
from typing import Any

import pytest

from catalogue.drafts import DATASET_FIELDS, INTERNAL_FIELDS, RESOURCE_FIELDS, DatasetDraft
from catalogue.enums import Access, Classification, DatasetKind, ResourceKind, ServiceStatus, ServiceType
from catalogue.models import Dataset
from catalogue.snapshots import plain
from harvest.normalise.ckan import CkanNormaliser
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

BASE: dict[str, Any] = {
    "title": "Salmon counts",
    "description": "Fish *that* swim up.\n\nIn two paragraphs.",
    "topic_id": "environment",
    "tags": ("salmon", "Fish counts"),
    "licence_id": "uk-ogl",
    "licence_text": "As in the wild, under the terms that rivers have.",
    "contact_name": "Ann",
    "contact_email": "ann@fish.example",
    "contact_phone": "01234 567890",
    "contact_url": "https://fish.example/ask",
    "foi_name": "FOI team",
    "foi_email": "foi@fish.example",
    "foi_phone": "01234 567891",
    "foi_url": "https://fish.example/foi",
    "creator": "Fish Lab",
    "landing_page": "https://fish.example/",
    "identifiers": ("10.1234/x", "F-17"),
    "alternative_titles": ("Counts of salmon", "Fish census"),
    "version_label": "2.1",
    "version_notes": "More rivers.",
    "related_links": ("https://fish.example/trout",),
    "provenance": "Counted by hand.",
    "languages": ("en", "cy"),
    "translations": {"cy": {"title": "Cyfrif eogiaid", "description": "Pysgod"}},
    "rights": "No nets.",
    "classification": Classification.OFFICIAL,
    "conforms_to": ("https://schema.example/", "A standard"),
    "frequency": "annual",
    "issued": datetime.date(2010, 5, 10),
    "issued_text": "10/05/2010",
    "modified": datetime.date(2015, 1, 1),
    "modified_text": "2015-01-01",
    "temporal_start": datetime.date(2009, 1, 1),
    "temporal_end": datetime.date(2010, 12, 31),
    "temporal_text": "2009 – 2010",
    "west": -4.5,
    "south": 50.0,
    "east": -3.0,
    "north": 51.25,
    "places": ("England", "Wales"),
    "extras": {"Zone": "north", "theme-secondary": ["Health"], "pairs": [{"a": 1}], "count": "3"},
    "resources": (
        csv_file(
            title="All counts",
            description="All of them.",
            media_type="text/csv",
            format_text="CSV",
            size_bytes=12,
            checksum="sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            conforms_to="https://schema.example/csv",
            issued=datetime.date(2015, 2, 1),
            modified=datetime.date(2015, 3, 1),
            period_text="2009",
            extras={"scraped": "no"},
        ),
        csv_file(
            "https://fish.example/notes.pdf",
            kind=ResourceKind.DOCUMENT,
            format="PDF",
            format_text="PDF",
            issued=datetime.date(2015, 2, 1),
        ),
        csv_file(
            "https://fish.example/wms?service=WMS",
            kind=ResourceKind.API,
            format="WMS",
            format_text="WMS",
            issued=datetime.date(2015, 2, 1),
        ),
    ),
}

VARIANTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "no licence": {"licence_id": None, "licence_text": ""},
    "not released": {
        "access": Access.NOT_RELEASED,
        "access_reason": "Not checked yet.",
        "planned_release": "Summer 2027",
        "resources": (),
    },
    "restricted": {"access": Access.RESTRICTED, "access_reason": "Exact nests of rare birds."},
    "internal": {"access": Access.INTERNAL, "access_reason": "Holds names of people.", "rights": ""},
    "series": {"kind": DatasetKind.SERIES},
    "service": {
        "kind": DatasetKind.SERVICE,
        "service_status": ServiceStatus.LIVE,
        "service_type": ServiceType.values[0],
        "endpoint_url": "https://api.fish.example/v1",
        "endpoint_description": "https://api.fish.example/openapi.json",
    },
    "across the antimeridian": {"west": 170.0, "east": -170.0},
    "a point": {"west": 1.5, "east": 1.5, "south": 50.5, "north": 50.5},
    "open period": {"temporal_end": None, "temporal_text": "2009-01-01"},
    "a period in words": {"temporal_start": None, "temporal_end": None, "temporal_text": "the last ice age"},
    "publisher's contact": dict.fromkeys(
        ("contact_name", "contact_email", "contact_phone", "contact_url", "foi_name", "foi_email", "foi_phone"), ""
    )
    | {"foi_url": ""},
}


def test_no_field_of_a_dataset_is_left_out_of_the_test():
    tried = set(BASE) | {field for variant in VARIANTS.values() for field in variant}
    # CKAN has no word for personal data or a series, and what officials alone may read is in no public answer
    assert {*DATASET_FIELDS, "resources"} - tried == {"publisher_id", "personal_data", "in_series_id", *INTERNAL_FIELDS}


def said(draft: DatasetDraft | Dataset, resources: Any) -> dict[str, Any]:
    """All that a dataset says, as plain values."""
    return {
        **{field: plain(getattr(draft, field)) for field in DATASET_FIELDS},
        "name": draft.name,
        "resources": [{field: plain(getattr(one, field)) for field in RESOURCE_FIELDS} for one in resources],
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_dataset_comes_back_as_it_was(call, variant):
    entry = dataset(PublisherFactory(), name="salmon-counts", **BASE | VARIANTS[variant])
    served = json.loads(json.dumps(call("package_show", id="salmon-counts")))
    found = CkanNormaliser()(served, publisher_id=entry.publisher_id)
    before = said(entry, entry.resources.all())
    ids = [str(resource.id) for resource in entry.resources.all()]
    for resource, own_id in zip(before["resources"], ids, strict=True):
        resource["source_id"] = own_id
    assert said(found.draft, found.draft.resources) == before
    assert found.uuid == entry.id
    assert (found.created_at, found.modified_at) == (entry.created_at, entry.modified_at)
    expected = ["bad-period"] if variant == "a period in words" else []
    assert [finding.kind for finding in found.findings] == expected
    assert found.organisation is not None
    assert (found.organisation.name, found.organisation.title) == (entry.publisher.slug, entry.publisher.title)
