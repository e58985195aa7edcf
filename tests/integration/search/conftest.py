"""A search index of its own for every test, and followers that run as the process does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from catalogue.actions import changes
from catalogue.search import verify
from catalogue.search.follow import follow
from catalogue.search.index import close_reader
from tests.waiting import PATIENCE

Following = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _own_index(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SEARCH_DIR = tmp_path / "search"
    monkeypatch.setattr(verify, "_SECOND_LOOK", 0.0)  # no follower is late where one doesn't run
    close_reader()
    yield
    close_reader()


@pytest.fixture
def following(transactional_db: None) -> Following:
    """Runs a follower, in a thread, for the length of a `with` block. Ready when the block begins."""

    @contextmanager
    def run() -> Iterator[None]:
        stopping = threading.Event()
        ready = threading.Event()

        def sequence() -> int:
            ready.set()
            return changes.assign_positions()

        def work() -> None:
            try:
                follow(stopping.is_set, sequence=sequence, channel=changes.CHANNEL)
            finally:
                connection.close()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            assert ready.wait(PATIENCE), "The follower did not become ready."
            yield
        finally:
            stopping.set()
            thread.join(PATIENCE)
            assert not thread.is_alive(), "The follower did not stop."

    return run
