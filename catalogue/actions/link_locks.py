"""Who is checking links at this moment, by PostgreSQL's advisory locks: they end with the process that holds them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import connection

from catalogue.actions.link_queue import end_all_leases

_THE_TASK: Final = 0x6C696E6B
_ALIVE: Final = 0x6C696E6C


@contextmanager
def only_one() -> Iterator[bool]:
    """Whether nobody else is within this block, on any worker: a second run would take a harvest's place for nothing.

    One run checks several hundred links a second. More may run at once: they share the work and each host's turns.
    """
    is_ours = _call("pg_try_advisory_lock", _THE_TASK)
    try:
        yield is_ours
    finally:
        if is_ours:
            _call("pg_advisory_unlock", _THE_TASK)


@contextmanager
def alive(now: datetime) -> Iterator[None]:
    """Around every run. The first to come ends the leases that are left: those who held them are dead.

    Should a run lose its connection, and with it this lock, others may check its links too, and what it finds of those
    is ignored: no harm.
    """
    if _call("pg_try_advisory_lock", _ALIVE):
        try:
            end_all_leases(now=now)
            _call("pg_advisory_lock_shared", _ALIVE)
        finally:
            _call("pg_advisory_unlock", _ALIVE)
    else:
        _call("pg_advisory_lock_shared", _ALIVE)
    try:
        yield
    finally:
        _call("pg_advisory_unlock_shared", _ALIVE)


def _call(function: str, key: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key])
        (answer,) = cursor.fetchone()
        return answer
