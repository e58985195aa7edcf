"""Where the vectors of entries lie: one SQLite file beside the indexes, which outlives them.

It is a copy that can be lost: entries without a vector are ranked by their words until they have one again.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

from catalogue.search.meaning.model import MODEL, Vector

#: Ids asked for at a time: SQLite takes no more than 32,766 parameters.
_AT_ONCE: Final = 10_000

_opened = threading.local()


def path() -> Path:
    return Path(settings.SEARCH_DIR) / f"meaning-{MODEL}.sqlite3"


def vectors(ids: Iterable[bytes]) -> dict[bytes, Vector]:
    """Those that there are; none where the file can't be read."""
    try:
        return {key: np.frombuffer(held, dtype=np.int8) for key, held in _of(_reading(), "vector", list(ids))}
    except sqlite3.Error:
        _opened.__dict__.clear()
        return {}


@contextmanager
def writing() -> Iterator["Writing"]:
    """Raises `sqlite3.Error` if the file can't be written."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path())) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS meaning (id BLOB PRIMARY KEY, text BLOB, vector BLOB) WITHOUT ROWID"
        )
        yield Writing(connection)


class Writing:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def texts(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        """Of which texts the vectors are, as digests."""
        return dict(_of(self._connection, "text", list(ids)))

    def put(self, rows: Mapping[bytes, tuple[bytes, Vector]]) -> None:
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO meaning VALUES (?, ?, ?)",
                [(key, text, vector.tobytes()) for key, (text, vector) in rows.items()],
            )

    def keep_only(self, ids: set[bytes]) -> None:
        """Forget all others: what left the catalogue."""
        held = {key for (key,) in self._connection.execute("SELECT id FROM meaning")}
        with self._connection:
            self._connection.executemany("DELETE FROM meaning WHERE id = ?", [(key,) for key in held - ids])


def _of(connection: sqlite3.Connection, column: str, ids: list[bytes]) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        found += connection.execute(
            f"SELECT id, {column} FROM meaning WHERE id IN ({', '.join('?' * len(some))})", some
        ).fetchall()
    return found


def _reading() -> sqlite3.Connection:
    """This thread's connection; a file's place and a fork make another."""
    wanted = (os.getpid(), path())
    if getattr(_opened, "key", None) != wanted:
        _opened.connection = sqlite3.connect(f"file:{path()}?mode=ro", uri=True, timeout=0.2)
        _opened.key = wanted
    connection: sqlite3.Connection = _opened.connection
    return connection
