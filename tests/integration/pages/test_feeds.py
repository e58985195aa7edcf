"""Atom feeds of what changed: whole, of a publisher and of a dataset."""

from xml.etree import ElementTree

import pytest
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By
from catalogue.enums import Route, State
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(client, address: str) -> list[str]:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return [
        entry.findtext(f"{ATOM}title") or "" for entry in ElementTree.fromstring(response.content).iter(f"{ATOM}entry")
    ]


def test_feeds_tell_of_what_changed_latest_first(client, django_assert_max_num_queries):
    agency = PublisherFactory(slug="waste")
    bins = dataset(agency, title="Bins & skips", description="Where they *stand*.", tags=("bins",))
    dataset(PublisherFactory(), title="Trees")
    dataset(agency, title="Draft", state=State.DRAFT)
    with django_assert_max_num_queries(3):
        assert titles(client, "/feeds/catalogue.atom") == ["Trees", "Bins & skips"]
    assert titles(client, "/feeds/publisher/waste.atom") == ["Bins & skips"]
    datasets.edit(
        bins.id, datasets.draft_of(bins).with_changes(title="Bins"), by=By(Route.COMMAND, label="t"), now=timezone.now()
    )
    assert titles(client, "/feeds/catalogue.atom") == ["Bins", "Trees"]
    assert titles(client, f"/feeds/dataset/{bins.id}.atom") == ["Version 2", "Version 1"]
    for missing in ("publisher/nobody", "dataset/00000000-0000-4000-8000-000000000000"):
        assert client.get(f"/feeds/{missing}.atom").status_code == 404


def test_an_empty_feed_is_the_same_each_time(client):
    assert client.get("/feeds/catalogue.atom").content == client.get("/feeds/catalogue.atom").content
