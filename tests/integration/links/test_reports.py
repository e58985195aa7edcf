"""Broken links by publisher and by server, as pages and as CSV; and having one checked again by the API."""

import csv
import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.enums import LinkState, Visibility
from catalogue.models import Dataset, LinkCheck, Resource
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def broken(*urls: str) -> None:
    LinkCheck.objects.filter(resource__url__in=urls).update(
        state=LinkState.BROKEN,
        reason="The server has nothing at this address (status 404).",
        failing_since=NOW - datetime.timedelta(days=3),
        checked_at=NOW - datetime.timedelta(hours=1),
        status_code=404,
    )


def text(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return " ".join(b"".join(response).decode().split())


@pytest.fixture
def rivers() -> Dataset:
    rivers = dataset(
        PublisherFactory(slug="rivers", title="Rivers"),
        title="Salmon",
        resources=(csv_file("https://dead.example/1.csv"), csv_file("https://ok.example/1.csv")),
    )
    dataset(PublisherFactory(title="Roads"), title="Potholes", resources=(csv_file("https://dead.example/2.csv"),))
    secret = dataset(title="Secret", resources=(csv_file("https://dead.example/secret.csv"),))
    Dataset.objects.filter(id=secret.id).update(visibility=Visibility.OFFICIALS)
    broken("https://dead.example/1.csv", "https://dead.example/2.csv", "https://dead.example/secret.csv")
    return rivers


def test_one_dead_server_and_whom_it_hits(rivers: Dataset):
    page = text("/links")
    assert '<a class="govuk-link" href="/links?host=dead.example">dead.example</a>' in page
    assert "All broken" in page
    assert page.count("Rivers</a>") == page.count("Roads</a>") == 1

    host = text("/links?host=dead.example")
    assert "2 links of 2 entries." in host
    assert "https://dead.example/1.csv" in host
    assert "nothing at this address" in host
    assert "Potholes" in host
    publisher = text("/links?publisher=rivers")
    assert "1 link of 1 entry." in publisher
    assert "Potholes" not in publisher
    assert "secret" not in (page + host + publisher).lower()


def test_csv_of_broken_links(rivers: Dataset):
    lines = list(csv.DictReader(b"".join(Client().get("/links.csv?host=dead.example")).decode().splitlines()))
    assert sorted(line["link"] for line in lines) == ["https://dead.example/1.csv", "https://dead.example/2.csv"]
    first = next(line for line in lines if line["publisher"] == "Rivers")
    assert (first["state"], first["status"], first["entry"]) == ("Broken", "404", "Salmon")
    assert first["entry address"].endswith(rivers.get_absolute_url())


def test_nothing_broken():
    assert "No link is known to be broken." in text("/links")
    assert "None is known." in text("/links?host=nowhere.example")


@pytest.mark.parametrize("address", ["/links", "/links?host=dead.example", "/links.csv"])
def test_reports_ask_few_queries(rivers: Dataset, address: str, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        b"".join(Client().get(address))


def test_an_editor_has_a_link_checked_again_once_a_minute(rivers: Dataset, client: Client):
    cache.clear()
    file = Resource.objects.get(url="https://dead.example/1.csv")
    address = f"/api/v1/resources/{file.id}/check"
    LinkCheck.objects.update(next_check_at=NOW + datetime.timedelta(days=3))
    assert client.post(address).status_code in (401, 403)
    client.force_login(officer(PublisherFactory(), Role.EDITOR))
    assert client.post(address).status_code == 403
    client.force_login(officer(rivers.publisher, Role.EDITOR))

    answer = client.post(address)

    assert (answer.status_code, answer.json()["state"]) == (202, "broken")
    assert LinkCheck.objects.get(resource=file).next_check_at <= timezone.now()
    LinkCheck.objects.filter(resource=file).update(
        checked_at=timezone.now(), next_check_at=NOW + datetime.timedelta(days=3)
    )
    answer = client.post(address)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_hidden_links_are_not_there_to_be_checked(rivers: Dataset, client: Client):
    client.force_login(officer(rivers.publisher, Role.EDITOR))
    file = Resource.objects.get(url="https://dead.example/secret.csv")
    Dataset.objects.filter(title="Secret").update(visibility=Visibility.PUBLISHER)
    assert client.post(f"/api/v1/resources/{file.id}/check").status_code == 404
