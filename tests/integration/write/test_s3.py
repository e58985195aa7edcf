"""Uploaded files in an S3-compatible store: a real one on loopback, up and down."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from catalogue.actions import held_links, virus_scans
from catalogue.enums import LinkState
from catalogue.models import Dataset, LinkCheck, Resource, UploadedFile
from config.file_storage import upload_storage
from publishers.models import Notice
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.integration.write.conftest import Caller
from tests.integration.write.test_files import CSV, local, send

pytestmark = pytest.mark.django_db

NOW = timezone.now()


class Store:
    """The store, and what its own client sees in it."""

    def __init__(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.url = "http://{}:{}".format(*self.server.get_host_and_port())
        self.bucket = f"files-{uuid4()}"  # the server's buckets are of the process, and stay there
        boto3.client("s3", endpoint_url=self.url).create_bucket(Bucket=self.bucket)

    def files(self) -> dict[str, bytes]:
        client = boto3.client("s3", endpoint_url=self.url)
        listed = client.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {
            one["Key"]: client.get_object(Bucket=self.bucket, Key=one["Key"])["Body"].read()
            for one in sorted(listed, key=lambda one: one["LastModified"])
        }


@pytest.fixture
def store(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    made = Store()
    settings.STORAGES = {**settings.STORAGES, "default": upload_storage(made.bucket, made.url)}
    yield made
    made.server.stop()


def test_versions_are_kept_there_and_given_back_whole_and_in_part(editor, publisher, client, store):
    entry = dataset(publisher)
    longer = CSV + b"2,Headrow\n"
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV).json()
    assert send(editor, "put", f"/api/v1/resources/{made['id']}/file", longer).status_code == 200
    assert sorted(store.files().values()) == [CSV, longer]
    assert {name.split("/")[0:2] == ["uploads", str(entry.id)] for name in store.files()} == {True}

    address = local(Resource.objects.get().url)
    whole = client.get(address)
    assert b"".join(whole.streaming_content) == longer
    assert whole["Content-Disposition"] == 'attachment; filename="stops.csv"'
    assert (whole["Content-Length"], whole["X-Content-Type-Options"]) == (str(len(longer)), "nosniff")
    assert whole["ETag"] == f'"{hashlib.sha256(longer).hexdigest()}"'
    part = client.get(address, headers={"Range": "bytes=5-8"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 5-8/{len(longer)}")
    assert b"".join(part.streaming_content) == longer[5:9]
    assert b"".join(client.get(f"{address}?version=1").streaming_content) == CSV
    assert client.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_of_a_part_no_more_is_fetched_from_the_store(editor, publisher, client, store):
    """A reader who goes on with a broken download of gigabytes doesn't wait until we have fetched them all."""
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV * 50_000).json()
    asked = []
    events = default_storage.bucket.meta.client.meta.events
    events.register("before-send.s3.GetObject", lambda request, **_: asked.append(request.headers.get("Range")))
    for wanted in ("bytes=5-8", "bytes=-4", "bytes=1049990-"):
        part = client.get(local(made["url"]), headers={"Range": wanted})
        start, _, end = part["Content-Range"].removeprefix("bytes ").partition("/")[0].partition("-")
        assert b"".join(part.streaming_content) == (CSV * 50_000)[int(start) : int(end) + 1]
    assert asked == [b"bytes=5-8", b"bytes=1049996-1049999", b"bytes=1049990-1049999"]


def test_what_is_gone_from_the_store_is_not_found(editor, publisher, client, store):
    made = send(editor, "post", f"/api/v1/datasets/{dataset(publisher).id}/files", CSV).json()
    boto3.client("s3", endpoint_url=store.url).delete_object(
        Bucket=store.bucket, Key=UploadedFile.objects.get().stored_as
    )
    assert client.get(local(made["url"])).status_code == 404


