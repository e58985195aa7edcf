"""Rows and objects of the database without most of what Django does for each: statements that are written once, rows
as the driver reads them, objects made of a row at a stroke.

Django writes a query's statement anew each time and sets each object's attributes one by one. For a page that shows one
entry of two hundred columns that takes longer than drawing the page.
"""

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import JSONField, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

Row = tuple[Any, ...]
M = TypeVar("M", bound=Model)


def plain_rows(rows: QuerySet[Any, Any]) -> list[Row]:
    """What a `values_list` gives, as the driver reads it: JSON stays text."""
    try:
        sql, parameters = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return []
    return _fetched(rows.db, sql, parameters)


class ReadyRows:
    """A `values_list` whose statement is written at its first use, and asked with other values each time.

    `rows` makes it of the values that are given by name. `stand_ins` has one for each name: of its type, and equal to
    nothing else that the statement holds, for by that its place among the parameters is known.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], **stand_ins: Any) -> None:
        self._rows = rows
        self._stand_ins = stand_ins
        self._written: tuple[str, list[tuple[str, Any]]] | None = None

    def read(self, **values: Any) -> list[Row]:
        """The rows, as `plain_rows` gives them."""
        sql, parameters = self._written or self._write()
        return _fetched(self.db, sql, [values[name] if name else constant for name, constant in parameters])

    @property
    def db(self) -> str:
        return router.db_for_read(self._model)

    def _write(self) -> tuple[str, list[tuple[str, Any]]]:
        made = self._rows(**self._stand_ins)
        self._model = made.model
        sql, parameters = made.query.get_compiler(made.db).as_sql()
        named = [(self._name_of(parameter), parameter) for parameter in parameters]
        missing = self._stand_ins.keys() - {name for name, _ in named}
        if missing:
            raise TypeError(f"The statement doesn't hold these as they were given: {', '.join(sorted(missing))}")
        self._written = sql, named
        return self._written

    def _name_of(self, parameter: Any) -> str:
        """The value that stands here; empty where it is the same each time."""
        for name, stand_in in self._stand_ins.items():
            if type(parameter) is type(stand_in) and parameter == stand_in:
                return name
        return ""


class Columns(Generic[M]):
    """Columns of a model in a `values_list`, and how its objects are made of them.

    `path`: how the query comes to the model (`publisher__parent__`). `only` or `without`: some columns; an object
    without a column fetches it when it is asked for, as Django's deferred ones do.
    """

    def __init__(
        self, model: type[M], path: str = "", *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> None:
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.name not in without and (not only or field.name in only or field.primary_key)
        ]
        self._model = model
        self._attributes: Final = tuple(field.attname for field in fields)
        self._json: Final = tuple(field.attname for field in fields if isinstance(field, JSONField))
        self._key: Final = next(field.attname for field in fields if field.primary_key)
        self.names: Final = tuple(path + name for name in self._attributes)

    def make(self, row: Iterator[Any], database: str, **related: Model | None) -> M | None:
        """The object, as `Model.from_db` makes it, with what is related fetched. None where the join found none.

        Takes its columns off the row, and leaves those that come after them.
        """
        values = dict(zip(self._attributes, row, strict=False))
        return None if values[self._key] is None else self._made(values, database, related)

    def one(self, row: Iterator[Any], database: str, **related: Model | None) -> M:
        """The same where the row is the object's own."""
        return self._made(dict(zip(self._attributes, row, strict=False)), database, related)

    def _made(self, values: dict[str, Any], database: str, related: dict[str, Any]) -> M:
        for name in self._json:
            values[name] = from_json(values[name])
        made = self._model.__new__(self._model)
        made.__dict__ = values
        made._state = state = ModelState()
        state.adding, state.db = False, database
        # Where Django keeps what was fetched; setting the attributes asks the routers about each
        state.fields_cache = related
        return made


def from_json(text: str | None) -> Any:
    """Most columns of JSON hold an empty object, which takes as long to parse as a full one."""
    return json.loads(text) if text and text != "{}" else {}


#: A stand-in for the time at which something is asked.
LATE: Final = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def array_text(ids: Iterable[UUID]) -> str:
    """UUIDs as one parameter: one for each would take longer to hand over than the database takes to look them up."""
    return "{" + ",".join(each.hex for each in ids) + "}"


def among(ids: str) -> RawSQL:
    """What a UUID is looked for in, of an `array_text`."""
    return RawSQL("SELECT unnest(%s::uuid[])", [ids])


def _fetched(database: str, sql: str, parameters: Sequence[Any]) -> list[Row]:
    with connections[database].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
