"""DCAT's words in ours, its dialects and slips, and what is told of those that can't be understood."""

import datetime
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Access, DatasetKind, Frequency, ResourceKind
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.dcat import DcatNormaliser
from harvest.pipeline.validate import validate
from harvest.raw_record import RawRecord
from harvest.sources.base import Limits, Place
from harvest.sources.dcat import DcatAdapter
from services.http import OutboundPolicy

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "harvest" / "dcat" / "catalogue.ttl"
PUBLISHER = uuid4()
EU = "http://publications.europa.eu/resource/authority/"


def normalise(body: dict[str, Any]) -> Normalised:
    return DcatNormaliser()({"@id": "https://data.example/x", "dct:title": ["T"], **body}, publisher_id=PUBLISHER)


def draft(body: dict[str, Any]) -> DatasetDraft:
    return normalise(body).draft


def told(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.field) for finding in normalise(body).findings]


def iri(address: str, **said: Any) -> dict[str, Any]:
    return {"@id": address, **{name.replace("__", ":"): value for name, value in said.items()}}


def lang(text: str, code: str) -> dict[str, str]:
    return {"@value": text, "@language": code}


@pytest.fixture(scope="module")
def sample() -> list[Normalised]:
    place, limits = Place(str(SAMPLE), may_be_path=True), Limits(OutboundPolicy(), max_bytes=10**6)
    events = DcatAdapter().fetch(place, memory={}, limits=limits)
    return [DcatNormaliser()(event.body, publisher_id=PUBLISHER) for event in events if isinstance(event, RawRecord)]


def test_whole_dataset_by_the_book(sample: list[Normalised]):
    normalised = sample[0]

    assert normalised.findings == ()
    assert normalised.organisation == Organisation(
        "Coastguard",
        parent=Organisation("Ministry of Water"),
        details={"homepage": "https://coast.example/", "contact_email": "office@coast.example"},
    )
    assert normalised.created_at == datetime.datetime(2020, 2, 1, tzinfo=datetime.UTC)
    assert normalised.modified_at == datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
    assert normalised.draft == DatasetDraft(
        title="Bathing beaches",
        publisher_id=PUBLISHER,
        alternative_titles=("Beaches",),
        description="Every beach.\n\n- Name\n- Water",
        translations={"cy": {"title": "Traethau ymdrochi", "description": "Pob traeth."}},
        identifiers=("10.5072/beaches",),
        version_label="3.1",
        version_notes="More beaches.",
        creator="Shore Survey",
        contact_name="Beach desk",
        contact_email="beach@coast.example",
        contact_phone="+44-20-7946-0000",
        topic_id="environment",
        tags=("beach", "bathing water"),
        languages=("en", "cy"),
        landing_page="https://data.coast.example/beaches.html",
        conforms_to=("https://inspire.ec.europa.eu/id/document/tg/am",),
        related_links=("https://data.coast.example/tides",),
        provenance="Walked every summer.",
        licence_id="uk-ogl",
        frequency=Frequency.MONTHLY,
        issued=date(2019, 1, 1),
        issued_text="2019",
        modified=date(2024, 3, 31),
        modified_text="2024-03-31",
        temporal_start=date(2020, 1, 1),
        temporal_end=date(2023, 12, 31),
        west=-5.7,
        south=51.3,
        east=-2.6,
        north=53.5,
        places=("Wales", "https://sws.geonames.org/2634895/"),
        extras={
            "keyword": [
                {"value": "beach", "language": "en"},
                {"value": "bathing water", "language": "en"},
                {"value": "traeth", "language": "cy"},
            ],
            "theme": f"{EU}data-theme/ENVI",
            "type": "http://inspire.ec.europa.eu/metadata-codelist/ResourceType/dataset",
        },
        resources=(
            ResourceDraft(
                url="https://data.coast.example/beaches.csv",
                source_id="https://data.coast.example/beaches-csv",
                title="Beaches as CSV",
                format="CSV",
                format_text="CSV",
                media_type="text/csv",
                size_bytes=2048,
                checksum="sha1:da39a3ee",
                issued=date(2024, 3, 1),
                modified=date(2024, 3, 31),
                extras={
                    "license": "https://creativecommons.org/licenses/by/4.0/",
                    "accessURL": "https://data.coast.example/beaches.html",
                },
            ),
            ResourceDraft(
                url="https://maps.coast.example/wfs",
                source_id="https://data.coast.example/beaches-wfs",
                kind=ResourceKind.API,
                title="Beaches as a service",
                format="WFS",
                extras={
                    "accessService": {
                        "title": {"value": "Maps", "language": "en"},
                        "endpointURL": "https://maps.coast.example/wfs",
                        "conformsTo": "http://www.opengeospatial.org/standards/wfs",
                    }
                },
            ),
            ResourceDraft(url="https://data.coast.example/beaches-guide.pdf", kind=ResourceKind.DOCUMENT, format="PDF"),
        ),
    )


