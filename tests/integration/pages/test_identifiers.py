"""Everything an entry was ever called leads to it, and nothing leads to what is hidden."""

import pytest
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.store import By, Origin
from catalogue.enums import Route, State
from catalogue.models import Dataset
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")


@pytest.fixture
def bins() -> Dataset:
    origin = Origin(id="https://waste.example/guid?7", url="https://waste.example/")
    made = dataset(
        PublisherFactory(slug="waste"), name="bins", identifiers=("10.5072/Bins.7", "W-7"), origin=origin,
        resources=(csv_file(),),
    )  # fmt: skip
    datasets.edit(made.id, datasets.draft_of(made).with_changes(name="all-bins"), by=BY, now=timezone.now())
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(
    "key",
    [
        *("bins", "all-bins", "W-7", "10.5072/Bins.7", "doi:10.5072/Bins.7", "https://doi.org/10.5072/Bins.7"),
        "https://waste.example/guid?7",
    ],
)
def test_each_identifier_leads_to_the_entry(client, bins, key):
    response = client.get("/id", {"identifier": key})
    assert (response.status_code, response["Location"]) == (302, f"/dataset/{bins.id}/all-bins")


def test_identifiers_stand_in_the_path_too(client, bins):
    for key in (bins.id, bins.resources.get().id, "10.5072/Bins.7", "https://waste.example/guid%3F7"):
        assert client.get(f"/id/{key}")["Location"] == f"/dataset/{bins.id}/all-bins"


def test_an_identifier_that_several_have_names_them_all(client, bins):
    dataset(PublisherFactory(), title="Other bins", origin=Origin(id="https://waste.example/guid?7"))
    response = client.get("/id", {"identifier": "https://waste.example/guid?7"})
    assert response.status_code == 300
    assert "Other bins" in response.content.decode()
    assert f'href="/dataset/{bins.id}/all-bins"' in response.content.decode()


def test_hidden_entries_have_no_identifiers(client):
    dataset(PublisherFactory(), name="draft", state=State.DRAFT, identifiers=("W-8",), origin=Origin(id="guid-8"))
    for key in ("draft", "W-8", "guid-8", "nothing", "", "\x00", "x" * 2000):
        assert client.get("/id", {"identifier": key}).status_code == 404


def test_withdrawn_entries_lead_to_their_tombstone(client, bins):
    datasets.withdraw(bins, reason="Merged.", by=BY, now=timezone.now())
    address = client.get("/id/W-7")["Location"]
    assert client.get(address).status_code == 410


def test_a_publishers_uuid_leads_to_its_page(client, bins):
    assert client.get(f"/publisher/{bins.publisher_id}")["Location"] == "/publisher/waste"
    assert client.get("/publisher/00000000-0000-4000-8000-000000000000").status_code == 404
