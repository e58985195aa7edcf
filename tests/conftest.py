"""What every test has: real PostgreSQL and Valkey, no network but loopback, fast passwords."""

import atexit
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from config import embedded
from services import host_gate
from tests import emptying

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"}


#: Whoever starts the tests in the background has them ignore Ctrl-C, which the programs that they start would inherit
signal.signal(signal.SIGINT, signal.default_int_handler)


def own_database(address: str, *, beside: int = 0) -> str:
    """This worker's own database of Valkey, so that no test finds, waits for or clears away what another worker's left
    there; `beside` is for one more."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return urlsplit(address)._replace(path=f"/{2 * number + beside}").geturl()


def _set_up_django() -> None:
    """Start the servers, then load the settings that need their addresses.

    This happens while this file is imported, since other conftests and tests import models. Workers inherit the
    addresses of the servers that the first process started.
    """
    project = Path(__file__).resolve().parents[1]
    os.environ.update(embedded.ensure(project / "var" / "test", durable=False).environment())
    os.environ["REDIS_URL"] = own_database(os.environ["REDIS_URL"])
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="domesday-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
    os.environ["HARVEST_HANDS"] = "0"  # what is made in which order must not hang on how many cores there are
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    # A name of its own for each run, so that two runs at once don't take each other's database
    run = os.environ.setdefault("DOMESDAY_TEST_RUN", str(os.getpid()))
    settings.DATABASES["default"]["TEST"] = {"NAME": f"test_{run}"}
    django.setup()
    del os.environ["DJANGO_SETTINGS_MODULE"]  # or pytest-django would load it in a worker before its VAR_DIR is set


_set_up_django()

# A busy machine is no reason for a property to fail. Every run tries the same examples, so that what a change breaks is
# told apart from what chance finds; to look for more: `pytest --hypothesis-profile=search`
SLOW = [hypothesis.HealthCheck.too_slow]
EVERY_RUN = {"derandomize": True, "max_examples": 40}
hypothesis.settings.register_profile("domesday", deadline=None, suppress_health_check=SLOW, **EVERY_RUN)
hypothesis.settings.register_profile("search", deadline=None, suppress_health_check=SLOW, max_examples=1_000)
hypothesis.settings.load_profile("domesday")

#: What takes longest begins first, or one worker would be left with it in the end while the others have nothing to do.
LONGEST = (
    "tests/journeys/",
    "tests/integration/api/test_openapi.py",
    "tests/integration/write/test_openapi.py",
    "tests/integration/harvest/",
    "tests/integration/search/",
    "tests/unit/config/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with a stretch of the list of its own: every stretch begins with a share of the longest."""
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    longest = [item for item in items if item.nodeid.startswith(LONGEST)]
    others = [item for item in items if not item.nodeid.startswith(LONGEST)]
    stretch = -(-len(others) // workers)
    items[:] = [
        item
        for worker in range(workers)
        for item in longest[worker::workers] + others[worker * stretch : (worker + 1) * stretch]
    ]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for a browser, a server or a process of their own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


@pytest.fixture(autouse=True)
def _no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but loopback fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"A test tried to reach {address[0]}: only loopback is allowed.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _quick_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_gate, "INTERVAL", 0.01)  # the servers that tests ask are theirs
    settings.WHITENOISE_AUTOREFRESH = True  # or it warns of the folder that only collectstatic makes
    settings.API_RATE_LIMIT = 0  # but where a test sets one: all tests ask from one address
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The tables, and a way to empty them after a test that commits that is quicker than Django's."""
    with django_db_blocker.unblock():
        emptying.remember()
    TransactionTestCase._fixture_teardown = lambda self: emptying.empty()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real catalogue metadata; tests that want it are skipped where REAL_DATA_DIR isn't set."""
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set: set it to a folder of real catalogue metadata to run this test.")
    return Path(folder)