def test_series_knows_the_service_that_serves_it_and_the_service_its_address(sample: list[Normalised]):
    series, service = sample[1].draft, sample[2].draft

    assert (series.kind, service.kind) == (DatasetKind.SERIES, DatasetKind.SERVICE)
    assert (service.endpoint_url, service.endpoint_description) == (
        "https://api.coast.example/tides",
        "https://api.coast.example/tides/openapi.json",
    )
    assert service.extras == {"servesDataset": "https://data.coast.example/tides"}
    for entry in (series, service):
        assert [(resource.url, resource.kind, resource.title) for resource in entry.resources] == [
            ("https://api.coast.example/tides", ResourceKind.API, "Tides, asked one by one"),
            ("https://api.coast.example/tides/openapi.json", ResourceKind.DOCUMENT, "API description"),
        ]


# Languages


@pytest.mark.parametrize(
    ("titles", "language", "title", "others"),
    [
        ([lang("Deutsch", "de"), lang("English", "en-GB")], None, "English", {"de": {"title": "Deutsch"}}),
        ([lang("Deutsch", "de"), "Plain"], None, "Plain", {"de": {"title": "Deutsch"}}),
        ([lang("Deutsch", "de"), lang("Cymraeg", "cy")], "CYM", "Cymraeg", {"de": {"title": "Deutsch"}}),
        ([lang("Svenska", "sv"), lang("Suomi", "fi")], None, "Suomi", {"sv": {"title": "Svenska"}}),
        (["First", "Second"], None, "First", {}),
    ],
)
def test_best_language_is_shown_and_the_others_are_kept(titles: list[Any], language: str, title: str, others: Any):
    spoken = {"dct:language": [iri(f"{EU}language/{language}")]} if language else {}

    found = draft({"dct:title": titles, **spoken})

    assert (found.title, found.translations) == (title, others)


def test_second_title_is_an_alternative_and_descriptions_are_joined():
    found = draft({"dct:title": ["One", "Two"], "dct:description": ["a", "b"]})

    assert (found.alternative_titles, found.description) == (("Two",), "a\n\nb")


def test_title_may_stand_in_other_vocabularies():
    body = {"dct:title": [], "schema:name": ["Schools"], "schema:description": ["Where they are."]}

    assert (draft(body).title, draft(body).description) == ("Schools", "Where they are.")


# Who


@pytest.mark.parametrize(
    ("publisher", "organisation", "kinds"),
    [
        ([iri("https://p.example/", foaf__name=["P"])], Organisation("P"), []),
        (["Just a name"], Organisation("Just a name"), []),
        ([iri("https://p.example/1")], None, ["unnamed-publisher"]),
        ([{"rdfs:label": ["L"], "foaf:name": [lang("N", "de")]}], Organisation("N"), []),
        (
            [{"schema:name": ["S"], "schema:url": [iri("https://s.example/")]}],
            Organisation("S", details={"homepage": "https://s.example/"}),
            [],
        ),
        (
            [{"foaf:name": ["C"], "dct:type": [iri("http://purl.org/adms/publishertype/LocalAuthority")]}],
            Organisation("C", details={"kind": "local-authority"}),
            [],
        ),
    ],
)
def test_publisher(publisher: list[Any], organisation: Organisation | None, kinds: list[str]):
    normalised = normalise({"dct:publisher": publisher})

    assert (normalised.organisation, [finding.kind for finding in normalised.findings]) == (organisation, kinds)
    assert ("publisher" in normalised.draft.extras) == bool(kinds)


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ({"vcard:fn": ["Ann"], "vcard:hasEmail": [iri("mailto:ann@a.example")]}, ("Ann", "ann@a.example", "", "")),
        ({"vcard:hasEmail": [{"vcard:value": [iri("mailto:a@a.example")]}]}, ("", "a@a.example", "", "")),
        ({"vcard:email": ["a@a.example"], "vcard:tel": ["020 7946 0000"]}, ("", "a@a.example", "020 7946 0000", "")),
        ({"vcard:organization-name": ["Desk"], "vcard:hasURL": [iri("https://d.example/")]}, ("Desk", "", "", "https://d.example/")),
        ({"foaf:mbox": [iri("mailto:m@m.example")], "foaf:name": ["M"]}, ("M", "m@m.example", "", "")),
        ({"@id": "mailto:only@m.example"}, ("", "only@m.example", "", "")),
        ({"vcard:fn": ["ann@a.example"]}, ("", "ann@a.example", "", "")),
        ({"vcard:fn": ["N/A"]}, ("", "", "", "")),
    ],
)  # fmt: skip
def test_contact(card: dict[str, Any], found: tuple[str, str, str, str]):
    entry = draft({"dcat:contactPoint": [card]})

    assert (entry.contact_name, entry.contact_email, entry.contact_phone, entry.contact_url) == found


