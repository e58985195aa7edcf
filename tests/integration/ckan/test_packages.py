"""The dictionaries: a dataset, a resource, an organisation and a group as CKAN's clients get them."""

import datetime
import uuid

import pytest
from django.test import Client

from catalogue.actions.entry import Origin
from catalogue.enums import Access, DatasetKind, ResourceKind
from catalogue.models import Dataset, Resource
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

MADE = datetime.datetime(2015, 6, 3, 10, 59, 40, 961657, tzinfo=datetime.UTC)
CHANGED = datetime.datetime(2016, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


@pytest.fixture
def department() -> Publisher:
    made = PublisherFactory(slug="department", title="Department")
    Publisher.objects.filter(id=made.id).update(created_at=MADE)
    return Publisher.objects.get(id=made.id)


@pytest.fixture
def entry(department) -> Dataset:
    """A dataset with nearly everything."""
    made = dataset(
        department,
        name="salmon-counts",
        title="Salmon counts",
        description="Fish *that* swim.",
        translations={"cy": {"title": "Cyfrif eogiaid", "description": "Pysgod"}},
        identifiers=("10.1234/x",),
        creator="Fish Lab",
        contact_name="Ann",
        contact_email="ann@fish.example",
        contact_phone="01234",
        contact_url="https://fish.example/ask",
        foi_name="FOI team",
        foi_email="foi@fish.example",
        foi_url="https://fish.example/foi",
        topic_id="environment",
        tags=("salmon", "fish"),
        languages=("en", "cy"),
        landing_page="https://fish.example/",
        conforms_to=("https://schema.example/",),
        licence_id="uk-ogl",
        licence_text="As in the wild.",
        rights="No nets",
        frequency="annual",
        issued=datetime.date(2010, 5, 10),
        issued_text="10/05/2010",
        modified=datetime.date(2015, 1, 1),
        temporal_start=datetime.date(2009, 1, 1),
        temporal_end=datetime.date(2009, 12, 31),
        west=-4.5,
        south=50.0,
        east=-3.0,
        north=51.25,
        places=("England", "Wales"),
        extras={"Zone": "north", "theme-secondary": ["Health"], "list": ["a", 1], "author_email": "x@y.example"},
        resources=(
            csv_file(
                description="All of them",
                media_type="text/csv",
                size_bytes=12,
                checksum="sha1:DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                conforms_to="https://schema.example/csv",
                issued=datetime.date(2015, 2, 1),
                modified=datetime.date(2015, 3, 1),
                period_text="2009",
                extras={"scraped": "no", "format": "never seen"},
            ),
            csv_file("https://fish.example/notes.pdf", kind=ResourceKind.DOCUMENT, format="", format_text="Pdf-ish"),
        ),
        origin=Origin("guid-1", url="https://fish.example/data.json", title="Fish catalogue"),
    )
    Dataset.objects.filter(id=made.id).update(created_at=MADE, modified_at=CHANGED)
    Resource.objects.filter(dataset=made).update(created_at=MADE)
    return made


def test_a_package_has_ckans_fields_and_data_gov_uks(call, entry, department):
    found = call("package_show", id="salmon-counts")
    resources, extras = found.pop("resources"), found.pop("extras")
    tags, groups = found.pop("tags"), found.pop("groups")
    assert found == {
        "id": str(entry.id),
        "name": "salmon-counts",
        "title": "Salmon counts",
        "notes": "Fish *that* swim.",
        "url": "https://fish.example/",
        "version": None,
        "type": "dataset",
        "state": "active",
        "private": False,
        "creator_user_id": None,
        "metadata_created": "2015-06-03T10:59:40.961657",
        "metadata_modified": "2016-01-02T03:04:05.000000",
        "license_id": "uk-ogl",
        "license_title": "UK Open Government Licence (OGL)",
        "license_url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "isopen": True,
        "owner_org": str(department.id),
        "organization": {
            "id": str(department.id),
            "name": "department",
            "title": "Department",
            "type": "organization",
            "description": "",
            "image_url": "",
            "created": "2015-06-03T10:59:40.961657",
            "is_organization": True,
            "approval_status": "approved",
            "state": "active",
        },
        "num_tags": 2,
        "num_resources": 2,
        "relationships_as_subject": [],
        "relationships_as_object": [],
        "contact-name": "Ann",
        "contact-email": "ann@fish.example",
        "contact-phone": "01234",
        "contact-web": "https://fish.example/ask",
        "foi-name": "FOI team",
        "foi-email": "foi@fish.example",
        "foi-web": "https://fish.example/foi",
        "theme-primary": "environment",
        "theme-secondary": ["Health"],
        "licence-custom": "As in the wild.",
        "update_frequency": "annual",
        "date_released": "10/05/2010",
        "date_updated": "2015-01-01",
        "geographic_coverage": ["England", "Wales"],
        "temporal_coverage-from": ["2009-01-01"],
        "temporal_coverage-to": ["2009-12-31"],
        "title_translated": {"en": "Salmon counts", "cy": "Cyfrif eogiaid"},
        "notes_translated": {"en": "Fish *that* swim.", "cy": "Pysgod"},
        "harvest": [
            {"key": "harvest_source_title", "value": "Fish catalogue"},
            {"key": "harvest_source_url", "value": "https://fish.example/data.json"},
            {"key": "harvest_source_reference", "value": "guid-1"},
        ],
    }
    assert extras == [
        {"key": "Zone", "value": "north"},
        {"key": "access_constraints", "value": "No nets"},
        {"key": "bbox-east-long", "value": "-3.0"},
        {"key": "bbox-north-lat", "value": "51.25"},
        {"key": "bbox-south-lat", "value": "50.0"},
        {"key": "bbox-west-long", "value": "-4.5"},
        {"key": "conforms_to", "value": '["https://schema.example/"]'},
        {"key": "creator", "value": "Fish Lab"},
        {"key": "identifier", "value": '["10.1234/x"]'},
        {"key": "language", "value": '["en", "cy"]'},
        {"key": "list", "value": '["a", 1]'},
        {
            "key": "spatial",
            "value": '{"type": "Polygon", "coordinates": '
            "[[[-4.5, 50.0], [-3.0, 50.0], [-3.0, 51.25], [-4.5, 51.25], [-4.5, 50.0]]]}",
        },
    ]
    assert [(tag["name"], tag["display_name"], tag["state"], tag["vocabulary_id"]) for tag in tags] == [
        ("salmon", "salmon", "active", None),
        ("fish", "fish", "active", None),
    ]
    assert all(uuid.UUID(tag["id"]).version == 5 for tag in tags)
    assert [(group["name"], group["title"]) for group in groups] == [("environment", "Environment")]
    data, document = resources
    assert data == {
        "id": str(entry.resources.get(position=0).id),
        "package_id": str(entry.id),
        "position": 0,
        "name": "The file",
        "description": "All of them",
        "url": "https://data.example.gov.uk/file.csv",
        "url_type": None,
        "format": "CSV",
        "mimetype": "text/csv",
        "mimetype_inner": None,
        "resource_type": None,
        "size": 12,
        "hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "state": "active",
        "created": "2015-06-03T10:59:40.961657",
        "last_modified": "2015-03-01T00:00:00",
        "cache_url": None,
        "cache_last_updated": None,
        "datastore_active": False,
        "publish-date": "2015-02-01",
        "datafile-date": "2009",
        "schema-url": "https://schema.example/csv",
        "scraped": "no",
    }
    assert (document["resource-type"], document["resource_type"], document["format"]) == (
        "supporting-document",
        "documentation",
        "Pdf-ish",
    )


def test_an_entry_with_nothing_but_a_title(call, department):
    made = dataset(department, name="bare", title="Bare")
    found = call("package_show", id=str(made.id))
    assert (found["license_id"], found["license_title"], found["isopen"]) == ("", "", False)
    assert (found["groups"], found["tags"], found["resources"], found["extras"]) == ([], [], [], [])
    assert not any(name.startswith(("contact-", "foi-", "theme-")) for name in found)
    assert "harvest" not in found


def test_what_is_not_released_is_marked_as_data_gov_uk_marks_it(call, department):
    dataset(
        department, name="kept", access=Access.NOT_RELEASED, access_reason="Not checked", planned_release="Summer 2027"
    )
    found = call("package_show", id="kept")
    assert (found["unpublished"], found["release-notes"], found["publish-date"]) == (
        "true",
        "Not checked",
        "Summer 2027",
    )


def test_series_and_services_say_so_as_inspire_does(call, department):
    dataset(department, name="one-series", kind=DatasetKind.SERIES)
    assert {"key": "resource-type", "value": "series"} in call("package_show", id="one-series")["extras"]


def test_an_earlier_name_finds_the_dataset(call, entry):
    Dataset.objects.filter(id=entry.id).update(name="salmon-and-trout")
    assert call("package_show", id="salmon-counts")["name"] == "salmon-and-trout"


def test_show_and_search_give_the_same_package(call, entry):
    shown = call("package_show", id="salmon-counts")
    assert call("package_search", fq="name:salmon-counts")["results"] == [shown]
    assert call("current_package_list_with_resources") == [shown]
    assert call("organization_show", id="department", include_datasets="true")["packages"] == [shown]
    assert call("group_show", id="environment", include_datasets="true")["packages"] == [shown]
    assert call("group_package_show", id="environment") == [shown]
    assert call("tag_show", id="salmon", include_datasets="true")["packages"] == [shown]
    assert [call("resource_show", id=resource["id"]) for resource in shown["resources"]] == shown["resources"]


def test_the_list_of_packages_is_every_name_in_order(call, department):
    for name in ("c-c", "a-a", "b-b"):
        dataset(department, name=name)
    assert call("package_list") == ["a-a", "b-b", "c-c"]
    assert call("package_list", limit=1, offset=1) == ["b-b"]
    assert call("package_list", offset=1) == ["b-b", "c-c"]
    assert call("package_list", include_private="true") == ["a-a", "b-b", "c-c"]


def test_autocomplete_looks_into_names_and_titles(call, department):
    dataset(department, name="x-1", title="Water of Leith")
    dataset(department, name="waterways", title="Canals")
    dataset(department, name="x-2", title="Under water")
    assert call("package_autocomplete", q="water", limit=5) == [
        {"name": "waterways", "title": "Canals", "match_field": "name", "match_displayed": "waterways"},
        {"name": "x-1", "title": "Water of Leith", "match_field": "title", "match_displayed": "Water of Leith"},
        {"name": "x-2", "title": "Under water", "match_field": "title", "match_displayed": "Under water"},
    ]


def test_organisations(call, department):
    agency = PublisherFactory(
        slug="agency", title="An Agency", parent=department, abbreviation="AA", contact_email="a@b.example"
    )
    dataset(agency)
    dataset(agency)
    assert call("organization_list") == ["agency", "department"]
    assert call("organization_list", sort="name desc") == ["department", "agency"]
    assert call("organization_list", sort="package_count desc") == ["agency", "department"]
    assert call("organization_list", limit=1, offset=1) == ["department"]
    assert call("organization_list", organizations="agency") == ["agency"]
    assert call("organization_list", q="DEPART") == ["department"]
    shown = call("organization_show", id="agency")
    assert shown == call("organization_show", id=str(agency.id))
    assert (shown["package_count"], shown["display_name"], shown["contact-email"]) == (2, "An Agency", "a@b.example")
    assert shown["groups"] == [{"name": "department", "capacity": "public"}]
    assert shown["extras"] == [{"key": "abbreviation", "value": "AA"}, {"key": "closed", "value": "false"}]
    listed = call("organization_list", all_fields="true", limit=5)
    assert [one["name"] for one in listed] == ["agency", "department"]
    assert listed[0].items() <= shown.items()
    assert not {"extras", "groups", "users", "tags"} & listed[0].keys()
    whole = call("organization_list", all_fields="1", include_extras="1", include_groups="1", include_tags="1")
    assert whole[0].items() <= shown.items()
    assert whole[0]["tags"] == []
    package = call("package_search", fq="organization:agency")["results"][0]
    assert package["organization"].items() <= shown.items()
    assert call("organization_autocomplete", q="agen") == [
        {"id": str(agency.id), "name": "agency", "title": "An Agency"}
    ]


def test_groups_are_the_topics(call, department):
    dataset(department, topic_id="health")
    names = call("group_list")
    assert len(names) == 14
    assert names[:2] == ["business-and-economy", "crime-and-justice"]
    shown = call("group_show", id="health")
    assert (shown["title"], shown["package_count"], shown["is_organization"]) == ("Health", 1, False)
    assert call("group_show", id=shown["id"]) == shown
    assert [one["name"] for one in call("group_list", all_fields="true", sort="package_count desc", limit=1)] == [
        "health"
    ]
    assert [one["name"] for one in call("group_autocomplete", q="heal")] == ["health"]


def test_tags(call, department):
    dataset(department, tags=("water", "Fish"))
    dataset(department, tags=("Water quality", "water"))
    assert call("tag_list") == ["Fish", "Water quality", "water"]
    assert call("tag_list", query="WATER") == ["Water quality", "water"]
    shown = call("tag_show", id="Fish")
    assert call("tag_list", all_fields="true", query="Fish") == [shown]
    assert call("tag_show", id=shown["id"]) == shown
    assert call("tag_search", query="water", limit=1)["count"] == 2
    assert call("tag_autocomplete", query="fi") == ["Fish"]
    assert call("vocabulary_list") == []


def test_resources_are_searched_by_their_fields(call, department):
    dataset(
        department,
        resources=(
            csv_file(title="Bathing waters", checksum="sha1:abc"),
            csv_file("https://rivers.example/x.xls", format="XLS", title="Levels"),
        ),
    )
    assert call("resource_search", query="name:bathing")["count"] == 1
    assert call("resource_search", query=["format:csv", "name:waters"])["count"] == 1
    assert [r["name"] for r in call("resource_search", query="url:http", order_by="name")["results"]] == [
        "Bathing waters",
        "Levels",
    ]
    assert call("resource_search", query="hash:abc")["count"] == 1
    assert call("resource_search", query="url:http", limit=1, offset=1)["count"] == 2
    response = Client().get("/api/3/action/resource_search", {"query": "colour:red"})
    assert (response.status_code, response.json()["error"]["__type"]) == (409, "Validation Error")
    assert call("format_autocomplete", q="c") == ["csv"]


def test_licences_and_status(call, settings):
    licences = {licence["id"]: licence for licence in call("license_list")}
    assert (licences["uk-ogl"]["od_conformance"], licences["other-closed"]["od_conformance"] != "approved") == (
        "approved",
        True,
    )
    assert licences["other-open"]["is_generic"] is True
    status = call("status_show")
    assert (status["ckan_version"], status["site_url"]) == ("2.11.5", settings.SITE_URL)


COUNTED = {
    "package_search": {"rows": 10, "sort": "id asc"},
    "package_list": {},
    "current_package_list_with_resources": {},
    "organization_list": {"all_fields": "true"},
    "organization_show": {"id": "department", "include_datasets": "true"},
    "group_list": {"all_fields": "true"},
    "group_package_show": {"id": "health"},
    "tag_show": {"id": "water", "include_datasets": "true"},
    "resource_search": {"query": "url:https"},
}


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("package_search", 7),
        ("package_list", 1),
        ("current_package_list_with_resources", 4),
        ("organization_list", 2),
        ("organization_show", 6),
        ("group_list", 2),
        ("group_package_show", 6),
        ("tag_show", 5),
        ("resource_search", 3),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_rows(
    call, department, django_assert_num_queries, name, queries, rows
):
    for number in range(rows):
        dataset(
            department,
            name=f"dataset-{number}",
            topic_id="health",
            licence_id="uk-ogl",
            tags=("water",),
            resources=(csv_file(), csv_file(f"https://rivers.example/{number}.csv")),
        )
    with django_assert_num_queries(queries):
        call(name, **COUNTED[name])


def test_words_alone_are_answered_by_the_search_engine_and_three_queries(
    call, department, index, django_assert_num_queries
):
    for number in range(3):
        dataset(department, name=f"salmon-{number}", title=f"Salmon {number}", resources=(csv_file(),))
    index()
    with django_assert_num_queries(3):
        found = call("package_search", q="salmon")
    assert (found["count"], {one["name"] for one in found["results"]}) == (3, {"salmon-0", "salmon-1", "salmon-2"})
