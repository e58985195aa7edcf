"""Inventories as tables, on the web and on this machine, through the command and the pipeline."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from catalogue.enums import DatasetKind, ServiceStatus, State
from catalogue.models import Change, Dataset
from harvest.enums import PublisherRule, RecordState, RunState, SourceKind
from harvest.models import Problem, Record
from tests.factories.harvest import counts, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, bare, file, in_turn, wrong_length

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "harvest" / "csv"
INVENTORY = """identifier,title,publisher,url,issued
b1,Bins,Waste Board,https://a.example/bins.csv,2020
b1,,,https://a.example/bins.json,
p1,Parks,Waste Board,https://a.example/parks.csv,soon
,,,,2021
"""


def test_inventory_stands_in_the_catalogue_and_a_second_harvest_changes_nothing(portal: FaultyServer):
    board = PublisherFactory(title="Waste Board")
    portal.replies["/inventory"] = file(INVENTORY.encode())
    inventory = source(portal.url("/inventory"), kind=SourceKind.CSV, publisher_rule=PublisherRule.MATCH)

    first = run_now(inventory)

    assert counts(first) == {"seen": 3, "created": 2, "failed": 1, "problems": 2}
    bins = Dataset.objects.get(origin_id="b1")
    assert (bins.title, bins.publisher, bins.issued_text) == ("Bins", board, "2020")
    assert list(bins.resources.order_by("position").values_list("url", flat=True)) == [
        "https://a.example/bins.csv",
        "https://a.example/bins.json",
    ]
    assert list(Problem.objects.filter(run=first).order_by("kind").values_list("guid", "field", "message")) == [
        ("p1", "issued", "Row 4, column “issued”: this is no date that can be understood: write it as 2024-03-31."),
        (
            "row 5",
            "title",
            "Row 5: column “title” is empty, so the row can't be used. Give the dataset a title, or delete the row.",
        ),
    ]
    changes = Change.objects.count()

    second = run_now(inventory)

    assert counts(second) == {"seen": 3, "unchanged": 2, "failed": 1, "problems": 1}
    assert Change.objects.count() == changes


def test_source_that_says_nothing_changed_is_not_read_again(portal: FaultyServer):
    body = INVENTORY.replace(",,,,2021\n", "").encode()
    portal.replies["/inventory"] = in_turn(answer(body, headers={"ETag": '"1"', "Content-Type": "text/csv"}), bare(304))
    inventory = source(portal.url("/inventory"), kind=SourceKind.CSV)

    assert counts(run_now(inventory)) == {"seen": 2, "created": 2, "problems": 1}
    assert counts(run_now(inventory)) == {"seen": 2, "unchanged": 2}
    assert portal.requests[-1].headers["if-none-match"] == '"1"'


def test_download_that_breaks_off_changes_nothing(portal: FaultyServer):
    portal.replies["/inventory"] = file(INVENTORY.encode())
    inventory = source(portal.url("/inventory"), kind=SourceKind.CSV)
    run_now(inventory)
    body = INVENTORY.replace("Bins", "Bin").encode()[:150]
    portal.replies["/inventory"] = wrong_length(body, claimed=400, headers={"Content-Type": "text/csv"})

    run = run_now(inventory)

    assert run.state == RunState.FAILED
    assert sorted(Dataset.objects.filter(state=State.PUBLISHED).values_list("title", flat=True)) == ["Bins", "Parks"]


def test_workbook_by_the_command(capsys: pytest.CaptureFixture[str]):
    PublisherFactory(slug="coast", title="The coast")

    call_command("harvest", "csv", str(SAMPLES / "inventory.xlsx"), publisher="coast", json=True)

    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["created"], said["problems"]) == ("completed", 3, 0)
    service = Dataset.objects.get(origin_id="a1")
    assert (service.kind, service.service_status) == (DatasetKind.SERVICE, ServiceStatus.LIVE)
    assert Dataset.objects.get(origin_id="b1").resources.get(position=0).size_bytes == 2048


#: Rows of each: enough to meet what its columns hold, and quick.
OF_EACH = 100
REAL = ("opendatascotland", "uk-api-catalogue", "hdruk", "geobtaa-ckan", "planning.data.gov.uk")


@pytest.mark.real_data
@pytest.mark.slow
def test_rows_of_real_inventories_are_loaded_or_told_and_a_second_harvest_changes_nothing(real_data: Path):
    found = (path for folder in REAL for path in (real_data / "a_ckan" / folder).glob("*.csv*"))
    files = sorted(path for path in found if path.name != "sources.csv")
    assert len(files) > 20
    publisher = PublisherFactory()
    for path in files:
        inventory = source(str(path), kind=SourceKind.CSV, publisher=publisher)

        first = run_now(inventory, max_records=OF_EACH)

        assert first.state == RunState.COMPLETED, (path, first.message)
        current = Record.objects.filter(source=inventory, state=RecordState.CURRENT, dataset__isnull=False).count()
        assert (first.seen, first.created) == (first.created + first.failed, current), path
        assert Problem.objects.filter(run=first, severity="error").count() >= first.failed, path
        changes = Change.objects.count()

        second = run_now(inventory, max_records=OF_EACH)

        assert (second.created, second.updated, second.unchanged) == (0, 0, first.created), path
        assert Change.objects.count() == changes, path