def test_a_store_that_is_down_takes_nothing_and_says_so_and_nothing_is_lost(editor, publisher, client, store):
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV).json()
    version = Dataset.objects.get().version
    store.server.stop()

    refused = send(editor, "put", f"/api/v1/resources/{made['id']}/file", CSV + b"2,Headrow\n")
    assert refused.status_code == 400
    assert "The store for files does not answer, so nothing was taken. Try again later." in refused.content.decode()
    assert (Dataset.objects.get().version, UploadedFile.objects.count()) == (version, 1)
    answer = client.get(local(made["url"]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "The store that holds it does not answer. Nothing is lost" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_what_was_stored_for_an_entry_that_refuses_it_is_deleted_again(editor, publisher, store):
    entry = dataset(publisher)
    nobody = "00000000-0000-4000-8000-000000000000"
    send(editor, "put", f"/api/v1/resources/{nobody}/file", CSV)
    assert send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV, title="x" * 5_000).status_code >= 400
    assert store.files() == {}


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> str:
    """A real program that finds the test virus."""
    script = tmp_path / "scan.py"
    script.write_text(
        "import sys\nopen(__file__ + '.looks', 'a').write('.')\nsys.exit(b'EICAR' in open(sys.argv[-1], 'rb').read())\n"
    )
    return f"{sys.executable} {script}"


def looks(scanner: str) -> int:
    """How many files the scanner was given."""
    return len(Path(scanner.split()[1] + ".looks").read_text())


def test_what_came_before_there_was_a_scanner_is_given_out_once_it_was_scanned(
    editor: Caller, publisher, client: Client, store, settings, scanner
):
    entry = dataset(publisher)
    clean = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV).json()
    bad = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", b"EICAR", name="bad.csv").json()
    assert virus_scans.scan_waiting(now=NOW) == 0

    settings.VIRUS_SCAN_COMMAND = scanner
    for made in (clean, bad):
        answer = client.get(local(made["url"]))
        assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
        assert "It has not been checked for viruses yet." in answer.content.decode()
    assert virus_scans.scan_waiting(now=NOW) == 1
    assert b"".join(client.get(local(clean["url"])).streaming_content) == CSV
    refused = client.get(local(bad["url"]))
    assert (refused.status_code, "A virus scanner found something in it." in refused.content.decode()) == (410, True)
    assert looks(scanner) == 2
    assert (virus_scans.scan_waiting(now=NOW), looks(scanner)) == (0, 2)  # what was found stays found
    settings.VIRUS_SCAN_COMMAND = f"{scanner} --stricter"
    assert (virus_scans.scan_waiting(now=NOW), looks(scanner)) == (0, 3)
    assert send(editor, "post", f"/api/v1/datasets/{entry.id}/files", b"EICAR").status_code == 400
    assert sorted(store.files().values()) == [b"EICAR", CSV]


def test_whoever_looks_after_a_file_with_a_virus_is_told_and_sees_what_to_do(
    editor: Caller, publisher, store, settings, scanner
):
    entry = dataset(publisher, title="Eels")
    file = UUID(send(editor, "post", f"/api/v1/datasets/{entry.id}/files", b"EICAR", name="bad.csv").json()["id"])
    link, officer = LinkCheck.objects.filter(resource_id=file), signed_in(editor.user)
    kept = f"/admin/catalogue/uploadedfile/{UploadedFile.objects.get().pk}/change/"
    assert "No scanner is set up: it is given out unchecked" in officer.get(kept).content.decode()
    settings.VIRUS_SCAN_COMMAND = scanner
    assert "Waits to be checked, within the hour" in officer.get(kept).content.decode()
    virus_scans.scan_waiting(now=NOW)
    assert link.values_list("state", "reason").get() == (LinkState.BROKEN, held_links.NOT_GIVEN_OUT)
    (told,) = Notice.objects.all()
    assert (told.user, told.path, told.text) == (
        editor.user,
        kept,
        "bad.csv, version 1. Upload a new version of it, or remove it from the entry.",
    )
    page = officer.get(kept).content.decode()
    assert "Something was found in it: it is not given out." in page
    assert scanner not in page  # an operator's command is nobody else's business
    again = f"/admin/catalogue/uploadedfile/add/?dataset={entry.pk}&amp;replaces={file}"
    assert f'<a href="{again}">Upload a new version of it</a>' in page
    assert f'value="{file}"' in officer.get(again.replace("&amp;", "&")).content.decode()
    # A scanner that knows better, or a new version, mends it
    settings.VIRUS_SCAN_COMMAND = "true"
    assert virus_scans.scan_waiting(now=NOW) == 1
    assert link.values_list("state", "reason").get() == (LinkState.OK, "Held here.")
