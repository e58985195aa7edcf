"""/api/v1: what each endpoint answers, how lists are paged and filtered, and the one shape of errors."""

import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from catalogue.actions import datasets
from catalogue.actions.entry import By, Origin
from catalogue.enums import LinkState, Route
from catalogue.models import Change, Dataset, LinkCheck
from harvest.models import Run, Source
from publishers import actions as publisher_actions
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")
NOW = datetime.datetime(2026, 3, 3, 12, 0, tzinfo=datetime.UTC)
MOST_QUERIES = 12
SITE = "http://127.0.0.1:8000"


def get(address: str, status: int = 200):
    response = Client().get(address)
    assert response.status_code == status, response.content
    return response.json()


def entry(publisher=None, number=1, **fields) -> Dataset:
    fields = {
        "title": f"Salmon counts {number}",
        "description": "How many salmon swam up.",
        "tags": ("salmon",),
        "topic_id": "environment",
        "licence_id": "uk-ogl",
        "resources": (
            csv_file(f"https://rivers.example/{number}.csv"),
            csv_file(f"https://rivers.example/{number}b.csv"),
        ),
    } | fields
    return dataset(publisher or PublisherFactory(title=f"Agency {number}"), now=NOW, **fields)


def test_a_dataset_says_all_that_is_known_of_it():
    department = PublisherFactory(title="Department for Water", slug="water")
    agency = PublisherFactory(title="Rivers Agency", slug="rivers", parent=department, foi_email="foi@rivers.example")
    made = entry(
        agency,
        contact_email="data@rivers.example",
        modified=datetime.date(2026, 2, 1),
        west=-3.5,
        south=55.0,
        east=-2.0,
        north=56.5,
        extras={"river": "Tweed"},
        origin=Origin(id="guid-1", url="https://rivers.example/data.json", title="Rivers catalogue"),
    )
    found = get(f"/api/v1/datasets/{made.id}")
    assert found["url"] == f"{SITE}{made.get_absolute_url()}"
    assert found["publisher"] == {
        "id": str(agency.id),
        "slug": "rivers",
        "title": "Rivers Agency",
        "url": f"{SITE}/publisher/rivers",
    }
    assert found["topic"] == {"slug": "environment", "title": "Environment"}
    assert (found["licence"]["code"], found["licence"]["is_open"]) == ("uk-ogl", True)
    assert found["contact"] == {"name": "", "email": "data@rivers.example", "phone": "", "url": ""}
    assert found["foi_contact"]["email"] == "foi@rivers.example"
    assert found["box"] == {"west": -3.5, "south": 55.0, "east": -2.0, "north": 56.5}
    assert (found["modified"], found["tags"], found["extras"]) == ("2026-02-01", ["salmon"], {"river": "Tweed"})
    assert (found["origin_id"], found["origin_title"]) == ("guid-1", "Rivers catalogue")
    assert [file["url"] for file in found["resources"]] == [
        "https://rivers.example/1.csv",
        "https://rivers.example/1b.csv",
    ]
    assert found["resources"][0]["link"]["state"] == "unchecked"
    assert found["quality"]["score"] == made.quality.score
    assert {criterion["state"] for criterion in found["quality"]["criteria"]} <= {"met", "partly", "unmet", "unknown"}
    assert found["version"] == 1


def test_a_dataset_is_found_by_its_uuid_its_name_and_its_past_names():
    made = entry(name="salmon")
    datasets.edit(made.id, datasets.draft_of(made).with_changes(name="river-salmon"), by=BY, now=NOW)
    for key in (str(made.id), str(made.id).upper(), "river-salmon", "salmon"):
        assert get(f"/api/v1/datasets/{key}")["name"] == "river-salmon"


def test_a_withdrawn_dataset_says_that_it_was_and_why():
    made = entry()
    datasets.withdraw(made, reason="Merged into another.", by=BY, now=NOW)
    problem = get(f"/api/v1/datasets/{made.id}", 410)
    assert problem["detail"] == "“Salmon counts 1” was withdrawn. Merged into another."
    assert get("/api/v1/datasets")["results"] == []


def test_a_resource_names_its_dataset():
    made = entry()
    file = made.resources.first()
    found = get(f"/api/v1/resources/{file.id}")
    assert (found["id"], found["dataset_id"], found["format"]) == (str(file.id), str(made.id), "CSV")
    assert len(get("/api/v1/resources")["results"]) == 2


def test_publishers_count_their_own_datasets_and_are_found_by_past_names():
    department = publisher_actions.add(title="Department for Water", slug="water")
    agency = publisher_actions.add(title="Rivers Agency", slug="rivers", parent=department)
    entry(agency)
    agency.slug = "rivers-agency"
    agency.save()
    listed = get("/api/v1/publishers")["results"]
    assert [(row["slug"], row["dataset_count"]) for row in listed] == [("rivers-agency", 1), ("water", 0)]
    found = get("/api/v1/publishers/rivers")
    assert (found["slug"], found["parent"]["slug"], found["url"]) == (
        "rivers-agency",
        "water",
        f"{SITE}/publisher/rivers-agency",
    )
    assert get("/api/v1/publishers/water")["parent"] is None


def test_an_entry_released_after_the_process_started_is_counted():
    """The moment of “now” must be that of the request."""
    made = entry()
    assert get("/api/v1/publishers")["results"][0]["dataset_count"] == 1
    Dataset.objects.filter(id=made.id).update(release_at=datetime.datetime.now(datetime.UTC))
    assert get("/api/v1/publishers")["results"][0]["dataset_count"] == 1


