"""What every page and endpoint needs: fresh figures, a search index of its own, templates that misspell nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.template import engines
from jinja2 import Undefined
from jinja2.utils import missing

from catalogue.actions import changes
from catalogue.search.build import rebuild
from catalogue.search.index import close_reader
from harvest.pipeline import heartbeat
from tests.factories.harvest import NEVER
from tests.servers.faulty import FaultyServer


class Misspelt(Undefined):
    """A name that a view may leave out prints nothing; an attribute that an object doesn't have is a mistake."""

    def __str__(self) -> str:
        if self._undefined_obj is not missing:
            raise AttributeError(f"A template prints {self._undefined_name!r} of {self._undefined_obj!r}.")
        return ""


@pytest.fixture(autouse=True)
def _strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines["jinja2"].env, "undefined", Misspelt)


@pytest.fixture(autouse=True)
def _no_figures_of_another_test() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it to index what the database holds now; until then there is no index."""
    settings.SEARCH_DIR = tmp_path / "search"

    def build() -> None:
        changes.assign_positions()
        rebuild()
        close_reader()

    close_reader()
    yield build
    close_reader()


@pytest.fixture(autouse=True)
def _no_heartbeat_in_a_test_s_transaction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat has a connection of its own, which doesn't see the run there: it would end what takes two seconds."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        monkeypatch.setattr(heartbeat, "INTERVAL", NEVER)


@pytest.fixture
def portal(settings: Any) -> Iterator[FaultyServer]:
    """A web server on loopback that harvests may reach."""
    with FaultyServer() as server:
        settings.OUTBOUND_ALLOW_HOSTS = [server.address]
        yield server
