"""Ending connections to the database, as its restart does, and waiting until the dead have left it."""

import time

from django.db import connection

#: Client's connections to the tests' database but the caller's own. The database's own workers are not ours to end.
_OTHERS = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


def end_all_others() -> None:
    """End every client's connection but the caller's own."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OTHERS}")


def wait_until_alone() -> None:
    """Until no other client is connected: of a process that was killed, the database keeps the locks for a moment."""
    ends = time.monotonic() + 240
    with connection.cursor() as cursor:
        while True:
            # What a transaction has once seen of others' activity is kept until it is cleared
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {_OTHERS}")
            if not cursor.fetchone()[0]:
                return
            assert time.monotonic() < ends, "Somebody else is still connected to the database."
            time.sleep(0.02)