def test_contact_that_can_be_reached_is_preferred_and_the_rest_kept():
    cards = [{"vcard:fn": ["Nobody"]}, {"vcard:fn": ["Ann"], "vcard:hasEmail": [iri("mailto:ann@a.example")]}]

    found = draft({"dcat:contactPoint": cards})

    assert (found.contact_name, found.extras["contactPoint"][0]) == ("Ann", {"fn": "Nobody"})


# Terms of use


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"dct:license": [iri(f"{EU}licence/CC_BY_4_0")]}, "CC-BY-4.0", ""),
        ({"dct:license": [iri("https://x.example/l", rdfs__label=["CC BY 4.0"])]}, "CC-BY-4.0", ""),
        ({"dct:license": [{"dct:title": ["Own terms"]}]}, None, "Own terms"),
        ({"dct:license": ["http://www.nationalarchives.gov.uk/doc/open-government-licence/"]}, "uk-ogl", ""),
        ({"dct:licence": [iri("https://creativecommons.org/publicdomain/zero/1.0/")]}, "cc-zero", ""),
    ],
)
def test_licence(body: dict[str, Any], code: str | None, text: str):
    found = draft(body)

    assert (found.licence_id, found.licence_text) == (code, text)
    assert told(body) == ([] if code else [("unknown-licence", "dct:license")])


@pytest.mark.parametrize(
    ("licences", "code"),
    [
        (["https://creativecommons.org/licenses/by/4.0/"] * 2, "CC-BY-4.0"),
        (["https://creativecommons.org/licenses/by/4.0/", "https://opendatacommons.org/licenses/odbl/1-0/"], None),
    ],
)
def test_licence_of_the_files_counts_where_they_agree(licences: list[str], code: str | None):
    files = [{"@id": f"https://f.example/{n}", "dct:license": [iri(text)]} for n, text in enumerate(licences)]

    found = draft({"dcat:distribution": files})

    assert (found.licence_id, [resource.extras["license"] for resource in found.resources]) == (code, licences)


@pytest.mark.parametrize(
    ("value", "access", "words"),
    [
        (iri(f"{EU}access-right/PUBLIC"), Access.OPEN, ""),
        (iri(f"{EU}access-right/RESTRICTED"), Access.RESTRICTED, ""),
        (iri(f"{EU}access-right/NON_PUBLIC"), Access.INTERNAL, ""),
        ({"rdfs:label": ["Ask the archive before you use it."]}, Access.OPEN, "Ask the archive before you use it."),
    ],
)
def test_access(value: Any, access: Access, words: str):
    found = draft({"dct:accessRights": [value]})

    assert (found.access, found.rights) == (access, words)


def test_rights_are_the_reason_where_access_is_not_open():
    found = draft({"dct:accessRights": [iri(f"{EU}access-right/RESTRICTED")], "dct:rights": ["Personal data"]})

    assert (found.access_reason, found.rights) == ("Personal data", "")


