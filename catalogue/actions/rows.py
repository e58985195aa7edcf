"""Rows into the database, many at once.

One JSON document carries a whole batch and PostgreSQL takes it apart (`json_populate_recordset`). `bulk_create` and
`bulk_update` adapt and escape value by value in Python, which took most of a harvest's time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from services.compact_json import dumps

_INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
_ON_CONFLICT = " ON CONFLICT ({unique}) DO UPDATE SET {excluded}"
_UPDATE = """
    UPDATE {table} SET {assignments}
    FROM json_populate_recordset(NULL::{table}, %s::json) AS fresh WHERE {table}.{key} = fresh.{key}
"""


def insert(model: type[models.Model], objects: Sequence[Any]) -> None:
    """Insert these objects as they stand; a key that the database makes is left to it, and is not read back."""
    if not objects:
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    _execute(_INSERT, model, fields, objects, columns=", ".join(f'"{field.column}"' for field in fields))


def upsert(model: type[models.Model], objects: Sequence[Any], *, unique: Sequence[str], names: Iterable[str]) -> None:
    """Insert these objects; of those that are there already, by the fields `unique`, set the fields `names`."""
    if not objects:
        return
    by_name = {field.name: field.column for field in model._meta.concrete_fields}
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    _execute(
        _INSERT + _ON_CONFLICT,
        model,
        fields,
        objects,
        columns=", ".join(f'"{field.column}"' for field in fields),
        unique=", ".join(f'"{by_name[name]}"' for name in unique),
        excluded=", ".join(f'"{by_name[name]}" = excluded."{by_name[name]}"' for name in names),
    )


def update(model: type[models.Model], objects: Sequence[Any], names: Iterable[str]) -> None:
    """Set these fields of stored rows to what the objects say."""
    if not objects:
        return
    by_name = {field.name: field for field in model._meta.concrete_fields}
    by_name |= {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    assignments = ", ".join(f'"{field.column}" = fresh."{field.column}"' for field in fields)
    key = model._meta.pk
    _execute(_UPDATE, model, [key, *fields], objects, assignments=assignments, key=f'"{key.column}"')


def _execute(sql: str, model: type[models.Model], fields: Sequence[Any], objects: Sequence[Any], **parts: str) -> None:
    columns = [(field.column, field.attname) for field in fields]
    document = dumps([{column: getattr(row, attribute) for column, attribute in columns} for row in objects])
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=f'"{model._meta.db_table}"', **parts), [document])
