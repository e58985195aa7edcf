"""The whole catalogue as files: what is in them, how they are served, and that none outlives a withdrawal."""

import csv
import datetime
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pyoxigraph import RdfFormat, parse

from catalogue.actions import datasets, dumps
from catalogue.actions.entry import By
from catalogue.dumps import kept
from catalogue.enums import DatasetKind, Route, State
from catalogue.models import Dataset
from catalogue.tasks import dump_if_due
from catalogue.views import copies
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def bins() -> Dataset:
    agency = PublisherFactory(title="Waste Agency", slug="waste", contact_email="ask@waste.example")
    dataset(agency, title="Secret drafts", state=State.DRAFT, description="xyzzyq")
    dataset(agency, title="Secret for now", release_at=NOW + datetime.timedelta(days=1), description="xyzzyq")
    return dataset(
        agency,
        title='Bins, "large" and small',
        name="bins",
        description="Where bins\nstand.",
        tags=("bins", "waste"),
        licence_id="uk-ogl",
        topic_id="environment",
        modified=datetime.date(2026, 3, 1),
        west=-1.5,
        south=50.0,
        east=2.0,
        north=55.25,
        resources=(csv_file(title="All bins"), csv_file("https://data.example.gov.uk/map", format="WMS", kind="api")),
    )


def content(client: Client, name: str) -> bytes:
    response = client.get(f"/data/dumps/{name}")
    assert response.status_code == 200
    return b"".join(response)


def text(client: Client, name: str) -> str:
    return gzip.decompress(content(client, name)).decode()


