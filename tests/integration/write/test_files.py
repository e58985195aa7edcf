"""Files sent to be held here: stored once and for all, given as attachments, never shown as a page of ours."""

import hashlib
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from catalogue.enums import State
from catalogue.file_names import safe_file_name
from catalogue.models import Dataset, LinkCheck, Resource, UploadedFile
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db
CSV = b"stop,name\n1,Briggate\n"
EVIL = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def send(caller: Caller, method: str, path: str, content: bytes, name: str = "stops.csv", **fields: str):
    client = Client(headers={"Authorization": f"Bearer {caller.text}"})
    data = {"file": SimpleUploadedFile(name, content), **fields}
    if method == "post":
        return client.post(path, data)
    return client.put(path, encode_multipart(BOUNDARY, data), content_type=MULTIPART_CONTENT)


def local(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


def test_a_file_becomes_a_resource_and_is_given_back(editor, publisher, client):
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV, title="Stops")
    assert made.status_code == 201, made.content
    body = made.json()
    digest = hashlib.sha256(CSV).hexdigest()
    assert (body["title"], body["format"], body["size_bytes"]) == ("Stops", "CSV", len(CSV))
    assert (body["checksum"], body["media_type"]) == (f"sha256:{digest}", "text/csv")
    got = client.get(local(body["url"]))
    assert b"".join(got.streaming_content) == CSV
    assert got["Content-Disposition"] == 'attachment; filename="stops.csv"'
    assert (got["X-Content-Type-Options"], got["Content-Length"]) == ("nosniff", str(len(CSV)))
    link = LinkCheck.objects.get(resource_id=body["id"])
    assert (link.state, link.next_check_at) == ("ok", None)


def test_every_version_is_kept(editor, publisher, client):
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV).json()
    again = send(editor, "put", f"/api/v1/resources/{made['id']}/file", CSV + b"2,Headrow\n")
    assert again.status_code == 200, again.content
    assert (again.json()["id"], again.json()["size_bytes"]) == (made["id"], len(CSV) + 10)
    versions = client.get(f"/api/v1/resources/{made['id']}/file").json()
    assert [(version["number"], version["size_bytes"]) for version in versions] == [(2, len(CSV) + 10), (1, len(CSV))]
    assert b"".join(client.get(local(versions[1]["url"])).streaming_content) == CSV
    assert Dataset.objects.get().version == 3


def test_a_file_of_a_draft_is_its_publishers_own(editor, publisher, client):
    entry = dataset(publisher, state=State.DRAFT)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV).json()
    assert client.get(local(made["url"])).status_code == 404
    assert client.get(f"/api/v1/resources/{made['id']}/file").status_code == 404
    client.force_login(editor.user)
    assert b"".join(client.get(local(made["url"])).streaming_content) == CSV


@pytest.mark.parametrize("name", ["page.html", "x.svg", "a.js", "x.html.csv"])
def test_nothing_is_shown_as_a_page_of_ours(editor, publisher, client, name):
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", EVIL, name).json()
    got = client.get(local(made["url"]))
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["Content-Type"] in {"application/octet-stream", "text/csv"}
    assert got["X-Content-Type-Options"] == "nosniff"
    got.close()


def test_what_is_too_large_or_empty_or_no_form_is_refused(editor, publisher, settings):
    settings.UPLOAD_MAX_BYTES = 1_000
    path = f"/api/v1/datasets/{dataset(publisher).id}/files"
    assert send(editor, "post", path, b"x" * 1_001).status_code == 400
    assert send(editor, "post", path, b"x" * 2_000_000).status_code == 413
    assert list(send(editor, "post", path, b"").json()["errors"]) == ["#/file"]
    assert editor.post(path, {"file": "x"}).status_code == 415
    assert Client(headers={"Authorization": f"Bearer {editor.text}"}).post(path, {"title": "x"}).status_code == 400
    assert list(Path(settings.MEDIA_ROOT).rglob("*.*")) == []
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize(("code", "status"), [(0, 201), (1, 400), (2, 400)])
def test_a_scanner_has_its_say(editor, publisher, settings, tmp_path, code, status):
    script = tmp_path / "scan.py"
    script.write_text(f"import sys; assert open(sys.argv[1], 'rb').read() == {CSV!r}; sys.exit({code})")
    settings.VIRUS_SCAN_COMMAND = f"{sys.executable} {script}"
    sent = send(editor, "post", f"/api/v1/datasets/{dataset(publisher).id}/files", CSV)
    assert sent.status_code == status
    assert [file.scanned for file in UploadedFile.objects.all()] == ([True] if code == 0 else [])


def test_a_scanner_that_is_not_there_lets_nothing_in(editor, publisher, settings):
    settings.VIRUS_SCAN_COMMAND = "/no/such/scanner"
    assert send(editor, "post", f"/api/v1/datasets/{dataset(publisher).id}/files", CSV).status_code == 400


def test_others_may_not_upload(publisher):
    entry = dataset(publisher, resources=(csv_file(),))
    stranger = Caller(officer(PublisherFactory()))
    assert send(stranger, "post", f"/api/v1/datasets/{entry.id}/files", CSV).status_code == 403
    assert send(stranger, "put", f"/api/v1/resources/{Resource.objects.get().id}/file", CSV).status_code == 403


def test_a_file_is_uploaded_in_the_workplace(publisher):
    entry, other = dataset(publisher), dataset(PublisherFactory())
    browser = Client()
    browser.force_login(officer(publisher))
    for target in (other, entry):
        values = {"dataset": str(target.id), "file": SimpleUploadedFile("stops.csv", CSV), "title": "Stops"}
        browser.post("/admin/catalogue/uploadedfile/add/", values)
    assert [(file.dataset, file.number) for file in UploadedFile.objects.all()] == [(entry, 1)]
    assert entry.resources.get().title == "Stops"


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\Bus stops (Leeds).CSV", "Bus-stops-Leeds.csv"),
        ("Arosfannau bws Caerdydd – tŷ.csv", "Arosfannau-bws-Caerdydd-ty.csv"),
        ("…", "file"),
        (".htaccess", "file.htaccess"),
        ('a"b\r\nX: y.csv', "a-b-X-y.csv"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
    ],
)
def test_a_file_gets_a_name_that_may_stand_in_an_address(sent, safe):
    assert safe_file_name(sent) == safe
