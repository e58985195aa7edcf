"""Cursors: every row once, both ways, whatever shares its place and whatever changes meanwhile."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Dataset
from harvest.models import Run
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"


def walk(address: str, *, link: str = "next", key: str = "id") -> list[list[str]]:
    """The keys of each page, following `link` to the end."""
    pages = []
    while address:
        answer = Client().get(address.removeprefix(SITE))
        assert answer.status_code == 200, answer.content
        page = answer.json()
        pages.append([str(row[key]) for row in page["results"]])
        assert len(pages) < 50
        address = page[link]
    return pages


@pytest.fixture
def same_moment() -> list[str]:
    """Datasets that a harvest stored at one moment, in the order of the list."""
    publisher, now = PublisherFactory(), timezone.now()
    made = [dataset(publisher, now=now) for _ in range(11)]
    return sorted((str(entry.id) for entry in made), reverse=True)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
def test_rows_of_one_moment_come_once_each_in_order(same_moment, size):
    pages = walk(f"/api/v1/datasets?page_size={size}")
    assert [key for page in pages for key in page] == same_moment
    assert {len(page) for page in pages[:-1]} <= {size}


def test_the_way_back_gives_the_same_pages(same_moment):
    there = walk("/api/v1/datasets?page_size=4")
    last = "/api/v1/datasets?page_size=4"
    while (following := Client().get(last.removeprefix(SITE)).json()["next"]) is not None:
        last = following
    assert walk(last, link="previous") == there[::-1]


def test_the_first_page_has_no_previous_and_the_last_no_next(same_moment):
    first = Client().get("/api/v1/datasets?page_size=11").json()
    assert (first["next"], first["previous"]) == (None, None)
    assert Client().get("/api/v1/datasets?page_size=10").json()["previous"] is None


def test_a_row_that_comes_or_goes_meanwhile_shifts_nothing(same_moment):
    first = Client().get("/api/v1/datasets?page_size=5").json()
    dataset(title="New", now=timezone.now() + datetime.timedelta(seconds=5))
    Dataset.objects.filter(id=same_moment[2]).delete()
    rest = walk(first["next"])
    assert [key for page in rest for key in page] == same_moment[5:]


def test_filters_stay_on_the_way(same_moment):
    entry = dataset(title="Salmon", tags=("salmon",))
    dataset(title="Trout", tags=("salmon",))
    page = Client().get("/api/v1/datasets?tag=salmon&page_size=1").json()
    assert "tag=salmon" in page["next"]
    assert [key for page in walk("/api/v1/datasets?tag=salmon&page_size=1") for key in page][1] == str(entry.id)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/api/v1/publishers", "slug"),
        ("/api/v1/resources", "id"),
        ("/api/v1/changes", "position"),
        ("/api/v1/harvest/sources", "slug"),
        ("/api/v1/harvest/runs", "id"),
    ],
)
def test_every_list_is_paged_to_its_end(address, key):
    for number in range(7):
        publisher = PublisherFactory()
        dataset(publisher, resources=(csv_file(f"https://rivers.example/{number}.csv"),))
        catalogue = source(f"https://rivers.example/{number}.json", publisher=publisher)
        Run.objects.create(source=catalogue, state="completed", created_at=timezone.now())
    keys = [key for page in walk(f"{address}?page_size=3", key=key) for key in page]
    assert len(keys) == len(set(keys)) == 7
    assert walk(f"{address}?page_size=100", key=key) == [keys]


@pytest.mark.parametrize("size", ["0", "101", "-1", "x", "1.5", "9" * 30])
def test_a_page_size_that_cannot_be_is_refused(size):
    problem = Client().get(f"/api/v1/datasets?page_size={size}").json()
    assert problem["errors"] == {"page_size": ["Give a whole number from 1 to 100."]}


@pytest.mark.parametrize(
    "cursor",
    [
        *(
            "x",
            "W10",
            "e30",
            "bnVsbA",
            "WzAsIngiXQ",
            "WzAsIngiLCJ5Il0",
            "WzIsIjIwMjYtMDEtMDEiLCJ4Il0",
            "é",
            "%00",
            "A" * 3_000,
        ),
        "WzAsIjIwMjYtMDEtMDFUMDA6MDA6MDArMDA6MDAiLCJ5Il0",  # a time, and no UUID
        "WzAsIjAwMDEtMDEtMDFUMDA6MDA6MDArMTQ6MDAiLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ",  # before time
    ],
)
def test_what_is_no_cursor_is_refused(cursor):
    response = Client().get(f"/api/v1/datasets?cursor={cursor}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["cursor"]
