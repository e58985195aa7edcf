"""The ETag of a catalogue that is written as it goes: 304 to who has it, and never to who has anything older."""

import datetime
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset, Licence, QualityReport, Resource, Topic
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")
NOW = timezone.now()
ADDRESSES = ("/data.json", "/dcat-us-3.json", *(f"/catalog.{form}?page=all" for form in ("ttl", "rdf", "jsonld", "nt")))


@pytest.fixture
def bins() -> Dataset:
    agency = PublisherFactory(title="Waste Agency", slug="waste", contact_email="ask@waste.example")
    dataset(agency, title="Secret for now", name="secret", release_at=NOW + datetime.timedelta(days=1))
    return dataset(agency, title="Bins", licence_id="uk-ogl", topic_id="environment", resources=(csv_file(),))


def tag(client: Client, address: str = "/data.json") -> str:
    return str(client.get(address)["ETag"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_it_is_sent_nothing(client, bins, address):
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again["ETag"], again.content) == (200, 304, first["ETag"], b"")
    assert again["Cache-Control"].startswith("public, max-age=")


def test_an_edit_makes_another_even_where_it_is_taken_back(client, bins):
    first = tag(client)
    draft = datasets.draft_of(bins)
    datasets.edit(bins.id, draft.with_changes(title="Large bins"), by=BY, now=NOW)
    second = tag(client)
    datasets.edit(bins.id, draft, by=BY, now=NOW)
    assert len({first, second, tag(client)}) == 3
    stale = client.get("/data.json", headers={"If-None-Match": first})
    assert (stale.status_code, b'"title":"Bins"' in b"".join(stale)) == (200, True)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Publisher, {"contact_email": "tell@waste.example"}),
        (Topic, {"title": "Surroundings"}),
        (Licence, {"url": "https://licences.example/ogl"}),
        (QualityReport, {"score": 1}),
        (Resource, {"size_bytes": 12_345}),
        (Dataset, {"translations": {"cy": {"title": "Biniau"}}}),
        (Dataset, {"visibility": "officials"}),
        # As time does it: no row of the log tells of a release
        (Dataset, {"release_at": NOW - datetime.timedelta(days=1)}),
    ],
)
def test_so_does_whatever_is_said_otherwise_by_whatever_way(client, bins, model: type[Model], values: dict[str, Any]):
    first = tag(client)
    assert model._default_manager.update(**values)
    assert tag(client) != first


def test_what_is_shown_to_nobody_makes_none(client, bins):
    first = tag(client)
    Dataset.objects.update(last_seen_at=NOW)
    Dataset.objects.filter(name="secret").update(title="Still secret")
    assert tag(client) == first
