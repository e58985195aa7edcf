"""Each filter does what it says; whatever can't be meant is refused in one shape."""

import datetime

import pytest
from django.test import Client

from catalogue.actions.entry import Origin
from catalogue.api.filters import DatasetFilter, PublisherFilter, ResourceFilter
from catalogue.enums import LinkState
from catalogue.models import Dataset, LinkCheck
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

#: Filter → (a value that Salmon has and Trout has not, values that can't be meant).
DATASET_FILTERS = {
    "publisher": ("rivers", ["nobody", "' OR 1=1"]),
    "topic": ("environment", ["no-topic"]),
    "licence": ("uk-ogl", ["no-licence"]),
    "kind": ("series", ["painting"]),
    "access": ("restricted", ["secret"]),
    "frequency": ("daily", ["often"]),
    "quality": ("good", ["best"]),
    "min_score": ("60", ["x", "-1", "101", "NaN", "Infinity", "1e99"]),
    "format": ("csv", []),
    "link_state": ("broken", ["torn"]),
    "tag": ("salmon", []),
    "modified_since": ("2026-03-01T00:00:00Z", ["yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]),
    "origin_id": ("guid-salmon", []),
}


@pytest.fixture
def salmon() -> Dataset:
    made = dataset(
        PublisherFactory(
            title="Rivers Agency", slug="rivers", kind="executive-agency", parent=PublisherFactory(slug="water")
        ),
        title="Salmon counts",
        topic_id="environment",
        licence_id="uk-ogl",
        kind="series",
        access="restricted",
        access_reason="Poachers.",
        frequency="daily",
        tags=("salmon", "fish"),
        resources=(csv_file(), csv_file("https://rivers.example/2.csv")),
        origin=Origin(id="guid-salmon"),
        now=datetime.datetime(2026, 3, 3, tzinfo=datetime.UTC),
    )
    LinkCheck.objects.filter(resource__dataset=made).update(
        state=LinkState.BROKEN, failing_since=datetime.datetime(2026, 3, 3, tzinfo=datetime.UTC)
    )
    made.quality.score, made.quality.band = 70, "good"
    made.quality.save()
    trout = dataset(title="Trout", tags=("fishing",), now=datetime.datetime(2026, 2, 3, tzinfo=datetime.UTC))
    trout.quality.score, trout.quality.band = 20, "poor"
    trout.quality.save()
    return made


def names(address: str, field: str = "title") -> list[str]:
    response = Client().get(address)
    assert response.status_code == 200, response.content
    return [row[field] for row in response.json()["results"]]


def test_every_filter_is_tried_here():
    assert set(DATASET_FILTERS) == set(DatasetFilter.base_filters)
    assert {"kind", "format", "link_state"} == set(ResourceFilter.base_filters)
    assert {"kind", "parent"} == set(PublisherFilter.base_filters)


@pytest.mark.parametrize("name", DATASET_FILTERS)
def test_a_filter_keeps_what_has_its_value(salmon, name):
    assert names("/api/v1/datasets") == ["Salmon counts", "Trout"]
    assert names(f"/api/v1/datasets?{name}={DATASET_FILTERS[name][0]}") == ["Salmon counts"]


@pytest.mark.parametrize(("name", "value"), [(name, v) for name, (_, bad) in DATASET_FILTERS.items() for v in bad])
def test_a_value_that_cannot_be_meant_is_refused_and_named(salmon, name, value):
    response = Client().get("/api/v1/datasets", {name: value})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    problem = response.json()
    assert list(problem["errors"]) == [name]
    assert problem["detail"] == "Some values can’t be used: see “errors”."


def test_an_offset_that_only_python_takes_is_a_time_all_the_same(salmon):
    assert names("/api/v1/datasets?modified_since=2026-03-01T09:00:00-23:29") == ["Salmon counts"]


def test_values_of_one_filter_mean_or_and_different_filters_and(salmon):
    assert names("/api/v1/datasets?quality=good&quality=poor") == ["Salmon counts", "Trout"]
    assert names("/api/v1/datasets?quality=poor&tag=salmon") == []


def test_resources_and_publishers_are_filtered(salmon):
    assert len(names("/api/v1/resources?link_state=broken&format=Csv&kind=data", "id")) == 2
    assert names("/api/v1/resources?link_state=ok", "id") == []
    assert names("/api/v1/publishers?kind=executive-agency") == ["Rivers Agency"]
    assert names("/api/v1/publishers?parent=water") == ["Rivers Agency"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/datasets?publishr=rivers", "publishr"),
        ("/api/v1/datasets/salmon-counts?x=1", "x"),
        ("/api/v1/search?filters[colour]=red", "filters[colour]"),
        ("/api/v1/quality?sort=best", "sort"),
        ("/api/v1/changes?from=3", "from"),
        ("/api/v1/harvest/runs?source=x", "source"),
        ("/api/v1/openapi.json?format=yaml", "format"),
    ],
)
def test_a_misspelt_parameter_is_refused_and_named(salmon, address, name):
    response = Client().get(address)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/search?sort=size", "sort"),
        ("/api/v1/search?page=0", "page"),
        ("/api/v1/search?page=501", "page"),
        ("/api/v1/search?page_size=101", "page_size"),
        ("/api/v1/changes?since=-1", "since"),
        ("/api/v1/changes?since=9223372036854775808", "since"),
        ("/api/v1/changes?page_size=1001", "page_size"),
        ("/api/v1/datasets?tag=a%00b", "tag"),
        ("/api/v1/datasets?publisher=", "publisher"),
        ("/api/v1/search?filters[format]=", "filters[format]"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_and_named(index, address, name):
    index()
    response = Client().get(address)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


ERRORS = [
    ("get", "/api/v1/datasets/no-such-name", {}, 404),
    ("get", "/api/v1/datasets/2d4d9b6c-7cbb-4a35-9b7a-8f1c1d9c0b57", {}, 404),
    ("get", "/api/v1/datasets/a%00b", {}, 404),
    ("get", "/api/v1/resources/2d4d9b6c-7cbb-4a35-9b7a-8f1c1d9c0b57", {}, 404),
    ("get", "/api/v1/resources/not-a-uuid", {}, 404),
    ("get", "/api/v1/publishers/nobody", {}, 404),
    ("get", "/api/v1/nothing", {}, 404),
    ("get", "/api/v1/datasets/", {}, 404),
    ("get", "/api/v1/", {}, 404),
    ("get", "/api/v1/a%0Ab", {}, 404),
    ("post", "/api/v1/nothing", {}, 404),
    ("post", "/api/v1/datasets", {}, 401),
    ("delete", "/api/v1/quality", {}, 405),
    ("get", "/api/v1/datasets", {"Accept": "text/html"}, 406),
    ("get", "/api/v1/search", {"Accept": "application/xml"}, 406),
]


@pytest.mark.parametrize(("method", "address", "headers", "status"), ERRORS)
def test_every_error_has_one_shape(method, address, headers, status):
    response = getattr(Client(enforce_csrf_checks=True), method)(address, headers=headers)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["detail"].endswith(".")
    assert "no-store" in response["Cache-Control"]
    if status == 405:
        assert response["Allow"] == "GET, HEAD, OPTIONS"
