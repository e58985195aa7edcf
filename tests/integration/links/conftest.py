"""A web server on loopback under as many names as a test needs, and a clock that the test moves."""

import datetime
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.faulty import FaultyServer


@dataclass
class Clock:
    """Calling it tells the time."""

    time: datetime.datetime

    def __call__(self) -> datetime.datetime:
        return self.time

    def advance(self, **delta: float) -> None:
        self.time += datetime.timedelta(**delta)


@dataclass
class Web:
    """One server with many names. A name's first part is for the test to choose; the rest is this test's alone, so
    that tests side by side don't wait for each other's turns."""

    server: FaultyServer
    domain: str
    is_cut_off: bool = False

    def url(self, path: str = "/", *, host: str = "www") -> str:
        return self.server.url(path, host=f"{host}.{self.domain}")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC))


@pytest.fixture
def web(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Names that begin with "dead" don't exist; all others are this server's, until it is cut off."""
    look_up = socket.getaddrinfo
    with FaultyServer() as server:
        web = Web(server, f"{uuid.uuid4().hex[:8]}.test")

        def names(host: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(host, str) and host.endswith(web.domain):
                if host.startswith("dead") or web.is_cut_off:
                    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
                host = "127.0.0.1"
            return look_up(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", names)
        settings.OUTBOUND_ALLOW_HOSTS = [server.address]
        yield web
