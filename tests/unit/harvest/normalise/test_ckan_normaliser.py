"""What becomes of a CKAN package's own fields and its extras, in the spellings of every age of portals."""

import datetime
from typing import Any
from uuid import UUID

import pytest

from catalogue.enums import Access, DatasetKind, Frequency
from harvest.normalise.base import Normalised
from harvest.normalise.ckan import CkanNormaliser
from tests.servers.fake_ckan import package

PUBLISHER = UUID("00000000-0000-4000-8000-00000000ffff")


def normalised(**fields: Any) -> Normalised:
    return CkanNormaliser()(package(1, **fields), publisher_id=PUBLISHER)


def with_extras(**extras: Any) -> Normalised:
    """Keyword names stand for data.gov.uk's: `theme__primary` is theme-primary."""
    return normalised(extras={name.replace("__", "-"): value for name, value in extras.items()})


def kinds(result: Normalised) -> list[tuple[str, str]]:
    return [(finding.kind, finding.field) for finding in result.findings]


def test_plain_package():
    result = normalised(author="Ann Archer", author_email="ann@maps.example.gov.uk", url="http://maps.example.gov.uk/x")
    draft = result.draft

    assert (draft.title, draft.name, draft.description) == ("Package 1", "package-1", "What there is to know about it.")
    assert (draft.publisher_id, draft.licence_id, draft.tags) == (PUBLISHER, "uk-ogl", ("maps",))
    assert (draft.contact_name, draft.contact_email) == ("Ann Archer", "ann@maps.example.gov.uk")
    assert draft.landing_page == "http://maps.example.gov.uk/x"
    assert (draft.kind, draft.access, draft.frequency) == (DatasetKind.DATASET, Access.OPEN, Frequency.UNKNOWN)
    assert draft.extras == {}
    assert result.findings == ()
    assert result.uuid == UUID("00000000-0000-4000-8000-000000000001")
    assert result.created_at == datetime.datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=datetime.UTC)
    assert result.modified_at == datetime.datetime(2020, 2, 2, 10, 0, 0, 123456, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "place",
    [
        lambda key, value: {key: value},
        lambda key, value: {"extras": {key: value}},
        lambda key, value: {"extras": [{"key": key, "value": value}]},
        lambda key, value: {"extras": [{"key": f"{key} ", "value": value, "state": "active"}]},
        lambda key, value: {"extras": {key: f'"{value}"'}},
    ],
    ids=["promoted", "object", "list", "blank after the name", "encoded"],
)
@pytest.mark.parametrize("key", ["temporal_coverage-from", "temporal_coverage_from", "Temporal Coverage-From"])
def test_extras_are_found_wherever_and_however_they_are_spelt(place: Any, key: str):
    assert normalised(**place(key, "2010-04-01")).draft.temporal_start == datetime.date(2010, 4, 1)


def test_deleted_extras_are_gone():
    extras = [{"key": "theme-primary", "value": "Health", "state": "deleted"}]

    assert normalised(extras=extras, tags=[]).draft.topic_id is None


def test_what_has_no_field_stays_under_its_own_name_decoded():
    draft = with_extras(
        UKLP="True",
        guid="abc-1",
        mandate='["http://www.legislation.example.gov.uk/1"]',
        spatial__reference__system="urn:ogc:def:crs:EPSG::27700",
        coupled__resource='[{"href": ["http://x.example.uk"], "uuid": [], "title": []}]',
        empty="[]",
        blank=" ",
        nothing='[""]',
    ).draft

    assert draft.extras == {
        "UKLP": "True",
        "guid": "abc-1",
        "mandate": ["http://www.legislation.example.gov.uk/1"],
        "spatial-reference-system": "urn:ogc:def:crs:EPSG::27700",
        "coupled-resource": [{"href": ["http://x.example.uk"], "uuid": [], "title": []}],
    }
    assert draft.identifiers == ("abc-1",)


def test_extra_beside_a_field_of_the_same_name_is_not_lost():
    assert with_extras(title="Another title").draft.extras == {"title": "Another title"}


