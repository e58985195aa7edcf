"""ISO metadata on the web and on this machine, through the command and the pipeline."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from catalogue.enums import State
from catalogue.models import Change, Dataset
from harvest.enums import PublisherRule, RecordState, RunState, SourceKind
from harvest.models import Problem, Record
from publishers.models import Publisher
from tests.factories.harvest import counts, run_now, source
from tests.factories.iso import iso_record
from tests.factories.publishers import PublisherFactory
from tests.real_data import part_of
from tests.servers.faulty import FaultyServer
from tests.servers.replies import bare, by_method, file, in_turn

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "harvest"


def document(*identifiers: str) -> bytes:
    return f"<all>{''.join(map(iso_record, identifiers))}</all>".encode()


def test_document_on_the_web_becomes_entries_and_is_not_read_again_while_it_says_the_same(portal: FaultyServer):
    portal.replies["/all.xml"] = in_turn(
        file(document("a", "b"), media_type="application/xml", headers={"ETag": '"1"'}), bare(304)
    )
    maps = source(portal.url("/all.xml"), kind=SourceKind.ISO)

    assert counts(run_now(maps)) == {"seen": 2, "created": 2}
    assert counts(run_now(maps)) == {"seen": 2, "unchanged": 2}
    assert portal.requests[-1].headers["if-none-match"] == '"1"'


def test_document_that_breaks_off_keeps_what_came_and_withdraws_nothing(portal: FaultyServer):
    portal.replies["/all.xml"] = in_turn(file(document("a", "b", "c")), file(document("a", "b", "c")[:-700]))
    maps = source(portal.url("/all.xml"), kind=SourceKind.ISO)
    run_now(maps)

    run = run_now(maps)

    assert (run.state, run.message) == (
        RunState.FAILED,
        "The XML stops in the middle, at line 1. The 2 records that were read are kept; nothing was retired.",
    )
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 3


def test_whole_record_stands_in_the_catalogue():
    ministry = PublisherFactory(title="Ministry of Beaches")
    run_now(
        source(
            str(SAMPLES / "iso" / "gemini23_dataset.xml"),
            kind=SourceKind.ISO,
            publisher_rule=PublisherRule.MATCH,
            keeps_uuids=True,
        )
    )

    dataset = Dataset.objects.get()

    assert (str(dataset.id), dataset.publisher) == ("5b1a4c0e-6f0f-4a52-9b57-2f6f4d3f9a01", ministry)
    assert (dataset.licence_id, dataset.topic_id) == ("uk-ogl", "environment")
    assert dataset.translations["cy"]["title"] == "Safleoedd samplu dŵr ymdrochi"
    assert [resource.title for resource in dataset.resources.all()] == ["All sites", "Map of the sites", "", "Guide"]
    assert str(dataset.source_modified_at) == "2024-02-29 00:00:00+00:00"


@pytest.mark.parametrize("kind", ["iso", "waf", "csw"])
def test_command_harvests_each_kind(portal: FaultyServer, kind: str, capsys: pytest.CaptureFixture[str]):
    publisher = PublisherFactory(slug="ministry")
    portal.replies["/a.xml"] = file(iso_record("a").encode())
    portal.replies["/waf/"] = file(b'<a href="a.xml">a</a>', media_type="text/html")
    portal.replies["/waf/a.xml"] = portal.replies["/a.xml"]
    answered = (SAMPLES / "csw" / "dublin_core.xml").read_bytes()
    portal.replies["/csw"] = by_method(head=bare(), get=file(answered))
    address = {"iso": portal.url("/a.xml"), "waf": portal.url("/waf/"), "csw": portal.url("/csw")}[kind]

    call_command("harvest", kind, address, publisher=publisher.slug, json=True, dry_run=True)
    preview = json.loads(capsys.readouterr().out)
    assert (preview["created"], len(preview["drafts"]), Dataset.objects.count()) == (1, 1, 0)


@pytest.mark.real_data
@pytest.mark.slow
def test_no_real_record_is_lost_and_a_second_harvest_changes_nothing(real_data: Path):
    folder = real_data / "d_iso"
    publisher = PublisherFactory()
    records = 0
    files = sorted(path for path in folder.rglob("*") if path.name.endswith((".xml", ".xml.gz")))
    assert len(files) > 500
    for path in part_of(files, one_in=6):
        maps = source(str(path), kind=SourceKind.ISO, publisher=publisher)

        first = run_now(maps)

        if first.state == RunState.FAILED:
            assert first.seen == 0, (path, first.message)
            assert first.message.endswith((".", "”.")), path
            continue
        loaded = Record.objects.filter(source=maps, state=RecordState.CURRENT, dataset__isnull=False).count()
        errors: dict[str, Any] = dict(Problem.objects.filter(run=first, severity="error").values_list("guid", "kind"))
        assert (first.state, loaded) == (RunState.COMPLETED, first.created), path
        assert first.seen == first.created + first.failed, path
        assert set(errors.values()) <= {"missing-title", "duplicate-identifier"}, path
        records += first.seen
        changes = Change.objects.count()

        second = run_now(maps)

        assert (second.seen, second.created, second.updated) == (first.seen, 0, 0), path
        assert Change.objects.count() == changes, path
    assert records > 50
    assert Publisher.objects.count() == 1