# When and where


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ({"schema:startDate": ["2020"], "schema:endDate": ["2021"]}, date(2020, 1, 1), date(2021, 12, 31)),
        (
            {
                "time:hasBeginning": [{"time:inXSDDate": [{"@value": "2020-02-03", "@type": "xsd:date"}]}],
                "time:hasEnd": [{"time:inXSDDateTimeStamp": ["2020-03-04T00:00:00Z"]}],
            },
            date(2020, 2, 3),
            date(2020, 3, 4),
        ),
        ({"dcat:startDate": ["2020-01-01"]}, date(2020, 1, 1), None),
        ("2019-04-01/2020-03-31", date(2019, 4, 1), date(2020, 3, 31)),
        ({"rdfs:label": ["2004-11-03T00:00:00+01:00\n / \n2005-03-30"]}, date(2004, 11, 3), date(2005, 3, 30)),
    ],
)
def test_period(period: Any, start: date | None, end: date | None):
    found = draft({"dct:temporal": [period]})

    assert (found.temporal_start, found.temporal_end, found.temporal_text) == (start, end, "")


def test_several_periods_span_from_the_first_to_the_last():
    found = draft({"dct:temporal": ["2001", "1999", "2005"]})

    assert (found.temporal_start, found.temporal_end) == (date(1999, 1, 1), date(2005, 12, 31))


BOX = (-3.0, 50.0, 1.0, 52.0)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.mark.parametrize(
    ("place", "box", "names"),
    [
        ({"dcat:bbox": ["POLYGON((-3 50,1 50,1 52,-3 52,-3 50))"]}, BOX, ()),
        ({"locn:geometry": [{"@value": '{"type":"Polygon","coordinates":[[[-3,50],[1,50],[1,52]]]}'}]}, BOX, ()),
        ({"gsp:hasGeometry": [{"gsp:asWKT": [f"\n <{CRS84}>\n POLYGON((-3 50,1 52,1 50,-3 50))"]}]}, BOX, ()),
        ({"geo:lat": ["51.5"], "geo:long": ["-0.1"]}, (-0.1, 51.5, -0.1, 51.5), ()),
        ({"schema:geo": [{"schema:box": ["-3,50,1,52"]}]}, BOX, ()),
        (iri("http://www.geonames.org/1"), None, ("http://www.geonames.org/1",)),
        (iri("c", skos__prefLabel=[lang("Wales", "en"), lang("Galles", "fr")]), None, ("Wales",)),
        ("Cardiff", None, ("Cardiff",)),
        ("-3,50,1,52", BOX, ()),
    ],
)  # fmt: skip
def test_place(place: Any, box: tuple[float, ...] | None, names: tuple[str, ...]):
    found = draft({"dct:spatial": [place]})

    sides = (found.west, found.south, found.east, found.north)
    assert (None if sides[0] is None else sides, found.places) == (box, names)
    assert told({"dct:spatial": [place]}) == []


def test_box_of_dcat_us():
    sides = {"west": "-3", "south": "50", "east": "1", "north": "52"}
    body = {
        f"dcat-us:{side}BoundingL{'atitude' if side in ('south', 'north') else 'ongitude'}": [text]
        for side, text in sides.items()
    }

    found = draft({"dcat-us:geographicBoundingBox": [body]})

    assert (found.west, found.south, found.east, found.north) == BOX


# Files

FILE = {"dcat:downloadURL": [iri("https://f.example/")]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"dcat:accessUrl": [iri("https://f.example/a.csv")]}, {"url": "https://f.example/a.csv", "format": "CSV"}),
        ({"dcat:accessURL": ["f.example/none"]}, {"url": "f.example/none"}),
        (
            {"dct:format": [{"rdf:value": ["application/json"], "rdfs:label": ["JSON"]}], **FILE},
            {"url": "https://f.example/", "format": "JSON", "format_text": "JSON"},
        ),
        (
            {"dcat:mediaType": [iri("http://www.iana.org/assignments/media-types/application/geo+json")], **FILE},
            {"url": "https://f.example/", "format": "GeoJSON", "media_type": "application/geo+json"},
        ),
        (
            {"@id": "https://f.example/1", "dcat:byteSize": [{"@value": "5120.0", "@type": "xsd:decimal"}]},
            {"url": "https://f.example/1", "source_id": "https://f.example/1", "size_bytes": 5120},
        ),
        (
            {
                "spdx:checksum": [{"spdx:checksumValue": ["ab"], "spdx:algorithm": [iri("http://h.example/sha/256")]}],
                **FILE,
            },
            {"url": "https://f.example/", "checksum": "sha-256:ab"},
        ),
    ],
)  # fmt: skip
def test_distribution(body: dict[str, Any], expected: dict[str, Any]):
    (resource,) = draft({"dcat:distribution": [body]}).resources

    assert {name: value for name in ResourceDraft.__slots__ if (value := getattr(resource, name))} == {
        "kind": "data",
        **expected,
    }


