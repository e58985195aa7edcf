"""What every test has: real PostgreSQL and Valkey, no network but loopback, fast passwords."""

import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

from config import embedded

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"}


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, before any worker does; workers inherit their addresses."""
    if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
        var_dir = Path(tempfile.gettempdir()) / f"domesday-tests-{os.getuid()}"
        addresses = embedded.ensure(var_dir, durable=False)
        os.environ.setdefault("DATABASE_URL", addresses.database_url)
        os.environ.setdefault("REDIS_URL", addresses.redis_url)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix=f"domesday-test-{worker}-")


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
def _quick_settings(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real catalogue metadata; tests that want it are skipped where REAL_DATA_DIR isn't set."""
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set: set it to a folder of real catalogue metadata to run this test.")
    return Path(folder)