def test_groups_are_kept_by_their_titles():
    groups = [{"id": "1", "name": "sea", "title": "The sea", "description": ""}, {"name": "maps", "title": "Maps"}]

    assert normalised(groups=groups).draft.extras == {"groups": ["The sea", "Maps"]}


def test_bookkeeping_is_left_out():
    draft = normalised(revision_id="r", ratings_average=None, archiver={}, extras={"harvest_object_id": "x"}).draft

    assert draft.extras == {}


def test_package_without_title_goes_by_its_name():
    result = normalised(title="", name="roads-and-lanes")

    assert (result.draft.title, kinds(result)) == ("Roads and lanes", [("missing-title", "title")])


def test_other_languages_of_ckanext_fluent():
    draft = normalised(
        title="dq1.pdf",
        title_translated={"en": "Roads", "cy": "Ffyrdd"},
        notes_translated={"en": "All roads", "cy": "Pob ffordd"},
        tags=[],
        keywords={"en": ["roads"], "cy": ["ffyrdd"]},
    ).draft

    assert (draft.title, draft.description, draft.tags) == ("Roads", "All roads", ("roads",))
    assert draft.translations == {"cy": {"title": "Ffyrdd", "description": "Pob ffordd"}}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["roads", "Roads", " lanes "], ("roads", "lanes")),
        ([{"name": "roads"}, {"display_name": "Lanes", "name": "lanes"}], ("roads", "Lanes")),
        ([{"name": "roads"}, None, 5, {}, {"name": None}, {"name": "x" * 3000}], ("roads",)),
        ([{"name": "gone", "state": "deleted"}, {"name": "roads", "state": "active"}], ("roads",)),
        (["roads, lanes; paths"], ("roads", "lanes", "paths")),
    ],
)
def test_one_bad_tag_costs_nothing_else(tags: list[Any], expected: tuple[str, ...]):
    assert normalised(tags=tags).draft.tags == expected


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        ({"theme-primary": "Towns & Cities"}, "towns-and-cities"),
        ({"theme-primary": "towns-and-cities", "theme-secondary": '["Health", "Health"]'}, "towns-and-cities"),
        ({"theme-secondary": '["Health"]'}, "health"),
        ({"groups": [{"name": "transport", "title": "Transport", "display_name": "Transport"}]}, "transport"),
        ({"theme": '["http://publications.europa.eu/resource/authority/data-theme/HEAL"]'}, "health"),
        ({"topic_category": ["transportation"]}, "transport"),
        ({"groups": ["nhs-solihull-ccg"]}, None),
    ],
)
def test_topic(fields: dict[str, Any], topic: str | None):
    assert normalised(tags=[], **fields).draft.topic_id == topic


def test_unknown_primary_theme_is_told_and_kept():
    result = with_extras(theme__primary="Odds and ends")

    assert kinds(result) == [("unknown-theme", "theme-primary")]
    assert result.draft.extras == {"theme-primary": "Odds and ends"}


EUL = "http://www.ordnancesurvey.co.uk/business-and-government/public-sector/mapping-agreements/inspire-licence.html"


@pytest.mark.parametrize(
    ("fields", "licence", "text"),
    [
        ({"license_id": "uk-ogl"}, "uk-ogl", ""),
        ({"license_id": "uk-ogl", "licence": "Contains OS data."}, "uk-ogl", "Contains OS data."),
        ({"license_id": "uk-ogl", "licence-custom": "Contains OS data."}, "uk-ogl", "Contains OS data."),
        ({"license_id": "CC-BY-4.0"}, "CC-BY-4.0", ""),
        ({"license_id": "", "license_url": "https://creativecommons.org/licenses/by/4.0/"}, "CC-BY-4.0", ""),
        ({"license_id": None, "license_title": "UK Open Government Licence (OGL)"}, "uk-ogl", ""),
        ({"license_id": "", "licence": '["Open Government Licence"]'}, "uk-ogl", "Open Government Licence"),
        ({"license_id": "", "access_constraints": f'["{EUL}"]'}, "inspire-eul", ""),
        ({"license_id": "other-open", "licence": "CC BY 4.0"}, "CC-BY-4.0", "CC BY 4.0"),
        ({"license_id": "other-nc"}, "other-nc", ""),
        ({"license_id": "notspecified", "license_title": "License Not Specified"}, None, ""),
        ({"license_id": "__other__", "license_title": "__other__"}, None, ""),
        ({"license_id": "", "licence": "unpublished"}, None, ""),
        ({"license_id": "ca-ogl-lgo"}, "ogl-canada", ""),
    ],
)
def test_licence(fields: dict[str, Any], licence: str | None, text: str):
    result = normalised(**fields)

    assert (result.draft.licence_id, result.draft.licence_text) == (licence, text)
    assert kinds(result) == []


