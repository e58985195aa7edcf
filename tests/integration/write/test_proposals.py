"""Programs of editors where changes of published entries need approval: 202, and what waits; nothing leaks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from catalogue.models import Change, Dataset, Proposal, UploadedFile
from catalogue.proposed import working_copy
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", slug="rivers", requires_approval=True)


@pytest.fixture
def editor(agency):
    return Caller(officer(agency))


@pytest.fixture
def approver(agency):
    return Caller(officer(agency, Role.APPROVER))


@pytest.fixture
def entry(agency):
    return dataset(agency, title="Eels", name="eels", resources=(csv_file("https://x.example/1.csv"),))


def address(entry: Dataset) -> str:
    return f"/api/v1/datasets/{entry.pk}"


def test_a_patch_is_answered_with_202_and_what_waits_and_approved_by_who_looked_at_it(editor, approver, entry):
    answer = editor.patch(address(entry), {"title": "Tweed eels"}, If_Match='"1"')
    edition = Proposal.objects.get().editions.get()
    assert (answer.status_code, answer["ETag"], answer["Location"]) == (
        202,
        f'"1-e{edition.pk}"',
        f"{address(entry)}/proposal",
    )
    said = answer.json()
    assert said["state"] == "waiting"
    assert said["message"] == "This waits for approval. Readers see the entry as it was until somebody approves it."
    assert said["changed"] == [{"field": "title", "before": "Eels", "after": "Tweed eels", "clashes": False}]
    assert said["says"]["title"] == "Tweed eels"
    assert editor.get(address(entry)).json()["title"] == "Eels"
    assert editor.post(f"{address(entry)}/proposal/approve", {}, If_Match="*").status_code == 403
    read = approver.get(f"{address(entry)}/proposal")
    assert (read.status_code, read.json(), read["ETag"]) == (200, said, answer["ETag"])
    assert approver.post(f"{address(entry)}/proposal/approve", {}).status_code == 428
    assert approver.post(f"{address(entry)}/proposal/approve", {}, If_Match='"1"').status_code == 412
    done = approver.post(f"{address(entry)}/proposal/approve", {"comment": "Right."}, If_Match=read["ETag"])
    assert (done.status_code, done.json()["title"], done["ETag"]) == (200, "Tweed eels", '"2"')
    assert approver.get(f"{address(entry)}/proposal").status_code == 404


def test_a_second_program_is_told_what_waits_rather_than_overwrite_it(agency, editor, entry):
    editor.patch(address(entry), {"title": "Tweed eels"}, If_Match='"1"')
    other = Caller(officer(agency))
    refused = other.patch(address(entry), {"description": "Counted."}, If_Match='"1"')
    assert refused.status_code == 412
    assert refused.json()["changed"] == [{"field": "title", "before": "Eels", "after": "Tweed eels"}]
    assert f"A change of it waits for approval: read it at {address(entry)}/proposal." in refused.json()["detail"]
    etag = other.get(f"{address(entry)}/proposal")["ETag"]
    assert other.patch(address(entry), {"description": "Counted."}, If_Match=etag).status_code == 202
    draft = working_copy(entry).draft
    assert (draft.title, draft.description) == ("Tweed eels", "Counted.")


def test_files_are_added_changed_and_removed_in_what_waits(editor, entry):
    added = editor.post(f"{address(entry)}/resources", {"url": "https://x.example/2.csv"})
    assert added.status_code == 202
    new = added.json()["resource_id"]
    assert editor.patch(f"/api/v1/resources/{new}", {"title": "Second"}).status_code == 202
    first = str(entry.resources.get().pk)
    assert editor.put(f"{address(entry)}/resources/order", {"order": [new, first]}).status_code == 202
    assert [(str(file.id), file.title) for file in working_copy(entry).draft.resources] == [
        (new, "Second"),
        (first, "The file"),
    ]
    assert editor.delete(f"/api/v1/resources/{first}").status_code == 202
    assert [str(file.id) for file in working_copy(entry).draft.resources] == [new]
    assert Client().get(f"/api/v1/resources/{new}").status_code == 404
    assert entry.resources.count() == 1
    assert editor.delete(f"{address(entry)}/proposal").status_code == 204
    assert editor.delete(f"{address(entry)}/proposal").status_code == 409


def test_a_program_sends_back_and_the_next_change_waits_again(editor, approver, entry):
    editor.patch(address(entry), {"title": "Eals"}, If_Match="*")
    back = approver.post(f"{address(entry)}/proposal/send-back", {"comment": "A letter is wrong."}, If_Match="*")
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    assert approver.post(f"{address(entry)}/proposal/approve", {}, If_Match="*").status_code == 409
    again = editor.patch(address(entry), {"title": "Tweed eels"}, If_Match="*")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")


def test_the_same_key_proposes_once(editor, entry):
    one, two = (
        editor.post(f"{address(entry)}/resources", {"url": "https://x.example/2.csv"}, Idempotency_Key="k")
        for _ in range(2)
    )
    assert (one.status_code, two.status_code, two["Idempotency-Replayed"]) == (202, 202, "true")
    assert one.json() == two.json()
    assert len(working_copy(entry).draft.resources) == 2


def test_an_uploaded_file_is_nobodys_until_it_is_approved(editor, approver, entry, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("eels.csv", b"eels\n1\n")
    sent = editor.post(f"{address(entry)}/files", {"file": file}, Content_Type=MULTIPART_CONTENT)
    assert sent.status_code == 202
    resource_id = sent.json()["resource_id"]
    link = f"/dataset/{entry.pk}/download/{resource_id}/eels.csv"
    assert (UploadedFile.objects.get().is_held, Client().get(link).status_code) == (True, 404)
    approver.post(f"{address(entry)}/proposal/approve", {}, If_Match="*")
    assert b"".join(Client().get(link).streaming_content) == b"eels\n1\n"
    assert entry.resources.get(pk=resource_id).link.reason == "Held here."


def ckan(caller: Caller, action: str, **values):
    answer = caller.post(f"/api/3/action/{action}", values)
    assert (answer.status_code, answer.json()["success"]) == (200, True), answer.content
    return answer.json()["result"]


def test_ckans_actions_answer_as_if_approved_and_say_that_it_waits(editor, approver, entry):
    said = ckan(editor, "package_patch", id="eels", title="Tweed eels")
    assert said["title"] == "Tweed eels"
    assert said["proposal"] == {
        "state": "waiting",
        "message": "This waits for approval. Readers see the dataset as it was until somebody approves it.",
        "url": f"http://127.0.0.1:8000{address(entry)}/proposal",
    }
    assert ckan(editor, "package_show", id="eels")["title"] == "Eels"
    assert "proposal" not in ckan(editor, "package_show", id="eels")
    both = ckan(editor, "package_patch", id="eels", notes="Counted.")
    assert (both["title"], both["notes"]) == ("Tweed eels", "Counted.")
    again = ckan(editor, "package_update", **{**both, "version": "2"})
    assert (again["title"], again["notes"], again["version"], again["extras"]) == ("Tweed eels", "Counted.", "2", [])
    added = ckan(editor, "resource_create", package_id="eels", url="https://x.example/2.csv", name="Second")
    assert (added["name"], added["proposal"]["state"]) == ("Second", "waiting")
    renamed = ckan(editor, "resource_patch", id=added["id"], name="Two")
    assert (renamed["name"], renamed["url"]) == ("Two", "https://x.example/2.csv")
    first = str(entry.resources.get().pk)
    order = ckan(editor, "package_resource_reorder", id="eels", order=[added["id"], first])
    assert order["order"] == [added["id"], first]
    assert ckan(editor, "resource_delete", id=first)["proposal"]["state"] == "waiting"
    entry.refresh_from_db()
    assert (entry.title, entry.version, entry.resources.count()) == ("Eels", 1, 1)
    assert Change.objects.count() == 1
    approver.post(f"{address(entry)}/proposal/approve", {}, If_Match="*")
    assert ckan(approver, "package_show", id="eels")["resources"][0]["name"] == "Two"
    assert "proposal" not in ckan(approver, "package_patch", id="eels", title="At once")


def test_readers_find_no_trace_of_what_waits(editor, entry):
    changes = Change.objects.count()
    editor.patch(address(entry), {"title": "Unspeakable", "tags": ["unspeakable"]}, If_Match="*")
    editor.post(f"{address(entry)}/resources", {"url": "https://unspeakable.example/"})
    stranger = Caller(officer(PublisherFactory()))
    for path in (
        address(entry),
        f"{address(entry)}/proposal",
        f"/dataset/{entry.pk}/eels",
        f"/dataset/{entry.pk}/eels/history",
        f"/dataset/{entry.pk}.jsonld",
        "/api/v1/changes",
        "/catalog.jsonld",
        "/data.json",
        f"/api/3/action/package_show?id={entry.pk}",
        f"/api/3/action/package_activity_list?id={entry.pk}",
    ):
        for answer in (Client().get(path), stranger.get(path)):
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"nspeakable" not in body, path
    assert Client().get(f"{address(entry)}/proposal").status_code == 404
    assert stranger.get(f"{address(entry)}/proposal").status_code == 404
    assert Change.objects.count() == changes
