"""Everything an entry was ever called leads to it, and nothing leads to what is hidden."""

import pytest
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By, Entry, Origin
from catalogue.actions.store import upsert_many
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


def test_what_it_was_called_once_leads_to_it_still(client, bins):
    file = bins.resources.get().id
    anew = Origin(id="https://waste.example/guid?8", url="https://waste.example/")
    wish = datasets.draft_of(bins).with_changes(identifiers=(), resources=())
    upsert_many([Entry(wish, bins.id, origin=anew)], by=BY, now=timezone.now())
    assert not bins.resources.filter(id=file).exists()
    for key in ("W-7", "doi:10.5072/Bins.7", "https://waste.example/guid?7", str(file), str(file).upper()):
        assert client.get("/id", {"identifier": key})["Location"] == f"/dataset/{bins.id}/all-bins", key


def test_who_has_an_identifier_now_goes_before_who_had_it(client, bins):
    upsert_many([Entry(datasets.draft_of(bins), bins.id, origin=Origin(id="8"))], by=BY, now=timezone.now())
    heir = dataset(origin=Origin(id="https://waste.example/guid?7"))
    assert client.get("/id", {"identifier": "https://waste.example/guid?7"})["Location"] == heir.get_absolute_url()


def test_a_merged_entry_leads_to_the_one_that_stands(client, bins):
    heir = dataset(PublisherFactory(), name="all-the-bins")
    by = {"reason": "The same.", "by": BY, "now": timezone.now()}
    datasets.withdraw(bins, **by, replaced_by=heir, redirects=True)
    for key in ("bins", "all-bins", "W-7", str(bins.id), str(bins.resources.get().id)):
        response = client.get("/id", {"identifier": key}, follow=True)
        assert response.redirect_chain[-1][0] == heir.get_absolute_url(), key


def test_the_uuid_of_the_source_is_an_address_too(client):
    uuid = "0a1f2c3d-4e5f-4061-8273-8495a6b7c8d9"
    made = dataset(name="tides", origin=Origin(id=uuid))
    assert client.get(f"/dataset/{uuid}/anything")["Location"] == made.get_absolute_url()
    Dataset.objects.filter(id=made.id).update(state=State.DRAFT)
    assert client.get(f"/dataset/{uuid}").status_code == 404


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
