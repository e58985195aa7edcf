"""What ckanext-harvest's clients ask of harvests."""

import json

import pytest

from catalogue.enums import Visibility
from catalogue.models import Dataset
from tests.factories.harvest import record, run_now, source
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def harvested(tmp_path):
    """A source of two records, one of them without a title, and its first run."""
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"dataset": [record("a"), record("b"), record("c", title=" ")]}))
    made = source(str(path), publisher=PublisherFactory(slug="agency", title="Agency"), title="The agency’s catalogue")
    return made, run_now(made)


def test_sources_are_listed_and_shown(harvested, call):
    made, run = harvested
    [listed] = call("harvest_source_list")
    assert listed["id"] == made.slug
    assert (listed["title"], listed["type"], listed["frequency"]) == ("The agency’s catalogue", "data-json", "MANUAL")
    assert (listed["url"], listed["config"]) == ("", None)  # a path on the server is nobody's business
    shown = call("harvest_source_show", id=made.slug)
    assert shown["status"]["job_count"] == 1
    assert shown["status"]["last_job"]["id"] == str(run.pk)
    assert shown["status"]["total_datasets"] == Dataset.objects.public().count()
    assert call("harvest_source_list", organization_id="agency") == [listed]
    assert call("harvest_source_list", organization_id="council") == []
    made.is_paused = True
    made.save(update_fields=["is_paused"])
    assert call("harvest_source_list", only_active="true") == []


def test_jobs_tell_what_came_of_them(harvested, call):
    made, run = harvested
    [listed] = call("harvest_job_list", source_id=made.slug, status="Finished")
    assert listed["stats"] == {
        "added": run.created,
        "updated": 0,
        "not modified": 0,
        "deleted": 0,
        "errored": run.failed,
    }
    assert call("harvest_job_list", status="Running") == []
    shown = call("harvest_job_show", id=str(run.pk))
    assert {name: shown[name] for name in listed} == listed
    report = call("harvest_job_report", id=str(run.pk))
    assert report["gather_errors"] == []
    assert list(report["object_errors"]) == (["c"] if run.failed else [])


def test_a_record_is_shown_as_its_source_gave_it(harvested, call, client):
    made, _ = harvested
    numbers = call("harvest_object_list", source_id=made.slug)
    shown = call("harvest_object_show", id=numbers[0])
    assert json.loads(shown["content"]) == record("a")
    assert call("harvest_object_show", dataset_id=shown["package"]) == shown
    Dataset.objects.filter(id=shown["package"]).update(visibility=Visibility.PUBLISHER)
    assert client.get("/api/3/action/harvest_object_show", {"id": numbers[0]}).status_code == 404
    assert numbers[0] not in call("harvest_object_list", source_id=made.slug)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("harvest_source_show", {"id": "nothing"}),
        ("harvest_source_show", {"url": "https://nothing.example"}),
        ("harvest_job_show", {"id": "9" * 30}),
        ("harvest_job_report", {"id": "x"}),
        ("harvest_object_show", {"id": "1"}),
        ("harvest_object_list", {"source_id": "nothing"}),
    ],
)
def test_what_is_not_there_is_not_found(client, name, arguments):
    assert client.get(f"/api/3/action/{name}", arguments).status_code == 404
