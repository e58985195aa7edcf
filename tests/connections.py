"""Ending connections to the database, as its restart does."""

from django.db import connection


def end_all_others() -> None:
    """End every client's connection but the caller's own. The database's own workers are not ours to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
