"""A Python client that is generated from our OpenAPI description reads the catalogue."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    """The folder that holds the generated package `domesday_client`."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(Browser().get("/api/v1/openapi.json").json()))
    (folder / "config.yml").write_text("package_name_override: domesday_client\npost_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
    command += ["--config", "config.yml", "--output-path", "domesday_client"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_client_reads_lists_and_single_entries(package, live_server, monkeypatch):
    monkeypatch.syspath_prepend(str(package))
    agency = PublisherFactory(slug="waste", title="Waste Agency")
    bins = dataset(agency, title="Bins", name="bins", resources=(csv_file(),), licence_id="uk-ogl")

    def call(module: str, **arguments: Any) -> Any:
        return importlib.import_module(f"domesday_client.api.{module}").sync(client=client, **arguments)

    with importlib.import_module("domesday_client").Client(base_url=live_server.url) as client:
        listed = call("datasets.datasets_list", publisher=["waste"])
        assert [(one.id, one.title) for one in listed.results] == [(bins.id, "Bins")]
        one = call("datasets.datasets_retrieve", key="bins")
        assert (one.publisher.title, one.licence.code) == ("Waste Agency", "uk-ogl")
        assert [file.url for file in one.resources] == [bins.resources.get().url]
        assert [body.slug for body in call("publishers.publishers_list").results] == ["waste"]
