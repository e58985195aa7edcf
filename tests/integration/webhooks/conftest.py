from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.webhooks.receiving import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving(settings) as server:
        yield server
