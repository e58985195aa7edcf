"""Rows into the database, many at once.

One JSON document carries a whole batch and PostgreSQL takes it apart (`json_populate_recordset`); another carries what
is the same in all rows, which is most of what there is. `bulk_create` and `bulk_update` adapt and escape value by value
in Python, which took most of a harvest's time.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from services.compact_json import dumps

_FRESH = "json_populate_recordset(json_populate_record(NULL::{table}, %s::json), %s::json)"
_INSERT = f"INSERT INTO {{table}} ({{columns}}) SELECT {{columns}} FROM {_FRESH}"
_ON_CONFLICT = " ON CONFLICT ({unique}) DO UPDATE SET {excluded}"
_UPDATE = f"UPDATE {{table}} SET {{assignments}} FROM {_FRESH} AS fresh WHERE {{table}}.{{key}} = fresh.{{key}}"

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
    shared: dict[str, Any] = {}
    own: dict[str, list[Any]] = {}
    for field in fields:
        values = list(map(attrgetter(field.attname), objects))
        if values.count(values[0]) == len(values):
            shared[field.column] = values[0]
        else:
            own[field.column] = values
    each = [dict(zip(own, row, strict=True)) for row in zip(*own.values(), strict=True)] if own else [{}] * len(objects)
    execute(sql.format(table=f'"{model._meta.db_table}"', **parts), shared, each)


def execute(sql: str, *documents: Any) -> None:
    """Run a statement with these values as JSON documents for its placeholders.

    They go to the server beside the statement: within it each of their quotes would be escaped here and undone there.
    """
    connection.ensure_connection()
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    plain: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    with wrap(plain) as cursor:
        cursor.execute(sql, [dumps(document) for document in documents])