def test_unknown_licence_is_told_in_its_own_words():
    result = normalised(license_id="", licence="Ask us first.")

    assert (result.draft.licence_id, result.draft.licence_text) == (None, "Ask us first.")
    assert kinds(result) == [("unknown-licence", "licence")]


def test_access_constraints_are_rights_and_double_escapes_are_undone():
    draft = with_extras(access_constraints='["no limitations", "Cite \\\\u201cus\\\\u201d."]').draft

    assert draft.rights == "Cite “us”."


def test_unpublished_inventory_entry():
    draft = normalised(
        license_id="",
        resources=[],
        extras={"unpublished": "true", "release-notes": "Personal data.", "publish-date": "2015-03-11"},
    ).draft

    assert (draft.access, draft.access_reason) == (Access.NOT_RELEASED, "Personal data.")
    assert draft.planned_release == "2015-03-11"


def test_entry_that_will_never_be_released():
    draft = with_extras(unpublished="true", **{"publish-restricted": "true"}).draft

    assert (draft.access, draft.planned_release) == (Access.NOT_RELEASED, "No release planned")


def test_unpublished_false_is_open():
    assert with_extras(unpublished="false").draft.access == Access.OPEN


def test_access_level_of_harvested_data_json():
    draft = with_extras(accessLevel="non-public", rights="Law enforcement").draft

    assert (draft.access, draft.access_reason, draft.rights) == (Access.INTERNAL, "Law enforcement", "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "contact-name": "Desk",
                "contact-email": "desk@x.gov.uk",
                "contact-phone": "020 7946 0000",
                "author": "Ann",
            },
            ("Desk", "desk@x.gov.uk", "020 7946 0000", ""),
        ),
        ({"contact_name": "Desk", "contact_email": "mailto:Desk@X.gov.uk"}, ("Desk", "Desk@x.gov.uk", "", "")),
        ({"contact-name": " ", "contact-email": " ", "maintainer": "Mo"}, ("Mo", "", "", "")),
        ({"maintainer": "Mo", "maintainer_email": "mo@x.gov.uk", "author": "Ann"}, ("Mo", "mo@x.gov.uk", "", "")),
        ({"author": "ann@x.gov.uk"}, ("", "ann@x.gov.uk", "", "")),
        ({"contact-email": "http://x.gov.uk/ask"}, ("", "", "", "http://x.gov.uk/ask")),
        ({"contact": [{"name": "Desk", "email": "desk@x.gov.uk"}]}, ("Desk", "desk@x.gov.uk", "", "")),
    ],
)
def test_contact(fields: dict[str, Any], expected: tuple[str, ...]):
    draft = normalised(**fields).draft

    assert (draft.contact_name, draft.contact_email, draft.contact_phone, draft.contact_url) == expected


def test_address_that_is_none_is_told():
    assert kinds(normalised(**{"contact-email": "Inspire @x.gov.uk"})) == [("bad-email", "contact_email")]


def test_freedom_of_information_point():
    draft = with_extras(
        foi__name="FOI team", foi__email="foi@x.gov.uk", foi__phone="01543 308000", foi__web="http://x.gov.uk/foi"
    ).draft

    assert (draft.foi_name, draft.foi_email, draft.foi_phone, draft.foi_url) == (
        *("FOI team", "foi@x.gov.uk", "01543 308000", "http://x.gov.uk/foi"),
    )


def test_words_in_the_place_of_a_foi_page_are_kept():
    result = with_extras(foi__web="Help Line")

    assert (result.draft.foi_url, result.draft.extras) == ("", {"foi-web": "Help Line"})