def test_quality_counts_bands_and_links():
    made = entry()
    LinkCheck.objects.filter(resource=made.resources.first()).update(state=LinkState.OK)
    cache.clear()
    found = get("/api/v1/quality")
    assert (found["datasets"], found["average_score"]) == (1, made.quality.score)
    assert {band: count for band, count in found["bands"].items() if count} == {made.quality.band: 1}
    assert found["links"] == {"listed": 2, "checked": 1, "working": 1, "broken": 0}
    assert {criterion["met_percent"] for criterion in found["criteria"]} <= {None, 0, 100}


def test_changes_are_followed_by_position():
    first, second = entry(), entry(number=2)
    page = get("/api/v1/changes")
    assert [(row["dataset_id"], row["kind"]) for row in page["results"]] == [
        (str(first.id), "created"),
        (str(second.id), "created"),
    ]
    last = page["results"][-1]["position"]
    assert get(f"/api/v1/changes?since={last}")["results"] == []
    datasets.withdraw(first, reason="Gone.", by=BY, now=NOW)
    later = get(f"/api/v1/changes?since={last}")["results"]
    assert {(row["dataset_id"], row["kind"]) for row in later} == {
        (str(first.id), "updated"),
        (str(first.id), "withdrawn"),
    }
    assert Change.objects.filter(position=None).count() == 0


def test_harvest_sources_and_runs_hide_what_is_not_public():
    catalogue = source("https://user:secret@rivers.example/data.json?a=1", title="Rivers catalogue")
    Run.objects.create(source=catalogue, state="completed", created_at=NOW, seen=3, created=2)
    [found] = get("/api/v1/harvest/sources")["results"]
    assert (found["title"], found["url"]) == ("Rivers catalogue", "https://rivers.example/data.json?a=1")
    [run] = get("/api/v1/harvest/runs")["results"]
    assert (run["source"], run["seen"], run["created"], run["state"]) == (catalogue.slug, 3, 2, "completed")
    Source.objects.update(url="/srv/catalogues/rivers.json")
    assert get("/api/v1/harvest/sources")["results"][0]["url"] == ""


def test_search_answers_as_the_page_does(index):
    made = entry(origin=Origin(id="guid-1"))
    entry(number=2, title="Trout", description="", tags=())
    index()
    found = get("/api/v1/search?q=salmon")
    assert (found["count"], found["next"], found["corrected"], found["unknown"]) == (1, None, [], [])
    [hit] = found["results"]
    assert hit["id"] == str(made.id)
    assert hit["publisher"] == {"slug": made.publisher.slug, "title": "Agency 1"}
    assert (hit["url"], hit["origin_id"]) == (f"{SITE}{made.get_absolute_url()}", "guid-1")
    assert hit["highlights"]["title"] == "<mark>Salmon</mark> counts 1"
    assert hit["score"] > 0
    assert found["facets"]["format"] == [{"value": "CSV", "label": "CSV", "count": 1, "selected": False}]
    assert found["facets"]["publisher"][0]["label"] == "Agency 1"


def test_search_pages_to_the_end_and_filters_by_several_values(index):
    agency = PublisherFactory(title="Agency 0")
    for number in range(5):
        entry(agency if number < 3 else None, number)
    index()
    seen, address = [], "/api/v1/search?q=salmon&page_size=2"
    while address:
        page = get(address)
        assert page["count"] == 5
        seen += [hit["id"] for hit in page["results"]]
        address = page["next"] and page["next"].removeprefix(SITE)
    assert len(seen) == len(set(seen)) == 5
    assert get(f"/api/v1/search?filters[publisher]={agency.slug}")["count"] == 3
    both = get(f"/api/v1/search?filters[publisher]={agency.slug}&filters[publisher][]=nobody&filters[format]=CSV")
    assert both["count"] == 3
    assert get("/api/v1/search?filters[publisher]=nobody")["count"] == 0
    assert [facet["selected"] for facet in both["facets"]["publisher"] if facet["value"] == agency.slug] == [True]


def test_search_without_an_index_says_when_to_come_back(index):
    response = Client().get("/api/v1/search")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response["Retry-After"] == "60"
    assert response.json()["detail"] == "Search is being prepared. Try again in a minute."


LISTS = [
    "/api/v1/datasets",
    "/api/v1/datasets?publisher=rivers&topic=environment&link_state=unchecked&format=csv",
    "/api/v1/resources",
    "/api/v1/publishers",
    "/api/v1/changes",
    "/api/v1/quality",
    "/api/v1/search?q=salmon",
    "/api/v1/harvest/sources",
    "/api/v1/harvest/runs",
]


@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_the_same_few_queries_for_one_row_and_for_three(index, django_assert_max_num_queries, address):
    rivers = PublisherFactory(title="Rivers Agency", slug="rivers")

    def grow(number: int) -> None:
        entry(rivers, number)
        publisher = PublisherFactory(parent=PublisherFactory())
        catalogue = source(f"https://rivers.example/{number}.json", publisher=publisher)
        Run.objects.create(source=catalogue, state="completed", created_at=NOW)

    def asked() -> int:
        index()
        cache.clear()
        with django_assert_max_num_queries(MOST_QUERIES) as queries:
            get(address)
        return len(queries)

    grow(1)
    one = asked()
    grow(2)
    grow(3)
    assert asked() == one