def test_every_file_holds_what_is_public_and_nothing_else(client, bins):
    manifest = dumps.make(now=NOW)
    assert manifest.datasets == 1
    for file in manifest.files:
        data = content(client, file.name)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)
        whole = gzip.decompress(data) if file.name.endswith(".gz") else data
        assert b"xyzzyq" not in whole
        assert b"Secret" not in whole

    [record] = map(json.loads, text(client, "datasets.jsonl.gz").splitlines())
    from_api = client.get(f"/api/v1/datasets/{bins.id}").json()
    of_resource = record["resources"][0].keys()
    from_api["resources"] = [{name: one[name] for name in of_resource} for one in from_api["resources"]]
    assert record.pop("quality_score") == from_api["quality"]["score"]
    moments = [datetime.datetime.fromisoformat(record.pop(name)) for name in ("created_at", "modified_at")]
    assert moments == [bins.created_at, bins.modified_at]
    assert record == {name: from_api[name] for name in record}

    [row] = csv.DictReader(io.StringIO(text(client, "datasets.csv.gz"), newline=""))
    assert (row["title"], row["description"]) == ('Bins, "large" and small', "Where bins\nstand.")
    assert (row["tags"], row["formats"], row["resource_count"]) == ("bins; waste", "CSV; WMS", "2")

    found = duckdb.sql(f"SELECT id, title, description, modified, west, tags FROM '{_path(manifest, 'datasets')}'")
    assert found.fetchall() == [
        (bins.id, 'Bins, "large" and small', "Where bins\nstand.", datetime.date(2026, 3, 1), -1.5, "bins; waste")
    ]
    rows = duckdb.sql(f"SELECT position, url, size_bytes FROM '{_path(manifest, 'resources')}' ORDER BY position")
    assert rows.fetchall() == [
        (0, "https://data.example.gov.uk/file.csv", None),
        (1, "https://data.example.gov.uk/map", None),
    ]

    forms = {"nq": RdfFormat.N_QUADS, "ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}
    counts = {ending: len(set(parse(text(client, f"catalog.{ending}.gz"), form))) for ending, form in forms.items()}
    assert len(set(counts.values())) == 1
    assert counts["nq"] > 60
    for name in ("data.json.gz", "dcat-us-3.json.gz"):
        assert [one["title"] for one in json.loads(text(client, name))["dataset"]] == ['Bins, "large" and small']


def _path(manifest: kept.Manifest, table: str) -> Path:
    file = manifest.file(f"{table}.parquet")
    assert file is not None
    return manifest.path(file)


def test_what_many_rows_hold_comes_back_from_parquet():
    agency = PublisherFactory(slug="many")
    hostile = ["=1+1", 'a "b", c', "line\r\nend", "'; DROP TABLE x; --", "ÿ\t€"]
    made = [dataset(agency, title=f"T {text}", description=text, name=f"n-{n}") for n, text in enumerate(hostile)]
    manifest = dumps.make(now=NOW)
    found = duckdb.sql(f"SELECT name, description FROM '{_path(manifest, 'datasets')}' ORDER BY name").fetchall()
    assert found == [(one.name, Dataset.objects.get(id=one.id).description) for one in made]


def test_a_download_goes_on_where_it_broke_off(client, bins):
    dumps.make(now=NOW)
    address = "/data/dumps/datasets.jsonl.gz"
    whole = client.get(address)
    data = b"".join(whole)
    etag, size = whole["ETag"], len(data)
    assert (whole["Accept-Ranges"], whole["Content-Length"]) == ("bytes", str(size))

    rest = client.get(address, headers={"Range": "bytes=100-", "If-Range": etag})
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{size - 1}/{size}")
    assert data[:100] + b"".join(rest) == data
    assert b"".join(client.get(address, headers={"Range": "bytes=10-19"})) == data[10:20]
    assert b"".join(client.get(address, headers={"Range": "bytes=-7"})) == data[-7:]
    other = client.get(address, headers={"Range": "bytes=100-", "If-Range": '"of-another-version"'})
    assert (other.status_code, b"".join(other)) == (200, data)
    beyond = client.get(address, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{size}")
    assert client.get(address, headers={"Range": "bytes=5-2"}).status_code == 416
    assert client.get(address, headers={"Range": "lines=1-2"}).status_code == 200
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": whole["Last-Modified"]}).status_code == 304


def test_the_manifest_says_what_there_is_and_from_where_to_go_on(client, bins):
    manifest = dumps.make(now=NOW)
    said = client.get("/data/dumps/manifest.json").json()
    assert (said["datasets"], said["position"]) == (1, manifest.position)
    assert said["files"][0]["url"].endswith("/data/dumps/datasets.jsonl.gz")
    assert "folder" not in said
    sums = client.get("/data/dumps/SHA256SUMS").content.decode().splitlines()
    assert sums[0] == f"{manifest.files[0].sha256}  datasets.jsonl.gz"
    assert len(sums) == len(manifest.files)


def test_a_copy_does_not_outlive_a_withdrawal(client, bins):
    first = dumps.make(now=NOW)
    assert not kept.is_due(NOW)
    datasets.withdraw(bins, reason="Merged.", by=BY, now=NOW)
    cache.clear()
    assert kept.is_due(NOW)
    # Until the next copy is made the old one is given out, but no longer than an hour
    assert kept.servable(NOW + datetime.timedelta(minutes=59)) == first
    assert kept.servable(NOW + datetime.timedelta(minutes=61)) is None
    dump_if_due()
    cache.clear()
    second = kept.servable(timezone.now() + datetime.timedelta(hours=2))
    assert second is not None
    assert (second.datasets, kept.is_due(timezone.now())) == (0, False)
    assert [folder.name for folder in kept.root().iterdir() if folder.is_dir()] == [second.folder]


def test_a_copy_too_old_to_serve_answers_503_everywhere(client, bins, monkeypatch):
    dumps.make(now=NOW)
    datasets.withdraw(bins, reason="Merged.", by=BY, now=NOW - datetime.timedelta(hours=2))
    cache.clear()
    for name in ("datasets.jsonl.gz", "manifest.json", "SHA256SUMS"):
        response = client.get(f"/data/dumps/{name}")
        assert (response.status_code, response["Retry-After"]) == (503, "600")
    assert "The files are being made." in client.get("/data/dumps").content.decode()
    monkeypatch.setattr(copies, "LIVE_UP_TO", 0)
    assert json.loads(b"".join(client.get("/data.json")))["dataset"] == []


def test_work_on_a_draft_makes_no_copy_due(bins):
    dumps.make(now=NOW)
    draft = dataset(bins.publisher, state=State.DRAFT)
    datasets.edit(draft.id, datasets.draft_of(draft).with_changes(title="Later"), by=BY, now=NOW)
    assert not kept.is_due(NOW)
    datasets.publish(draft, by=BY, now=NOW)
    datasets.withdraw(draft, reason="", by=BY, now=NOW)
    cache.clear()
    assert kept.is_due(NOW)


def test_a_copy_is_due_after_a_day_and_at_first(bins):
    assert kept.is_due(NOW)
    dumps.make(now=NOW)
    assert not kept.is_due(NOW + datetime.timedelta(hours=23))
    assert kept.is_due(NOW + datetime.timedelta(hours=25))


def test_data_json_of_a_large_catalogue_comes_from_the_copy(client, bins, monkeypatch):
    dumps.make(now=NOW)
    live = json.loads(b"".join(client.get("/data.json")))
    monkeypatch.setattr(copies, "LIVE_UP_TO", 0)
    plain = client.get("/data.json")
    packed = client.get("/data.json", headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert plain["ETag"] != packed["ETag"]
    assert "Accept-Encoding" in plain["Vary"]
    assert json.loads(gzip.decompress(b"".join(packed)))["dataset"] == live["dataset"]
    assert json.loads(b"".join(plain))["dataset"] == live["dataset"]
    assert client.get("/data.json", headers={"If-None-Match": plain["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("form", "rdf"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
        ("nt", RdfFormat.N_TRIPLES),
    ],
)
def test_the_whole_catalogue_in_rdf_is_one_answer_live_or_from_the_copy(client, bins, monkeypatch, form, rdf):
    """A copy in N-Triples is not kept: it is always written as it goes."""
    dumps.make(now=NOW)
    live = client.get(f"/catalog.{form}?page=all")
    assert (live.streaming, live["ETag"][:3]) == (True, 'W/"')
    said = b"".join(live)
    assert len(set(parse(said, rdf))) > 60
    assert b"Secret" not in said
    monkeypatch.setattr(copies, "LIVE_UP_TO", 0)
    kept_one = client.get(f"/catalog.{form}?page=all")
    assert ("ETag" in kept_one, kept_one["Content-Type"]) == (form != "nt", live["Content-Type"])
    assert b"".join(kept_one) == said


def test_an_entry_of_a_series_says_so_in_every_file(client, bins):
    counts = dataset(bins.publisher, title="All bins", kind=DatasetKind.SERIES, description="Each year’s.")
    draft = datasets.draft_of(bins).with_changes(in_series_id=counts.id)
    datasets.edit(bins.id, draft, by=BY, now=NOW)
    manifest = dumps.make(now=NOW)
    records = map(json.loads, text(client, "datasets.jsonl.gz").splitlines())
    assert {one["title"]: one["in_series"] for one in records} == {
        "All bins": None,
        bins.title: client.get(f"/api/v1/datasets/{bins.id}").json()["in_series"],
    }
    found = duckdb.sql(f"SELECT in_series FROM '{_path(manifest, 'datasets')}' WHERE name = 'bins'")
    assert found.fetchall() == [(counts.id,)]
    [told] = [one for one in json.loads(text(client, "dcat-us-3.json.gz"))["dataset"] if one["title"] == bins.title]
    assert [one["title"] for one in told["inSeries"]] == ["All bins"]


def test_the_command_says_what_it_wrote(bins, capsys):
    call_command("dump_catalogue", json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["datasets"], len(said["files"])) == (1, 11)
    call_command("dump_catalogue")
    assert capsys.readouterr().out.startswith("Wrote 1 datasets to 11 files, ")


def test_a_dump_that_fails_leaves_the_one_before(bins):
    first = dumps.make(now=NOW)

    def full(count: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        dumps.make(now=NOW + datetime.timedelta(hours=1), progress=full)
    assert kept.read_manifest() == first
    assert len([one for one in kept.root().iterdir() if one.is_dir()]) == 1
