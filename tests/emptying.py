"""How the database is emptied after a test that commits.

Django's own way, `flush`, truncates every table there is and makes content types, permissions and, here, topics and
licences anew: most of a second each time. Nearly all of those tables are empty, and what migrations and Django put
there is the same after each test.
"""

from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

#: Written by migrations and after them; no test changes them.
_KEPT: Final = {"django_migrations", "django_content_type", "auth_permission"}

#: Written by migrations too, but tests may change them: they are put back.
_PUT_BACK: Final = ("catalogue.Topic", "catalogue.Licence")

_rows: dict[type[models.Model], list[dict[str, Any]]] = {}


def remember() -> None:
    """Note the rows that every test begins with. Call this once the tables are made."""
    for name in _PUT_BACK:
        model = apps.get_model(name)
        _rows[model] = list(model._default_manager.order_by("pk").values())


def empty() -> None:
    """Leave the tables as migrations left them. Foreign keys are checked at the end, so any order will do."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
        filled = {table for (table,) in cursor.fetchall()}
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        guarded = filled & {table for (table,) in cursor.fetchall()}
        for table in guarded:  # their triggers would refuse it
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {table}")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in filled - guarded:
            cursor.execute(f"DELETE FROM {table}")
        for model, rows in _rows.items():
            model._default_manager.bulk_create(model(**row) for row in rows)
