"""How /api/v1 treats those who ask much: parts of answers, nothing twice, all made smaller, limits that are told."""

import gzip
from types import SimpleNamespace

import pytest
import zstandard
from django.core.cache import caches
from django.test import Client

from catalogue.api import rates
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bins():
    return dataset(
        PublisherFactory(slug="waste"), title="Bins", name="bins", description="x" * 3000, resources=(csv_file(),)
    )


def test_only_the_fields_that_are_asked_for(client, bins):
    assert client.get("/api/v1/datasets?fields=id,title").json()["results"] == [{"id": str(bins.id), "title": "Bins"}]
    assert client.get("/api/v1/datasets/bins?fields=name,publisher").json() == {
        "name": "bins",
        "publisher": client.get("/api/v1/datasets/bins").json()["publisher"],
    }
    file = bins.resources.get()
    assert client.get("/api/v1/resources?fields=url").json()["results"] == [{"url": file.url}]
    assert client.get(f"/api/v1/resources/{file.id}?fields=url,format").json() == {"url": file.url, "format": "CSV"}
    assert client.get("/api/v1/publishers/waste?fields=slug,dataset_count").json() == {
        "slug": "waste",
        "dataset_count": 1,
    }


def test_a_field_that_there_is_not_is_refused(client, bins):
    for address in (
        "/api/v1/datasets?fields=titel",
        "/api/v1/datasets/bins?fields=id,titel",
        "/api/v1/resources?fields=x",
    ):
        response = client.get(address)
        assert response.status_code == 400
        assert response.json()["errors"]["fields"][0].startswith("There is no field “")
    assert client.get("/api/v1/changes?fields=id").status_code == 400


def test_what_has_not_changed_is_not_sent_again(client, bins):
    for address in ("/api/v1/datasets", "/api/v1/datasets/bins", "/api/v1/datasets/bins?fields=id", "/api/v1/changes"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (address, again.status_code, again.content) == (address, 304, b"")


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0.5, gzip", "gzip"), ("*", "gzip"),
        ("br", None), ("gzip;q=0", None), ("identity", None), ("gzip;q=nonsense", None),
    ],
)  # fmt: skip
def test_answers_are_made_smaller_for_who_takes_them_so(client, bins, accept, encoding):
    plain = client.get("/api/v1/datasets")
    packed = client.get("/api/v1/datasets", headers={"Accept-Encoding": accept})
    unpack = {"gzip": gzip.decompress, "zstd": zstandard.decompress, None: bytes}[encoding]
    assert (packed.headers.get("Content-Encoding"), unpack(packed.content)) == (encoding, plain.content)
    assert "Accept-Encoding" in plain["Vary"]
    if encoding:
        assert len(packed.content) < len(plain.content) / 2
        assert packed["ETag"] == f"W/{plain['ETag']}"
        again = client.get("/api/v1/datasets", headers={"Accept-Encoding": accept, "If-None-Match": packed["ETag"]})
        assert again.status_code == 304


def test_streams_are_packed_as_they_go(client, bins):
    plain = b"".join(client.get("/sitemap-1.xml"))
    for encoding, unpack in (
        ("gzip", gzip.decompress),
        ("zstd", zstandard.ZstdDecompressor().decompressobj().decompress),
    ):
        packed = client.get("/sitemap-1.xml", headers={"Accept-Encoding": encoding})
        assert (packed["Content-Encoding"], unpack(b"".join(packed))) == (encoding, plain)


def test_scripts_of_other_sites_may_read_what_is_for_everybody(client, bins):
    """The addresses, what is not modified, errors, and what leads elsewhere."""
    etag = client.get("/api/v1/datasets/bins")["ETag"]
    for address, status in (
        ("/api/v1/datasets/bins", 304),
        ("/api/v1/datasets/nothing", 404),
        ("/api/v1", 302),
        (f"/dataset/{bins.id}.ttl", 200),
        (f"/id/{bins.id}", 302),
        ("/data.json", 200),
        ("/feeds/catalogue.atom", 200),
    ):
        response = client.get(address, headers={"If-None-Match": etag})
        found = response.status_code, response.headers.get("Access-Control-Allow-Origin")
        assert (address, found) == (address, (status, "*"))
    assert "ETag" in client.get("/data.json")["Access-Control-Expose-Headers"]
    assert client.get("/api/3/action/status_show")["Access-Control-Allow-Origin"] == "*"
    signed_in = Client()
    signed_in.force_login(UserFactory())
    for page in (client.get("/publishers"), client.get("/admin/login/"), signed_in.get(f"/dataset/{bins.id}.ttl")):
        assert (page.status_code, page.headers.get("Access-Control-Allow-Origin")) == (200, None)


def test_a_browser_is_told_beforehand_what_another_sites_script_may_send(client):
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "PATCH"}
    response = client.options("/api/v1/datasets/bins", headers=asked)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "PATCH" in response["Access-Control-Allow-Methods"].split(", ")
    assert {"Authorization", "If-Match"} <= set(response["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Origin" not in client.options("/search", headers=asked).headers


def test_what_is_for_one_person_is_not_packed(bins):
    client = Client()
    client.force_login(UserFactory())
    response = client.get("/api/v1/datasets", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers


def test_who_asks_too_often_is_told_when_to_come_back(client, bins, settings, monkeypatch):
    settings.API_RATE_LIMIT = 3
    minute = 1_800_000_000.0  # or another might begin between two requests
    monkeypatch.setattr(rates, "time", SimpleNamespace(time=lambda: minute))
    caches["shared"].clear()
    left = [client.get("/api/v1/datasets?fields=id") for _ in range(4)]
    assert [response.status_code for response in left] == [200, 200, 200, 429]
    assert [response["RateLimit-Remaining"] for response in left] == ["2", "1", "0", "0"]
    assert {response["RateLimit-Limit"] for response in left} == {"3"}
    refused = left[-1]
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 429
    # Pages are for people, and another address has its own allowance
    assert client.get("/dataset/bins").status_code == 301
    assert client.get("/api/v1/datasets", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_nobody_is_held_up_while_requests_cannot_be_counted(client, bins, settings):
    settings.API_RATE_LIMIT = 1
    settings.CACHES = {
        **settings.CACHES,
        "shared": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
    }
    assert [client.get("/api/v1/datasets?fields=id").status_code for _ in range(3)] == [200, 200, 200]
