"""Folders of JSON files, in a repository of a real web server and on this machine, into the catalogue."""

import datetime
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from catalogue.enums import State
from catalogue.models import Change, Dataset
from harvest.enums import RunState, SourceKind
from harvest.models import Problem, Source
from harvest.sources import ADAPTERS
from harvest.sources.json_folder import JsonFolderAdapter
from tests.factories.harvest import counts, record, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.servers.fake_forge import FakeForge
from tests.servers.fake_site import described
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
CKAN = {"id": "c1", "name": "potholes", "title": "Potholes", "notes": "Where they are", "resources": []}


@pytest.fixture
def forge(portal: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> FakeForge:
    adapter = JsonFolderAdapter(pauses=(0.01,))
    monkeypatch.setitem(ADAPTERS, SourceKind.JSON_FOLDER, adapter)  # type: ignore[arg-type]
    files = {f"datasets/{number}.json": record(f"r{number}") for number in range(12)}
    return FakeForge(portal, files | {"datasets/readme.md": b"# Data", "other/package.json": {"name": "no dataset"}})


def source_of(forge: FakeForge) -> Source:
    return source(forge.url, kind=SourceKind.JSON_FOLDER)


def test_each_file_below_the_folder_is_read_in_the_words_it_is_written_in(forge: FakeForge):
    forge.files = {
        "datasets/trees.json": record("trees", "Trees of the county"),
        "datasets/roads/potholes.json": CKAN,
        "datasets/rivers.jsonld": described("rivers"),
        "datasets/many.json": {"dataset": [record("a"), record("b")]},
        "datasets/nameless.json": record(None, "Known by its file"),
        "other/package.json": {"name": "no dataset"},
    }

    run = run_now(source_of(forge))

    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 6, "created": 6, "problems": 1})
    assert dict(Dataset.objects.values_list("origin_id", "title")) == {
        "trees": "Trees of the county",
        "c1": "Potholes",
        "https://data.example.gov.uk/id/rivers": "Dataset rivers",
        "a": "Dataset a",
        "b": "Dataset b",
        "nameless.json": "Known by its file",
    }


def test_only_files_whose_hash_changed_are_asked_for_again(forge: FakeForge):
    ours = source_of(forge)
    run_now(ours)
    asked, changes = len(forge.files_asked), Change.objects.count()
    forge.clock += DAY

    assert counts(run_now(ours)) == {"seen": 12, "unchanged": 12}
    assert (len(forge.files_asked), Change.objects.count()) == (asked, changes)

    forge.clock += DAY
    forge.files["datasets/3.json"] = record("r3", "Another title")
    assert counts(run_now(ours)) == {"seen": 1, "updated": 1}
    assert forge.files_asked[asked:] == ["datasets/3.json"]

    forge.clock += DAY
    del forge.files["datasets/3.json"]
    assert counts(run_now(ours)) == {"seen": 11, "unchanged": 11, "retired": 1}
    assert Dataset.objects.get(origin_id="r3").state == State.WITHDRAWN


def test_a_list_that_is_cut_withdraws_nothing(forge: FakeForge):
    ours = source_of(forge)
    run_now(ours)
    forge.clock += DAY
    del forge.files["datasets/3.json"]
    forge.is_cut = True

    assert counts(run_now(ours)) == {"seen": 11, "unchanged": 11, "problems": 2}
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 12


def test_a_broken_file_costs_itself_and_withdraws_nothing(forge: FakeForge):
    ours = source_of(forge)
    run_now(ours)
    forge.clock += 8 * DAY
    forge.files |= {"datasets/3.json": b'{"title": "cut', "datasets/4.json": [1, record("r4")]}
    forge.instead["datasets/5.json"] = answer(b"<!DOCTYPE html><title>Sign in</title>")

    run = run_now(ours)

    assert counts(run) == {"seen": 13, "unchanged": 10, "failed": 3, "problems": 4}
    kinds = list(Problem.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["file-unreadable", "not-a-record", "file-unreadable", "incomplete-list"]
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 12


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/county", "This is no address of a repository"),
        ("/county/other", "The server answered with status 404: there is nothing at this address."),
        ("/county/open-data/tree/main/nothing", "The folder holds no file whose name ends in .json or .jsonld."),
    ],
)
def test_what_is_no_folder_fails_with_a_sentence(forge: FakeForge, path: str, message: str):
    run = run_now(source(forge.server.url(path), kind=SourceKind.JSON_FOLDER))

    assert run.state == RunState.FAILED
    assert message in run.message


def test_folder_on_this_machine_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    PublisherFactory(slug="county")
    (tmp_path / "trees.json").write_text(json.dumps(record("trees")))
    (tmp_path / "potholes.json").write_text(json.dumps(CKAN))

    call_command("harvest", "json-folder", str(tmp_path), "--publisher", "county", "--json")

    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["created"], said["problems"]) == ("completed", 2, 0)
