"""Catalogues in RDF, on the web and on this machine, through the command and the pipeline."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from catalogue.enums import DatasetKind, State
from catalogue.models import Change, Dataset
from harvest.enums import PublisherRule, RecordState, RunState, SourceKind
from harvest.models import Problem, Record
from publishers.models import Publisher
from tests.factories.harvest import counts, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.real_data import part_of
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "harvest" / "dcat"
TURTLE = "text/turtle; charset=utf-8"


def page(*names: str, following: str = "") -> bytes:
    paging = f"<#page> a hydra:PartialCollectionView ; hydra:next <{following}> ." if following else ""
    datasets = "".join(f'<https://data.example/{name}> a dcat:Dataset ; dct:title "{name}" .' for name in names)
    return f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix hydra: <http://www.w3.org/ns/hydra/core#> . {paging} {datasets}""".encode()


def test_whole_catalogue_stands_in_ours(capsys: pytest.CaptureFixture[str]):
    PublisherFactory(slug="coast", title="The coast")
    options: dict[str, Any] = {"publisher": "coast", "json": True, "publisher_rule": PublisherRule.CREATE}

    for name, expected in (("catalogue.ttl", {"created": 3}), ("catalogue.ttl", {"unchanged": 3})):
        call_command("harvest", "dcat", str(SAMPLES / name), **options)
        said = json.loads(capsys.readouterr().out)
        assert said["state"] == "completed"
        names = ("created", "updated", "unchanged", "failed", "problems")
        assert {key: said[key] for key in names if said[key]} == expected

    beaches = Dataset.objects.get(origin_id="beaches")
    assert (beaches.title, beaches.topic_id, beaches.licence_id) == ("Bathing beaches", "environment", "uk-ogl")
    assert beaches.translations == {"cy": {"title": "Traethau ymdrochi", "description": "Pob traeth."}}
    coastguard = Publisher.objects.get(title="Coastguard")
    assert (beaches.publisher, coastguard.homepage) == (coastguard, "https://coast.example/")
    assert coastguard.parent is not None
    assert coastguard.parent.title == "Ministry of Water"
    assert list(beaches.resources.order_by("position").values_list("url", "format")) == [
        ("https://data.coast.example/beaches.csv", "CSV"),
        ("https://maps.coast.example/wfs", "WFS"),
        ("https://data.coast.example/beaches-guide.pdf", "PDF"),
    ]
    assert Dataset.objects.get(origin_id="tide-api").kind == DatasetKind.SERVICE


@pytest.mark.parametrize("form", ["rdf", "jsonld", "nt"])
def test_another_form_of_the_same_catalogue_changes_nothing(portal: FaultyServer, form: str):
    portal.replies["/catalogue"] = file((SAMPLES / "catalogue.ttl").read_bytes(), media_type=TURTLE)
    coast = source(portal.url("/catalogue"), kind=SourceKind.DCAT)
    assert counts(run_now(coast)) == {"seen": 3, "created": 3}
    portal.replies["/catalogue"] = file(
        (SAMPLES / f"catalogue.{form}").read_bytes(), media_type="application/octet-stream"
    )
    changes = Change.objects.count()

    assert counts(run_now(coast)) == {"seen": 3, "unchanged": 3}
    assert Change.objects.count() == changes


def test_broken_page_keeps_what_came_and_withdraws_nothing(portal: FaultyServer):
    portal.replies["/1"] = file(page("a", "b", following="/2"), media_type=TURTLE)
    portal.replies["/2"] = file(page("c"), media_type=TURTLE)
    pages = source(portal.url("/1"), kind=SourceKind.DCAT)
    assert counts(run_now(pages)) == {"seen": 3, "created": 3}
    portal.replies["/2"] = file(page("c", "d")[:-20], media_type=TURTLE)

    run = run_now(pages)

    assert run.state == RunState.FAILED
    assert run.message.startswith(
        "Page 2 of the source failed: The source could not be read. The file is broken at line "
    )
    assert run.message.endswith("The 2 records that were read are kept; nothing was retired.")
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 3


def test_dataset_that_the_catalogue_no_longer_has_vanishes(portal: FaultyServer):
    portal.replies["/all"] = file(page("a", "b"), media_type=TURTLE)
    all_of_it = source(portal.url("/all"), kind=SourceKind.DCAT)
    run_now(all_of_it)
    portal.replies["/all"] = file(page("a"), media_type=TURTLE)

    run_now(all_of_it)

    assert Record.objects.get(guid="https://data.example/b").state != RecordState.CURRENT


@pytest.mark.real_data
@pytest.mark.slow
def test_every_real_file_is_loaded_or_answered_with_a_sentence_and_a_second_harvest_changes_nothing(real_data: Path):
    files = sorted(path for path in (real_data / "c_dcat_rdf").rglob("*") if path.suffix != ".md" and path.is_file())
    assert len(files) > 500
    files = part_of(files, one_in=15)
    publisher = PublisherFactory()
    loaded = refused = 0
    for path in files:
        portal = source(str(path), kind=SourceKind.DCAT, publisher=publisher)

        first = run_now(portal)

        if first.state == RunState.FAILED:
            assert first.message.startswith("The source"), (path, first.message)
            assert first.message.endswith("."), (path, first.message)
            refused += 1
            continue
        assert first.state == RunState.COMPLETED, (path, first.message)
        current = Record.objects.filter(source=portal, state=RecordState.CURRENT, dataset__isnull=False).count()
        errors = Problem.objects.filter(run=first, severity="error").count()
        assert (first.seen, first.created) == (first.created + first.failed, current), path
        assert errors >= first.failed, path
        assert not Problem.objects.filter(run=first, kind__in=("unreadable", "not-stored")).exists(), path
        loaded += 1
        changes = Change.objects.count()

        second = run_now(portal)

        assert (second.created, second.updated, Change.objects.count()) == (0, 0, changes), path
    assert loaded > 2 * refused
