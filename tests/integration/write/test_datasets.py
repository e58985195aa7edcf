"""Entries written through /api/v1, from a draft to its tombstone."""

import datetime

import pytest
from django.utils import timezone

from catalogue.actions.entry import Origin
from catalogue.api.writing.examples import NEW_DATASET, PATCH
from catalogue.enums import Route, State
from catalogue.models import Dataset, Revision
from publishers.enums import Role
from publishers.models import AuditEntry, IdempotentAnswer
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db


def test_an_entry_is_created_as_a_draft_and_published(editor, client):
    made = editor.post("/api/v1/datasets", NEW_DATASET)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["name"], body["state"], body["version"]) == ("bus-stops-in-leeds", "draft", 1)
    assert (body["topic"]["slug"], body["licence"]["code"]) == ("transport", "uk-ogl")
    assert body["box"] == NEW_DATASET["box"]
    assert [resource["url"] for resource in body["resources"]] == ["https://data.leeds.example/bus-stops.csv"]
    assert made["ETag"] == '"1"'
    address = made["Location"]
    assert client.get(address).status_code == 404
    assert editor.get(address).json()["title"] == "Bus stops in Leeds"

    published = editor.post(f"{address}/publish")
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert client.get(address).status_code == 200
    assert list(Revision.objects.order_by("number").values_list("number", "route", "actor")) == [
        (1, Route.API, editor.user.id),
        (2, Route.API, editor.user.id),
    ]


def test_a_merge_patch_changes_what_it_names(editor, publisher):
    entry = dataset(publisher, title="Bus stops", topic_id="transport", tags=("a1", "b2"), resources=(csv_file(),))
    address = f"/api/v1/datasets/{entry.id}"
    read = editor.get(address)
    changed = editor.patch(address, PATCH, **{"If-Match": read["ETag"], "Content-Type": "application/merge-patch+json"})
    assert changed.status_code == 200, changed.content
    before, after = read.json(), changed.json()
    assert {field for field in before if before[field] != after[field]} == {
        *("title", "topic", "version", "modified_at", "quality")
    }
    assert after["resources"][0]["id"] == before["resources"][0]["id"]


def test_what_was_read_can_be_put_back_and_changes_nothing(editor, publisher):
    publisher.contact_email, publisher.contact_name = "data@leeds.example", "Data team"
    publisher.save()
    entry = dataset(
        publisher,
        title="Bus stops",
        resources=(csv_file(source_id="own-1"), csv_file("https://data.example/2.csv")),
        issued_text="2019",
        extras={"note": {"a": [1, None]}},
        west=-1.0,
        south=53.0,
        east=-0.5,
        north=54.0,
    )
    address = f"/api/v1/datasets/{entry.id}"
    read = editor.get(address)
    back = editor.put(address, read.json(), **{"If-Match": read["ETag"]})
    assert back.status_code == 200, back.content
    assert back.json() == read.json()
    assert Revision.objects.filter(dataset=entry).count() == 1


def test_put_empties_what_it_leaves_out(editor, publisher):
    entry = dataset(publisher, title="Bus stops", description="Long.", tags=("bus",), resources=(csv_file(),))
    address = f"/api/v1/datasets/{entry.id}"
    body = {"title": "Bus stops", "publisher": publisher.slug}
    answer = editor.put(address, body, If_Match="*").json()
    assert (answer["description"], answer["tags"], answer["resources"]) == ("", [], [])
    assert answer["name"] == entry.name


def test_a_change_must_say_which_version_it_is_to(editor, publisher):
    entry = dataset(publisher, title="Bus stops")
    address = f"/api/v1/datasets/{entry.id}"
    for method in ("put", "patch", "delete"):
        refused = getattr(editor, method)(address, {"title": "X"})
        assert (refused.status_code, refused["Content-Type"]) == (428, "application/problem+json")
    assert Dataset.objects.get().version == 1


def test_the_second_of_two_writers_is_told_what_the_first_changed(editor, publisher):
    entry = dataset(publisher, title="Bus stops", description="Old.")
    address = f"/api/v1/datasets/{entry.id}"
    read = editor.get(address)["ETag"]
    assert editor.patch(address, {"description": "New."}, If_Match=read).status_code == 200
    refused = editor.patch(address, {"title": "Bus and tram stops"}, If_Match=read)
    assert refused.status_code == 412
    body = refused.json()
    assert body["changed"] == [{"field": "description", "before": "Old.", "after": "New."}]
    assert (body["current_version"], body["changed_by"]) == (2, str(editor.user))
    assert Dataset.objects.get().title == "Bus stops"