@pytest.mark.parametrize(
    ("text", "creator"),
    [
        ("Data Archive Centre (custodian); Forth Ports Limited (originator)", "Forth Ports Limited"),
        ("Forth Ports Limited (originator); Clyde (author, owner)", "Forth Ports Limited; Clyde"),
        ("Joint Nature Committee (JNCC) (custodian)", "Joint Nature Committee (JNCC)"),
        ("Ministry of Maps (pointOfContact)", ""),
        ('[{"name": "Forth Ports", "roles": ["originator"]}]', "Forth Ports"),
    ],
)
def test_responsible_party_is_the_creator(text: str, creator: str):
    assert with_extras(responsible__party=text).draft.creator == creator


def test_author_is_the_creator_only_where_nobody_else_answers():
    assert normalised(author="Ann Archer").draft.creator == ""
    assert normalised(author="Ann Archer", organization=None).draft.creator == "Ann Archer"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"resource-type": "service"}, DatasetKind.SERVICE),
        ({"resource-type": "series"}, DatasetKind.SERIES),
        ({"resource-type": "nonGeographicDataset"}, DatasetKind.DATASET),
        ({"type": "dataset_series"}, DatasetKind.SERIES),
        ({"collection_metadata": "true"}, DatasetKind.SERIES),
    ],
)
def test_kind(fields: dict[str, Any], expected: DatasetKind):
    assert normalised(**fields).draft.kind == expected


def test_organisation_with_what_it_says_of_itself():
    organisation = normalised(
        organization={
            "id": "11c51f05-a8bf-4f58-9b95-7ab55f9546d7",
            "name": "river-agency",
            "title": "River Agency",
            "description": "<p>Looks after rivers.</p>",
            "category": "executive-ndpb",
            "contact-email": "ask@rivers.gov.uk",
            "extras": [{"key": "foi-web", "value": "http://rivers.gov.uk/foi"}, {"key": "abbreviation", "value": "RA"}],
            "foi-phone": "020 7946 0000",
        }
    ).organisation

    assert organisation is not None
    assert (organisation.title, organisation.name) == ("River Agency", "river-agency")
    assert organisation.uuid == UUID("11c51f05-a8bf-4f58-9b95-7ab55f9546d7")
    assert organisation.details == {
        "description": "Looks after rivers.",
        "abbreviation": "RA",
        "kind": "ndpb",
        "contact_email": "ask@rivers.gov.uk",
        "foi_phone": "020 7946 0000",
        "foi_url": "http://rivers.gov.uk/foi",
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"organization": None, "groups": ["nhs-solihull"], "owner_org": "x"}, ("Nhs solihull", "nhs-solihull")),
        ({"organization": None, "owner_org": "statcan"}, ("Statcan", "statcan")),
        ({"organization": None, "owner_org": "58b62ac9-7a68-426c-9568-e44dcb59651b"}, None),
        ({"organization": "Moray Council"}, ("Moray Council", "")),
        ({"organization": "moray-council"}, ("Moray council", "moray-council")),
        ({"organization": None, "extras": {"publisher": "Leeds"}}, ("Leeds", "")),
        ({"organization": None}, None),
    ],
)
def test_organisation_where_there_is_no_object_for_it(fields: dict[str, Any], expected: tuple[str, str] | None):
    organisation = normalised(**fields).organisation

    assert (organisation and (organisation.title, organisation.name)) == expected


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": None, "extras": "no", "resources": "no", "tags": 3, "organization": 7, "groups": {}},
        {"extras": [None, {}, {"key": 5, "value": 1}, {"key": "a"}], "resources": [None, 3, []], "title": ["a", None]},
        {"title": {"en": None}, "notes": 5, "spatial": [[[]]], "temporal": {"a": 1}, "dataset-reference-date": [3, {}]},
        {"bbox-west-long": "x", "bbox-east-long": {}, "responsible-party": [3, {"name": 4, "roles": 5}], "url": []},
        {"contact": [{"name": ["x"]}], "contact-email": {"a": "b"}, "license_id": ["a"], "language": [None, 3]},
    ],
)
def test_nonsense_never_fails(body: dict[str, Any]):
    assert CkanNormaliser()(body, publisher_id=PUBLISHER).draft.publisher_id == PUBLISHER
