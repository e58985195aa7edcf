"""Asking DuckDB, with hard limits: time, memory, one thread, and no file but those of the storage."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

#: Seconds that an answer may take.
SECONDS: Final = 5.0
_DOWNLOAD_SECONDS: Final = 120.0
_MEMORY: Final = "160MB"
_AT_ONCE: Final = 2_000

_own = threading.local()


class TooHeavy(Exception):
    """The question takes more time or memory than one may."""


def ask(path: Path, sql: str, parameters: Mapping[str, Any] | None = None, *, seconds: float = SECONDS) -> list[Any]:
    """Every row of the answer. `{table}` in `sql` stands for the Parquet file. Raises TooHeavy."""
    connection = _connection(path)
    with _limited(connection, seconds):
        return connection.execute(sql.format(table=_table(path)), dict(parameters or {})).fetchall()


def stream(path: Path, sql: str, parameters: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The answer a couple of thousand rows at a time, for downloads. Raises TooHeavy."""
    connection = _connect(path)
    try:
        with _limited(connection, _DOWNLOAD_SECONDS):
            connection.execute(sql.format(table=_table(path)), dict(parameters))
            while rows := connection.fetchmany(_AT_ONCE):
                yield rows
    finally:
        connection.close()


def _table(path: Path) -> str:
    return "read_parquet('{}', file_row_number = true)".format(str(path).replace("'", "''"))


def _connection(path: Path) -> duckdb.DuckDBPyConnection:
    """This thread's, since connecting costs more than most questions."""
    root = _root(path)
    kept: dict[Path, duckdb.DuckDBPyConnection] = getattr(_own, "connections", None) or {}
    if root not in kept:
        for old in kept.values():
            old.close()
        kept = {root: _connect(path)}
        _own.connections = kept
    return kept[root]


def _root(path: Path) -> Path:
    """The storage's folder: files stand two folders below it."""
    return path.parent.parent.parent


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": _MEMORY,
            "threads": 1,
            "max_temp_directory_size": "0KB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("SET allowed_directories = [$root]", {"root": f"{_root(path)}/"})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


@contextmanager
def _limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise TooHeavy("This would take too long: narrow it down with a filter.") from error
    finally:
        timer.cancel()