def test_a_key_does_a_write_once(editor):
    first = editor.post("/api/v1/datasets", NEW_DATASET, Idempotency_Key="abc")
    again = editor.post("/api/v1/datasets", NEW_DATASET, Idempotency_Key="abc")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again["Location"], again["ETag"]) == (first.json(), first["Location"], first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert Dataset.objects.count() == 1
    other = editor.post("/api/v1/datasets", NEW_DATASET | {"title": "Another"}, Idempotency_Key="abc")
    assert other.status_code == 422
    refused = editor.post("/api/v1/datasets", {"title": ""}, Idempotency_Key="def")
    assert refused.status_code == 400
    assert editor.post("/api/v1/datasets", NEW_DATASET | {"name": "n-2"}, Idempotency_Key="def").status_code == 201


def test_a_key_is_free_again_after_a_week_though_nobody_swept(editor):
    assert editor.post("/api/v1/datasets", NEW_DATASET, Idempotency_Key="abc").status_code == 201
    IdempotentAnswer.objects.update(created_at=timezone.now() - datetime.timedelta(days=7, seconds=1))
    again = editor.post("/api/v1/datasets", NEW_DATASET | {"name": "n-2"}, Idempotency_Key="abc")
    assert (again.status_code, again.json()["name"], Dataset.objects.count()) == (201, "n-2", 2)


def test_mistakes_are_told_by_pointer(editor):
    body = NEW_DATASET | {
        "titel": "x",
        "topic": "nonsense",
        "contact": {"url": "javascript:alert(1)"},
        "box": {"west": 0, "south": 60, "east": 1, "north": 50},
        "resources": [{"url": "ftp://ok.example/x"}, {"url": "nowhere", "size_bytes": -1}],
    }
    refused = editor.post("/api/v1/datasets", body)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert set(refused.json()["errors"]) == {"#/titel"}
    del body["titel"]
    assert set(editor.post("/api/v1/datasets", body).json()["errors"]) == {
        *("#/topic", "#/contact/url", "#/box/south", "#/resources/1/url", "#/resources/1/size_bytes")
    }


def test_a_name_is_never_given_twice(editor, publisher):
    dataset(publisher, title="Bus stops", name="bus-stops")
    refused = editor.post("/api/v1/datasets", NEW_DATASET | {"name": "bus-stops"})
    assert set(refused.json()["errors"]) == {"#/name"}


def test_withdrawing_leaves_a_tombstone(editor, publisher, client):
    entry = dataset(publisher, title="Bus stops")
    address = f"/api/v1/datasets/{entry.id}"
    gone = editor.post(f"{address}/withdraw", {"reason": "Replaced by the register."}, If_Match='"1"')
    assert gone.status_code == 204
    told = client.get(address)
    assert (told.status_code, told.json()["detail"]) == (410, "“Bus stops” was withdrawn. Replaced by the register.")
    assert Dataset.objects.get().state == State.WITHDRAWN
    assert editor.patch(address, {"title": "X"}, If_Match="*").status_code == 409
    assert editor.post(f"{address}/publish").status_code == 200


def test_a_harvested_entry_is_corrected_and_its_files_are_not(editor, publisher):
    entry = dataset(publisher, title="Bus stops", resources=(csv_file(),), origin=Origin(id="guid-1"))
    address = f"/api/v1/datasets/{entry.id}"
    assert editor.patch(address, {"title": "Stops"}, If_Match="*").json()["title"] == "Stops"
    assert Dataset.objects.get().overlay == {"title": {"ours": "Stops", "theirs": "Bus stops"}}
    assert editor.patch(address, {"resources": []}, If_Match="*").status_code == 409
    assert editor.post(f"{address}/resources", {"url": "https://x.example/1.csv"}).status_code == 409


def test_where_approval_is_needed_an_editor_submits_and_an_approver_publishes(editor, publisher, client):
    publisher.requires_approval = True
    publisher.save()
    address = editor.post("/api/v1/datasets", NEW_DATASET)["Location"]
    assert editor.post(f"{address}/publish").status_code == 403
    assert editor.post(f"{address}/submit", {"comment": "Ready."}).json()["state"] == "in_review"
    assert editor.post(f"{address}/submit").status_code == 409
    approver = Caller(officer(publisher, Role.APPROVER))
    waits = approver.post(f"{address}/publish", {"release_at": "2999-01-01T09:30:00Z"})
    assert (waits.status_code, client.get(address).status_code) == (200, 404)
    assert approver.post(f"{address}/publish", {"release_at": None}).status_code == 200
    assert client.get(address).status_code == 200


def test_the_audit_log_has_each_step_of_an_entry_and_the_token_that_made_it(editor):
    address = editor.post("/api/v1/datasets", NEW_DATASET)["Location"]
    editor.post(f"{address}/publish")
    editor.patch(address, {"title": "Another"}, If_Match="*")
    editor.delete(address, If_Match="*")
    lines = AuditEntry.objects.exclude(action="token_created").order_by("id")
    assert list(lines.values_list("action", "token_id", "actor_id")) == [
        (action, editor.token.id, editor.user.id)
        for action in ("dataset_created", "dataset_published", "dataset_changed", "dataset_withdrawn")
    ]
    assert lines.get(action="dataset_changed").detail == {
        "route": "api",
        "version": 3,
        "before": "published",
        "fields": ["title"],
    }
