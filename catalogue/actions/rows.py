"""Rows into the database, many at once.

One JSON document carries a whole batch and PostgreSQL takes it apart (`json_populate_recordset`). `bulk_create` and
`bulk_update` adapt and escape value by value in Python, which took most of a harvest's time.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from services.compact_json import dumps

_INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
_ON_CONFLICT = " ON CONFLICT ({unique}) DO UPDATE SET {excluded}"
_UPDATE = """
    UPDATE {table} SET {assignments}
    FROM json_populate_recordset(NULL::{table}, %s::json) AS fresh WHERE {table}.{key} = fresh.{key}
"""

Model = TypeVar("Model", bound=models.Model)


def new(model: type[Model], **values: Any) -> Model:
    """An unsaved object with these values and the defaults of all other fields, by their columns' names (`dataset_id`).

    The same as `model(**values)`, without the care that `Model.__init__` takes for signals, relations and slips: a
    harvest makes ten objects a record, and that care took an eighth of its time.
    """
    plain, made = _defaults(model)
    found = model.__new__(model)
    found.__dict__.update(plain)
    found.__dict__.update(values)
    for name, make in made:
        if name not in values:
            found.__dict__[name] = make()
    found._state = ModelState()
    return found


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The defaults of a model's fields that are the same for all objects, and those that are made for each."""
    plain: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.default is not NOT_PROVIDED:
            made.append((field.attname, field.default))
        else:
            plain[field.attname] = field.get_default()
    return plain, made


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
