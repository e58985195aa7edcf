"""Addresses that nobody means: each is answered, and never with a fault of ours."""

import itertools
from urllib.parse import urlencode

import pytest
from django.test import Client

from catalogue.api.filters import DatasetFilter, PublisherFilter, ResourceFilter
from catalogue.models import Dataset
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.integration.addresses import EXAMPLES, addresses, is_ckan

pytestmark = pytest.mark.django_db

#: Raw, as they stand in an address.
VALUES = [
    *("0", "-1", "1", "2", "99999999", "9" * 30, "1e9", "NaN", "Infinity", "0x10", "1.5", "%D9%A1", "%C2%B2"),
    *("", "%00", "a%00b", "%FF%FE", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "%0A%0D", "%25", "%2500", "+", "'", '"'),
    *("' OR 1=1--", "%3Cscript%3E", "{{7*7}}", "${7*7}", "%5B%5D", "null", "None", "true", "[]", "{}", "%5C"),
    *("(" * 500, '"' * 501, "-" * 300, "a " * 5_000, "x" * 10_000, "-salmon", '"salmon', "salmon OR", "*", "title:x"),
    *("2026-13-45", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "cD0wMA==", "bm90IGEgY3Vyc29y"),
    *("WzAsIjAwMDEtMDEtMDFUMDA6MDA6MDArMTQ6MDAiLCJ4Il0", "WzAsIiIsIiJd", "W10", "WzEsbnVsbF0", "..%2F..%2Fetc"),
]

PAGING = ["cursor", "page_size"]
SEARCH = [
    "q",
    "page",
    "sort",
    "filters[publisher]",
    "filters[topic][]",
    "filters[quality]",
    "filters[access]",
    "filters[",
]

#: Routes that read parameters, and which.
READ = {
    "search": SEARCH,
    "publishers": ["q"],
    "quality": ["page", "sort"],
    "links": ["publisher", "host", "page"],
    "links.csv": ["publisher", "host"],
    "data/search": ["q", "publisher", "res_format", "theme-primary"],
    "harvest/<slug:slug>": ["run", "kind"],
    "harvest/<slug:slug>/problems.csv": ["run"],
    "dataset/<uuid:dataset_id>/<str:name>/history": ["from", "to", "page"],
    "api/v1/search": [*SEARCH, "page_size"],
    "api/v1/changes": ["since", *PAGING],
    "api/v1/datasets": [*DatasetFilter.base_filters, *PAGING, "format[]", "é"],
    "api/v1/resources": [*ResourceFilter.base_filters, *PAGING],
    "api/v1/publishers": [*PublisherFilter.base_filters, *PAGING],
    "api/v1/harvest/sources": PAGING,
    "api/v1/harvest/runs": PAGING,
}


@pytest.fixture
def entry(index) -> Dataset:
    made = dataset(title="Salmon counts", name="salmon", topic_id="health", resources=(csv_file(),))
    source("https://rivers.example/data.json", publisher=made.publisher, slug="rivers")
    index()
    return made


@pytest.mark.parametrize("route", READ)
def test_no_value_of_any_parameter_is_a_fault_of_ours(entry, route):
    client = Client()
    address = addresses(entry, source="rivers", route=route)[0]
    told = set()
    for name, value in itertools.product(READ[route], VALUES):
        response = client.get(f"{address}?{name}={value}")
        told.add(response.status_code)
        if response.status_code == 400:
            assert response["Content-Type"] == "application/problem+json", (name, value)
    assert told <= {200, 301, 302, 400}


@pytest.mark.parametrize("route", READ)
def test_repeated_and_unknown_parameters_are_answered(entry, route):
    address = addresses(entry, source="rivers", route=route)[0]
    pairs = [("filters[publisher]", f"p{n}") for n in range(300)] + [("page", "2"), ("page", "x"), ("nothing", "1")]
    assert Client().get(f"{address}?{urlencode(pairs)}").status_code in {200, 301, 302, 400}
    assert Client().get(f"{address}?{'&' * 500}=&=1&%").status_code in {200, 301, 302, 400}


def test_more_parameters_than_anybody_sends_are_refused_in_words(entry):
    query = "&".join(f"a{n}=1" for n in range(1_001))
    page = Client(raise_request_exception=False).get(f"/search?{query}")
    assert page.status_code == 400
    assert "We could not read that address" in page.content.decode()
    answer = Client(raise_request_exception=False).get(f"/api/v1/search?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


IN_PATH = ["%00", "%FF", "%ED%A0%80", "..", "%2E%2E%2F", "a%0Ab", "%20", "é", "%3Cx%3E", "%2F", ";", "?", "%25"]
IN_PATH += ["x" * 3_000]


@pytest.mark.parametrize("route", [route for route in EXAMPLES if "<" in route and EXAMPLES[route]])
def test_no_piece_of_a_path_is_a_fault_of_ours(entry, route):
    client = Client()
    good = addresses(entry, source="rivers", route=route)[0]
    pieces = good.strip("/").split("/")
    for place, bad in itertools.product(range(len(pieces)), IN_PATH):
        address = "/" + "/".join([*pieces[:place], bad, *pieces[place + 1 :]])
        answered = {200, 301, 302, 404, 410} | ({400} if is_ckan(address) else set())
        assert client.get(address).status_code in answered, address


ACCEPT = ["text/html", "application/json;q=0.1", ";;", "a/b,*/*;q=0"]


def test_any_accept_header_is_answered(entry):
    odd = {"If-None-Match": '"', "If-Modified-Since": "yesterday", "Range": "bytes=9-"}
    for address, accept in itertools.product(addresses(entry, source="rivers"), ACCEPT):
        response = Client(headers={"Accept": accept, **odd}).get(address)
        answered = {200, 301, 302, 404, 406}
        answered |= {503} if address.startswith("/data/dumps/") else set()  # none made yet
        answered |= {403} if address.startswith("/api/3/action/user_") else set()  # people are told of themselves alone
        assert response.status_code in answered, (accept, address)


def test_a_stale_or_forged_session_cookie_is_anonymous(entry):
    client = Client()
    for value in ("x", "a" * 32, "\"'<script>", "é"):
        client.cookies["sessionid"] = value
        response = client.get(entry.get_absolute_url())
        assert response.status_code == 200
        assert "Salmon counts" in response.content.decode()
