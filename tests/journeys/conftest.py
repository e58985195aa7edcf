"""A whole site on loopback: a web server, a publisher's server, a search follower, and a browser to visit them with."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from catalogue.actions import changes
from catalogue.search.follow import follow
from catalogue.search.index import close_reader
from publishers import actions as publisher_actions
from publishers.models import Publisher
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, file
from tests.waiting import PATIENCE

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# What must come is waited for long, since machines that run tests are busy: nothing is slow by it. In milliseconds
expect.set_options(timeout=1000 * PATIENCE)

#: Where Debian, Ubuntu and Google put it.
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a web server on the test's database, with a search follower of its own beside it."""
    settings.SEARCH_DIR = tmp_path / "search"
    close_reader()
    cache.clear()
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.daemon_threads = False  # so that closing it waits for their connections to the database
    server.set_app(StaticFilesHandler(WSGIHandler()))
    settings.SITE_URL = f"http://127.0.0.1:{server.server_port}"
    stopping = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
        threading.Thread(target=_follow, args=(stopping,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield settings.SITE_URL
    stopping.set()
    server.shutdown()
    server.server_close()
    for thread in threads:
        thread.join(PATIENCE)
    close_reader()
    cache.clear()


def _follow(stopping: threading.Event) -> None:
    """What `manage.py follow_search` does, in a thread."""
    try:
        follow(stopping.is_set, sequence=changes.assign_positions, channel=changes.CHANNEL)
    finally:
        connections.close_all()


@pytest.fixture
def browser(harvested: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Started after the harvest: Playwright leaves an event loop running in this thread, and two can't."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.skip("There is no Chromium here: install Debian's package “chromium” to run the journeys.")
    # The test's own queries run beside that loop
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        browser.close()
        connections.close_all()  # beside that loop the test's queries had a connection of their own


@dataclass
class Visit:
    """One person at one window, and what their browser complained of."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def go(self, address: str) -> Page:
        self.page.goto(self.site + address)
        return self.page

    def sign_in(self, email: str) -> Page:
        """To the workplace, as one of the factories' people."""
        page = self.go("/admin/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill("correct horse")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
        return page


def _told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """Opens a window. What a browser complains of by the end of the test fails it."""
    visits: list[Visit] = []

    def open_window(*, viewport: dict[str, int] = DESKTOP, javascript: bool = True) -> Visit:
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript, locale="en-GB")
        context.set_default_timeout(1000 * PATIENCE)
        visit = Visit(context.new_page(), site)
        visit.page.on("console", lambda message: message.type == "error" and visit.complaints.append(_told(message)))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visits.append(visit)
        return visit

    yield open_window
    for each in visits:
        each.page.context.close()
    assert [each.complaints for each in visits if each.complaints] == []


@pytest.fixture
def rivers() -> Publisher:
    department = publisher_actions.add(title="Department for Water", slug="water", kind="ministerial-department")
    return publisher_actions.add(
        title="Rivers Agency",
        slug="rivers",
        parent=department,
        abbreviation="RA",
        description="Looks after **rivers**.",
        contact_email="help@rivers.example",
    )


@pytest.fixture
def harvested(site: str, rivers: Publisher, settings: Any) -> Iterator[FaultyServer]:
    """The publisher's own catalogue, served over HTTP, harvested and its links checked by the project's commands."""
    with FaultyServer() as server:
        settings.OUTBOUND_ALLOW_HOSTS = [server.address]
        server.replies = {
            "/data.json": file(json.dumps(_catalogue(server)).encode(), media_type="application/json"),
            "/salmon.csv": file(b"river,year,salmon\nTweed,2025,1200\n"),
            "/trout.csv": answer(b"gone", status=404),
        }
        out = StringIO()
        call_command("harvest", "data-json", server.url("/data.json"), publisher="rivers", stdout=out, stderr=out)
        call_command("check_links", stdout=out, stderr=out)
        yield server


def _catalogue(server: FaultyServer) -> dict[str, Any]:
    licence = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    names = ["Salmon", "Trout", "Otter", "Heron", "Mayfly", "Crayfish"]
    records = [
        {
            "@type": "dcat:Dataset",
            "identifier": f"rivers-{name.lower()}",
            "title": f"{name} counts by river and year",
            "description": f"How many {name.lower()} our wardens counted in each river.\n\n* by river\n* by year",
            "keyword": ["rivers", "wildlife", name.lower()],
            "modified": "2026-02-01",
            "temporal": "2001-01-01/2025-12-31",
            "spatial": "England",
            "theme": ["Environment"],
            "license": licence,
            "contactPoint": {"fn": "Wardens", "hasEmail": "mailto:wardens@rivers.example"},
            "distribution": [
                {"downloadURL": server.url(f"/{name.lower()}.csv"), "format": "CSV", "title": f"{name} by river"}
            ]
            if number < 2
            else [{"downloadURL": f"https://rivers.example/{name.lower()}.xlsx", "format": "XLSX", "title": name}],
        }
        for number, name in enumerate(names)
    ]
    broken = {"@type": "dcat:Dataset", "identifier": "rivers-untitled", "description": "It has no title."}
    return {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [*records, broken]}
