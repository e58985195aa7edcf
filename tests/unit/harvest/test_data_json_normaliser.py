"""DCAT-US fields in our words, and what is told of those that can't be understood."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from catalogue.drafts import DatasetDraft
from catalogue.enums import Access, DatasetKind, Frequency, ResourceKind
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.data_json import DataJsonNormaliser

PUBLISHER = uuid4()


def normalise(**body: Any) -> Normalised:
    return DataJsonNormaliser()({"identifier": "x", "title": "T", **body}, publisher_id=PUBLISHER)


def draft(**body: Any) -> DatasetDraft:
    return normalise(**body).draft


def told(**body: Any) -> list[tuple[str, str]]:
    return [(finding.kind, finding.field) for finding in normalise(**body).findings]


def test_whole_record_by_the_book():
    normalised = normalise(
        **{
            "@type": "dcat:Dataset",
            "title": "Bus  stops",
            "description": "<p>Every <b>stop</b>.</p><ul><li>Name</li><li>Place</li></ul>",
            "keyword": ["bus", "Bus", "transport"],
            "theme": ["Transport"],
            "modified": "2024-03-31",
            "issued": "2019",
            "publisher": {"name": "Buses Team", "subOrganizationOf": {"name": "Ministry of Movement"}},
            "contactPoint": {"fn": "Ann Driver", "hasEmail": "mailto:ann@buses.example"},
            "accessLevel": "public",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "accrualPeriodicity": "R/P1M",
            "temporal": "2023-01-01/2023-12-31",
            "spatial": "-1.5,53.7,-1.4,53.9",
            "language": ["en-GB"],
            "landingPage": "https://buses.example/stops",
            "conformsTo": "https://schemas.example/stops",
            "describedBy": "https://buses.example/stops.pdf",
            "references": ["https://buses.example/guide"],
            "isPartOf": "all-transport",
            "bureauCode": ["010:04"],
            "distribution": [
                {
                    "@type": "dcat:Distribution",
                    "title": "Stops",
                    "downloadURL": "https://buses.example/stops.csv",
                    "accessURL": "https://buses.example/stops-page",
                    "mediaType": "text/csv",
                    "byteSize": "1024",
                    "rank": 1,
                }
            ],
        }
    )

    assert normalised.findings == ()
    assert normalised.organisation == Organisation("Buses Team", parent=Organisation("Ministry of Movement"))
    found = normalised.draft
    assert found.publisher_id == PUBLISHER
    assert (found.title, found.description) == ("Bus stops", "Every stop.\n\n- Name\n- Place")
    assert (found.tags, found.topic_id) == (("bus", "transport"), "transport")
    assert (found.modified, found.modified_text) == (date(2024, 3, 31), "2024-03-31")
    assert (found.issued, found.issued_text) == (date(2019, 1, 1), "2019")
    assert (found.contact_name, found.contact_email) == ("Ann Driver", "ann@buses.example")
    assert (found.access, found.licence_id, found.licence_text) == (Access.OPEN, "CC-BY-4.0", "")
    assert (found.frequency, found.languages) == (Frequency.MONTHLY, ("en",))
    assert (found.temporal_start, found.temporal_end) == (date(2023, 1, 1), date(2023, 12, 31))
    assert (found.west, found.south, found.east, found.north, found.places) == (-1.5, 53.7, -1.4, 53.9, ())
    assert (found.landing_page, found.conforms_to) == (
        "https://buses.example/stops",
        ("https://schemas.example/stops",),
    )
    assert found.extras == {"isPartOf": "all-transport", "bureauCode": ["010:04"]}
    stops, dictionary, guide = found.resources
    assert (stops.url, stops.kind, stops.format, stops.size_bytes) == (
        "https://buses.example/stops.csv",
        ResourceKind.DATA,
        "CSV",
        1024,
    )
    assert stops.extras == {"rank": 1, "accessURL": "https://buses.example/stops-page"}
    assert (dictionary.url, dictionary.kind, dictionary.title, dictionary.format) == (
        "https://buses.example/stops.pdf",
        ResourceKind.DOCUMENT,
        "Data dictionary",
        "PDF",
    )
    assert (guide.url, guide.kind) == ("https://buses.example/guide", ResourceKind.DOCUMENT)


def test_prefixed_names_of_json_ld_mean_the_same():
    body = {
        "@type": "dcat:Dataset",
        "dct:identifier": "1",
        "dct:title": "Open space audit",
        "dct:description": "All of it",
        "dct:publisher": "City Mapping",
        "dct:accessRights": "public",
        "dct:language": {"@id": "lang:ENG"},
        "dct:issued": "2022-05-04T15:46:07.000Z",
        "dcat:keyword": ["greenspace"],
        "dcat:contactPoint": {"@id": "https://c.example", "vcard:fn": "Gis", "vcard:hasEmail": "mailto:gis@c.example"},
        "dcat:distribution": [{"dcat:accessUrl": "https://c.example/open.json", "dct:format": {"@id": "ftype:JSON"}}],
    }

    normalised = DataJsonNormaliser()(body, publisher_id=PUBLISHER)

    found = normalised.draft
    assert normalised.findings == ()
    assert normalised.organisation == Organisation("City Mapping")
    assert (found.title, found.description, found.languages) == ("Open space audit", "All of it", ("en",))
    assert (found.issued, found.contact_email, found.tags) == (date(2022, 5, 4), "gis@c.example", ("greenspace",))
    assert [(resource.url, resource.format) for resource in found.resources] == [
        ("https://c.example/open.json", "JSON")
    ]
    assert found.extras == {}


@pytest.mark.parametrize(
    ("level", "rights", "access", "reason"),
    [
        ("restricted public", "Held by the court.", Access.RESTRICTED, "Held by the court."),
        ("non-public", None, Access.INTERNAL, ""),
        ("public", "true", Access.OPEN, ""),
    ],
)
def test_access_and_why_it_is_not_open(level: str, rights: str | None, access: Access, reason: str):
    found = draft(accessLevel=level, rights=rights)

    assert (found.access, found.access_reason, found.rights) == (access, reason, "")


def test_unknown_licence_keeps_its_words_and_is_told():
    found = normalise(license="<b>Ask</b> the clerk before use.")

    assert (found.draft.licence_id, found.draft.licence_text) == (None, "Ask the clerk before use.")
    assert [finding.kind for finding in found.findings] == ["unknown-licence"]


@pytest.mark.parametrize("nothing", [None, "", "N/A", " none ", []])
def test_fields_that_say_nothing_are_no_problem(nothing: Any):
    names = ("license", "modified", "spatial", "temporal", "landingPage", "language", "accrualPeriodicity", "keyword")

    assert normalise(**dict.fromkeys(names, nothing)).findings == ()


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("modified", "recently", "bad-date"),
        ("landingPage", "see our site", "bad-address"),
        ("accrualPeriodicity", "when the moon is full", "unknown-frequency"),
        ("language", ["Klingon"], "unknown-language"),
        ("theme", ["Knitting"], "unknown-theme"),
        ("accessLevel", "maybe", "unknown-access"),
        ("temporal", "a while ago", "bad-period"),
        ("spatial", {"@type": "Location"}, "bad-place"),
    ],
)
def test_what_is_not_understood_is_told_and_kept(field: str, value: Any, kind: str):
    normalised = normalise(**{field: value})

    assert [(finding.kind, finding.field) for finding in normalised.findings] == [(kind, field)]
    kept = normalised.draft
    assert value == kept.extras.get(field) or value in (kept.modified_text, kept.temporal_text)


def test_repeating_interval_in_place_of_a_date_is_a_frequency():
    found = draft(modified="R/P1D")

    assert (found.modified, found.modified_text, found.frequency) == (None, "R/P1D", Frequency.DAILY)


@pytest.mark.parametrize(
    ("spatial", "places", "west"),
    [
        ("Northumberland", ("Northumberland",), None),
        ('{"type": "Polygon", "coordinates": [[[-1,50],[1,50],[1,51],[-1,51],[-1,50]]]}', (), -1.0),
        ([{"prefLabel": "Leeds"}, "-2,53,-1,54"], ("Leeds",), -2.0),
    ],
)
def test_place_by_name_and_by_box(spatial: Any, places: tuple[str, ...], west: float | None):
    found = draft(spatial=spatial)

    assert (found.places, found.west) == (places, west)


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("Ann Driver", ("Ann Driver", "", "")),
        ({"fn": "<Nobody>", "hasEmail": "ann@buses.example"}, ("", "ann@buses.example", "")),
        ([{"fn": "Ann", "hasEmail": {"@id": "mailto:a@b.example"}}, {"fn": "Bob"}], ("Ann", "a@b.example", "")),
        ({"fn": "Desk", "hasEmail": "https://buses.example/contact"}, ("Desk", "", "https://buses.example/contact")),
        (7, ("7", "", "")),
        (None, ("", "", "")),
    ],
)
def test_contact_in_many_shapes(contact: Any, expected: tuple[str, str, str]):
    found = draft(contactPoint=contact)

    assert (found.contact_name, found.contact_email, found.contact_url) == expected


@pytest.mark.parametrize(
    ("distribution", "urls"),
    [
        ({"downloadURL": "https://a.example/x.csv"}, ["https://a.example/x.csv"]),
        ([{"downloadURL": ["https://a.example/1.csv", "https://a.example/2.csv"]}],
         ["https://a.example/1.csv", "https://a.example/2.csv"]),
        (["https://a.example/x.csv"], ["https://a.example/x.csv"]),
        ([{"downloadURL": "see website", "accessURL": "https://a.example/page"}], ["https://a.example/page"]),
        ([{"accessURL": {"@id": "https://a.example/page"}}], ["https://a.example/page"]),
        ([{"title": "No address"}], [""]),
        ([7, "words", None], []),
    ],
)  # fmt: skip
def test_distributions_in_many_shapes(distribution: Any, urls: list[str]):
    assert [resource.url for resource in draft(distribution=distribution).resources] == urls


def test_services_and_series_say_what_they_are():
    service = draft(**{"@type": "DataService", "endpointURL": ["https://api.example/v1"]})
    series = draft(**{"@type": "dcat:DatasetSeries"})

    assert (service.kind, service.endpoint_url) == (DatasetKind.SERVICE, "https://api.example/v1")
    assert [(resource.url, resource.kind) for resource in service.resources] == [
        ("https://api.example/v1", ResourceKind.API)
    ]
    assert series.kind == DatasetKind.SERIES


def test_links_of_project_open_data_1_0_stand_in_the_record():
    found = draft(
        accessURL="https://a.example/x.xls", format="application/vnd.ms-excel", webService="https://a.example/api"
    )

    assert [(resource.url, resource.kind) for resource in found.resources] == [
        ("https://a.example/api", ResourceKind.API),
        ("https://a.example/x.xls", ResourceKind.DATA),
    ]


def test_uuid_is_the_records_own():
    own = "0b1d41a4-5f6e-4f8b-9c33-0d1f1f0d7a11"

    assert normalise(identifier=f"https://a.example/dataset/{own}").uuid == UUID(own)
    assert normalise(identifier="bus-stops").uuid is None


def test_title_in_welsh_is_a_translation():
    found = draft(title={"en": "Bins", "cy": "Biniau"})

    assert (found.title, found.translations) == ("Bins", {"cy": {"title": "Biniau"}})


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "x", [], {}, [None], [[]], [{}], {"@id": None}, {"a": {"b": [1]}}]
)
def test_any_field_may_be_of_any_type(value: Any):
    names = (
        *("title", "description", "keyword", "theme", "modified", "issued", "publisher", "contactPoint", "accessLevel"),
        *("license", "rights", "spatial", "temporal", "language", "landingPage", "conformsTo", "describedBy", "mbox"),
        *("references", "distribution", "accrualPeriodicity", "@type", "identifier", "endpointURL", "webService"),
    )
    for name in names:
        assert isinstance(normalise(**{name: value}), Normalised)
    assert isinstance(normalise(**dict.fromkeys(names, value)), Normalised)
    assert isinstance(
        normalise(distribution=[dict.fromkeys(["downloadURL", "format", "byteSize", "title"], value)]), Normalised
    )
