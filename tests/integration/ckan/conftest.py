"""How the tests call an action, and what a catalogue looks like to them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

Call = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def call() -> Call:
    """Ask for an action by GET, and get its result. Arguments with a dot or a hyphen go into `also`."""

    def ask(name: str, also: dict[str, Any] | None = None, **arguments: Any) -> Any:
        response = Client().get(f"/api/3/action/{name}", {**arguments, **(also or {})})
        answer = response.json()
        assert response.status_code == 200, answer
        assert answer["success"] is True
        return answer["result"]

    return ask


@pytest.fixture
def names(call: Call) -> Call:
    """Search and get the names of what was found, in order."""

    def ask(**arguments: Any) -> list[str]:
        return [package["name"] for package in call("package_search", **{"sort": "name asc", **arguments})["results"]]

    return ask