def test_what_cannot_be_understood_is_told_and_kept():
    body = {
        "dct:issued": ["last Wednesday"],
        "dct:accrualPeriodicity": ["now and then, perhaps"],
        "dct:language": ["Klingon"],
        "dcat:landingPage": ["not yet"],
        "dct:temporal": ["olden times"],
        "dct:spatial": [{"dcat:bbox": ["POLYGON((far away))"]}],
        "dcat:contactPoint": [{"vcard:hasEmail": ["poststelle(at)statistik.rlp.de"]}],
        "dcat:distribution": [{"dcat:downloadURL": [iri("https://f.example/")], "dcat:byteSize": ["82MB"]}],
    }

    assert sorted(told(body)) == [
        ("bad-address", "dcat:landingPage"),
        ("bad-date", "dct:issued"),
        ("bad-email", "dcat:contactPoint.vcard:hasEmail"),
        ("bad-period", "dct:temporal"),
        ("bad-place", "dct:spatial"),
        ("bad-size", "dcat:distribution.dcat:byteSize"),
        ("unknown-frequency", "dct:accrualPeriodicity"),
        ("unknown-language", "dct:language"),
    ]
    found = draft(body)
    assert (found.issued_text, found.temporal_text) == ("last Wednesday", "olden times")
    assert found.extras == {
        "accrualPeriodicity": "now and then, perhaps",
        "language": "Klingon",
        "landingPage": "not yet",
        "spatial": {"bbox": "POLYGON((far away))"},
    }
    assert found.resources[0].extras == {"byteSize": "82MB"}


def test_names_that_two_vocabularies_share_do_not_hide_each_other():
    found = draft({"dcatde:maintainer": ["A"], "http://other.example/terms#maintainer": ["B"]})

    assert found.extras == {"maintainer": "A", "http://other.example/terms#maintainer": "B"}


def test_uuid_at_the_end_of_the_address_is_the_record_s_own():
    own = "bd2d4fa6-e9ad-470d-888b-5eb1378d39e9"

    assert normalise({"@id": f"https://data.example/dataset/{own}"}).uuid == UUID(own)
    assert normalise({}).uuid is None


INNER_NAMES = [
    *("@id", "@list", "@value", "dct:title", "foaf:name", "rdfs:label", "dcat:bbox", "vcard:hasEmail"),
    *("dcat:startDate", "dcat:downloadURL", "dct:license"),
]
values = st.recursive(
    st.one_of(
        st.text(max_size=15),
        st.sampled_from(["2020-01-01", "https://a.example/x.csv", "POINT(1 2)", "mailto:a@b.example", "R/P1M", "en"]),
        st.builds(lambda text: {"@id": text}, st.text(max_size=10)),
        st.builds(lambda text, tag: {"@value": text, "@language": tag}, st.text(max_size=10), st.text(max_size=5)),
        st.none(),
        st.integers(),
        st.booleans(),
    ),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(INNER_NAMES), inner, max_size=4),
        st.lists(inner, max_size=3),
    ),
    max_leaves=10,
)  # fmt: skip
NAMES = [
    *("@type", "@reverse", "dct:title", "dct:description", "dct:publisher", "dcat:contactPoint", "dct:spatial"),
    *(
        "dct:temporal",
        "dcat:distribution",
        "dct:license",
        "dct:accessRights",
        "dct:language",
        "dct:issued",
        "dcat:theme",
    ),
    *("dcat:keyword", "dct:conformsTo", "adms:identifier", "dct:identifier", "foaf:page", "dcat:landingPage", "x:y"),
]


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=6))
def test_no_record_breaks_the_normaliser(body: dict[str, Any]):
    normalised = DcatNormaliser()(body, publisher_id=PUBLISHER)

    validate(normalised.draft)
