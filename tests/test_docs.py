"""The documents keep up with the code: settings, commands, addresses and files that they name are those there are."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.env import KNOWN
from tests.integration.addresses import routes

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "DEVELOPERS.md", *sorted((ROOT / "docs").rglob("*.md"))]
OUR_APPS = {"catalogue", "files", "harvest", "publishers"}

FOLDERS = "catalogue|files|harvest|publishers|config|services|tests|templates|static|docs|bench"
PAGES = "api/v1|api/3|dataset|publisher|search|harvest|quality|topics"

#: Read by the Procfile's shell or by single processes, and so not among `config.env.KNOWN`.
READ_ELSEWHERE = {"FILES_CONCURRENCY", "WEB_CONCURRENCY", "WORKER_CONCURRENCY"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def table_of_settings() -> set[str]:
    """Names in the first column of README's table of settings."""
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", README, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[A-Z_]+", row)}


def test_readme_lists_every_setting_and_no_other():
    assert table_of_settings() == set(KNOWN) | READ_ELSEWHERE


def test_no_code_reads_a_variable_that_readme_does_not_list():
    read = set()
    for folder in ("config", "catalogue", "files", "harvest", "publishers", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r"""(?:environ(?:\.get)?[\[(]|getenv\()\s*["']([A-Z_]+)["']""", path.read_text()))
    own = {name for name in read if name.startswith("DOMESDAY_")}  # between our own processes
    assert read - own - {"DJANGO_SETTINGS_MODULE", "PATH", "HOME", "NO_COLOR", "TERM"} <= table_of_settings()


def test_every_command_is_named_in_a_document_or_run_by_ourselves():
    commands = {name for name, app in get_commands().items() if app in OUR_APPS}
    text = "\n".join(path.read_text() for path in [*DOCUMENTS, ROOT / "Procfile"])
    run_by_us = "\n".join(path.read_text() for path in (ROOT / "config/embedded").glob("*.py"))
    assert {name for name in commands if not re.search(rf"\b{name}\b", text) and name not in run_by_us} == set()


def test_every_test_that_the_list_of_faults_names_is_there():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/harvest-faults.md").read_text()))
    there = {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert named - there == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_what_a_document_links_to_is_there(path: Path):
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()) if "://" not in link}
    assert {link for link in links if link and not (path.parent / link).exists()} == set()


@pytest.mark.parametrize("name", ["README.md", "DEVELOPERS.md"])
def test_files_that_are_named_are_there(name: str):
    """Decision records may name what has gone: they say how it was when they were written."""
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", (ROOT / name).read_text()))
    assert {file for file in named if not (ROOT / file).exists()} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_addresses_that_a_document_names_are_answered(path: Path):
    known = {re.sub(r"<[^>]+>", "", route) for route in routes()}
    named = re.findall(
        r"`/((?:api/v1|api/3|dataset|publisher|search|harvest|quality|topics)[\w/.-]*)", path.read_text()
    )
    assert {name for name in named if not any(route.startswith(name.rstrip("/")) for route in known)} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_names_no_machine_of_ours(path: Path):
    assert re.findall(r"/work/|/root/|/home/\w+|/tmp/", path.read_text()) == []
