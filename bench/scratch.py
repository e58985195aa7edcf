"""What a benchmark that writes begins with: Django, and a database of its own. Beside it, how results are printed.

Imported by a benchmark that is run as a file (`python bench/harvest.py`): the project is then put before this folder,
in which `harvest` is a benchmark and no app.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


@contextmanager
def scratch_database(*, kept: bool = False) -> Iterator[bool]:
    """Work in an empty database beside the one of DATABASE_URL, dropped at the end.

    `kept`: leave it there, and take the one that was left there last time. Gives whether it is filled already.
    """
    set_up()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    is_filled = kept and _exists(f"test_{name}")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=kept)
    try:
        yield is_filled
    finally:
        connection.creation.destroy_test_db(name, verbosity=0, keepdb=kept)


def scratch_url() -> str:
    """The database that this process works in, as another process is told of it."""
    from django.db import connection

    database = connection.settings_dict
    host = quote(str(connection.get_connection_params().get("host", "")), safe="")
    who = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgres://{who}@{host}:{database['PORT'] or 5432}/{database['NAME']}"


def _exists(name: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None
