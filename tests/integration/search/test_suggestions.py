"""Suggestions while typing, and similar datasets: only what anybody may read."""

import pytest
from django.core.cache import cache
from django.test import Client

from catalogue.enums import State
from catalogue.search.similar import similar
from catalogue.search.suggest import suggest
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory
from tests.integration.search.waiting import index_now


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


@pytest.mark.django_db
def test_titles_publishers_and_places_are_suggested_as_they_are_typed() -> None:
    agency = PublisherFactory(title="Lighthouse Agency", slug="lighthouse-agency")
    PublisherFactory(title="Lighthouse Board without datasets")
    entry = dataset(agency, title="Lighthouses of Kent")
    dataset(agency, title="Beacons and lighthouses")
    dataset(agency, title="Secret lighthouses", state=State.DRAFT)
    index_now()
    found = [(each.kind, each.label) for each in suggest("lighth")]
    assert found == [
        ("publisher", "Lighthouse Agency"),
        ("dataset", "Lighthouses of Kent"),
        ("dataset", "Beacons and lighthouses"),
    ]
    assert suggest("lighthouses of ke")[0].url == f"/dataset/{entry.id}/{entry.name}"
    assert [each.url for each in suggest("Leeds")][:1] == ["/search?filters%5Bplace%5D=E08000035"]
    assert suggest("l") == suggest("  ") == suggest("\x00\ud800") == []


@pytest.mark.django_db
def test_the_api_answers_with_addresses(client: Client) -> None:
    entry = dataset(title="Lighthouses of Kent")
    index_now()
    answer = client.get("/api/v1/suggest", {"q": "lighthouses"})
    assert answer.status_code == 200
    (result,) = answer.json()["results"]
    assert (result["kind"], result["label"], result["detail"]) == ("dataset", entry.title, entry.publisher.title)
    assert result["url"].endswith(f"/dataset/{entry.id}/{entry.name}")
    assert client.get("/api/v1/suggest", {"query": "x"}).status_code == 400


@pytest.mark.django_db
def test_similar_datasets_share_telling_words_and_a_series_does_not_fill_the_list() -> None:
    entry = dataset(title="Lighthouse lamps, May 2019", tags=["lamps"])
    dataset(title="Lamps of lighthouses in Kent", tags=["lamps"])
    for month in ("June", "July", "August", "September"):
        dataset(title=f"Lighthouse lamps, {month} 2019", tags=["lamps"])
    dataset(title="Bus stops")
    dataset(title="Lighthouse lamps in draft", state=State.DRAFT)
    index_now()
    found = [each.title for each in similar(entry.id, entry.title, entry.tags)]
    assert "Lamps of lighthouses in Kent" in found
    assert entry.title not in found
    assert "Bus stops" not in found
    assert "Lighthouse lamps in draft" not in found
    assert len(found) == 3
