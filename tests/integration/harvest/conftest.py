from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.faulty import FaultyServer


@pytest.fixture
def portal(settings: Any) -> Iterator[FaultyServer]:
    """A web server on loopback that harvests may reach."""
    with FaultyServer() as server:
        settings.OUTBOUND_ALLOW_HOSTS = [server.address]
        yield server
