"""A download of a dump whose connection is cut goes on where it broke off, and what comes of it is whole."""

import gzip
import hashlib
import http.client
import json
import random
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from catalogue.actions import dumps
from tests.factories.catalogue import dataset
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "/data/dumps/datasets.jsonl.gz"


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def site(live_server: Any, settings: Any, tmp_path: Path) -> str:
    settings.VAR_DIR, settings.SITE_URL = tmp_path, live_server.url
    noise = random.Random(7)
    dataset(title="Long", description=noise.randbytes(200_000).hex())  # too long for one piece of the network
    dumps.make(now=timezone.now())
    return str(live_server.url)


def ask(site: str, path: str, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(site).netloc, timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    return connection, connection.getresponse()


def test_a_cut_download_goes_on_and_is_whole(site):
    connection, first = ask(site, FILE)
    begun, etag, size = first.read(30_000), first.headers["ETag"], int(first.headers["Content-Length"])
    connection.sock.close()  # cut, with most of it still to come
    connection.close()
    assert len(begun) < size

    connection, rest = ask(site, FILE, Range=f"bytes={len(begun)}-", **{"If-Range": etag})
    assert (rest.status, rest.headers["Content-Range"]) == (206, f"bytes {len(begun)}-{size - 1}/{size}")
    whole = begun + rest.read()
    connection.close()

    sums = dict(reversed(line.split("  ")) for line in read_text(site, "/data/dumps/SHA256SUMS").splitlines())
    assert hashlib.sha256(whole).hexdigest() == sums["datasets.jsonl.gz"]
    assert [json.loads(line)["title"] for line in gzip.decompress(whole).splitlines()] == ["Long"]


def test_a_download_that_a_new_dump_overtook_begins_anew(site):
    connection, first = ask(site, FILE)
    begun, etag = first.read(30_000), first.headers["ETag"]
    connection.close()
    dataset(title="Another")
    dumps.make(now=timezone.now())
    connection, anew = ask(site, FILE, Range=f"bytes={len(begun)}-", **{"If-Range": etag})
    assert anew.status == 200
    titles = {json.loads(line)["title"] for line in gzip.decompress(anew.read()).splitlines()}
    connection.close()
    assert titles == {"Another", "Long"}


def read_text(site: str, path: str) -> str:
    connection, answer = ask(site, path)
    text = answer.read().decode()
    connection.close()
    return text
