"""The examples of `/api` do what they say: each is run against the site itself, by the program that it is for."""

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

_EXAMPLE = re.compile(r'<pre[^>]* data-language="([a-z]+)">(.*?)</pre>', re.DOTALL)


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def examples(live_server, monkeypatch, index):
    """Language → the code of its examples, as a reader copies them."""
    monkeypatch.setattr(settings, "SITE_URL", live_server.url)
    dataset(PublisherFactory(), title="Air quality in towns", name="air-quality", resources=(csv_file(),))
    index()
    found: dict[str, list[str]] = {}
    for language, text in _EXAMPLE.findall(Client().get("/api").content.decode()):
        found.setdefault(language, []).append(html.unescape(text))
    return found


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_in_python_print_what_is_found(examples):
    [code] = examples["python"]
    assert re.fullmatch(r"Air quality in towns http://\S+/air-quality\n", run(sys.executable, "-c", code))


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
def test_the_examples_for_curl_get_answers(examples):
    lines = [line for code in examples["curl"] for line in code.splitlines()]
    assert len(lines) == 11
    for line in lines:
        address = line.removeprefix("curl '").removesuffix("'")
        assert run("curl", "--silent", "--fail", "--show-error", address).strip()


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed.")
def test_the_examples_in_javascript_print_what_is_found(examples, tmp_path: Path):
    file = tmp_path / "example.mjs"
    file.write_text(examples["javascript"][0])
    assert "Air quality in towns" in run("node", str(file))


def has_r() -> bool:
    program = shutil.which("Rscript")
    if program is None:
        return False
    asked = subprocess.run([program, "-e", "library(jsonlite)"], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.mark.skipif(not has_r(), reason="R with the package jsonlite is not installed.")
def test_the_examples_in_r_print_what_is_found(examples):
    assert "Air quality in towns" in run("Rscript", "-e", examples["r"][0])
