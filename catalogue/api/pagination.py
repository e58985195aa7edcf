"""Paging by cursor: a page costs the same however deep, and rows that come or go meanwhile shift nothing.

DRF's own remembers the first column of the order and counts rows that share its value, up to a thousand: a harvest
gives thousands of datasets one time of change, and paging through them would never end. This one remembers them all.
"""

import base64
import binascii
import datetime
import json
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Model, Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalogue.api.parameters import whole_number

_LONGEST = 2_000


class Cursor:
    """A place between two rows, and the way to go from it."""

    def __init__(self, values: list[str], *, backwards: bool = False) -> None:
        self.values = values
        self.backwards = backwards

    def encode(self) -> str:
        text = json.dumps([int(self.backwards), *self.values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, *, columns: int) -> Self:
        """Raises `ValueError` for anything that `encode` didn't make."""
        try:
            padded = text + "=" * (-len(text) % 4)
            found = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        except (binascii.Error, UnicodeError, RecursionError) as error:
            raise ValueError("not a cursor") from error
        if not (isinstance(found, list) and len(found) == columns + 1 and found[0] in (0, 1)):
            raise ValueError("not a cursor of this list")
        if not all(isinstance(value, str) and "\x00" not in value for value in found[1:]):
            raise ValueError("not a cursor of this list")
        return cls(found[1:], backwards=bool(found[0]))


class CursorPagination(BasePagination):
    """`ordering`: columns that never hold NULL, together unique, all in one direction."""

    ordering: tuple[str, ...] = ("-modified_at", "-id")
    page_size = 20
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.address = f"{settings.SITE_URL}{request.get_full_path()}"
        size = whole_number(request, "page_size", default=self.page_size, lowest=1, highest=self.max_page_size)
        cursor = self._cursor(request)
        columns = [column.removeprefix("-") for column in self.ordering]
        backwards = cursor is not None and cursor.backwards
        downwards = self.ordering[0].startswith("-") != backwards
        if cursor:
            queryset = queryset.filter(_beyond(queryset.model, columns, cursor.values, downwards=downwards))
        order = [f"-{column}" if downwards else column for column in columns]
        rows = list(queryset.order_by(*order)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self._next = Cursor(_values(rows[-1], columns)) if rows and (more or backwards) else None
        before = cursor is not None and (more or not backwards)
        self._previous = Cursor(_values(rows[0], columns), backwards=True) if rows and before else None
        return rows

    def _cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get("cursor", "")
        if not text:
            return None
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long for a cursor")
            return Cursor.decode(text, columns=len(self.ordering))
        except ValueError as error:
            raise _not_a_cursor() from error

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(self._next), "previous": self._link(self._previous)}
        return Response({**links, "results": data})

    def _link(self, cursor: Cursor | None) -> str | None:
        return str(replace_query_param(self.address, "cursor", cursor.encode())) if cursor else None

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "Address of the next page; null on the last."},
                "previous": {**link, "description": "Address of the page before; null on the first."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        sparse = {
            "name": "fields",
            "in": "query",
            "required": False,
            "description": "Only these fields, with commas between: id,title,modified. All, if left out.",
            "schema": {"type": "string"},
        }
        return [
            *([sparse] if hasattr(view, "get_serializer_context") and "fields" in view._parameters() else []),
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From “next” or “previous” of an earlier answer.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": f"Results to a page, at most {self.max_page_size:,}.",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size},
            },
        ]


def _values(row: Model, columns: list[str]) -> list[str]:
    values = (getattr(row, column) for column in columns)
    return [value.isoformat() if isinstance(value, datetime.datetime) else str(value) for value in values]


def _beyond(model: type[Model], columns: list[str], texts: list[str], *, downwards: bool) -> Q:
    """Rows past these values: (a, b) < (x, y) written out, with a bound on the first column that its index can use."""
    way = "lt" if downwards else "gt"
    values = [_value(model, column, text) for column, text in zip(columns, texts, strict=True)]
    past = Q()
    for place in range(len(columns)):
        same = dict(zip(columns[:place], values[:place], strict=True))
        past |= Q(**same, **{f"{columns[place]}__{way}": values[place]})
    return past & Q(**{f"{columns[0]}__{way}e": values[0]})


def _value(model: type[Model], column: str, text: str) -> Any:
    """The text of a cursor as its column has it. Raises `ValidationError` for what the column can't hold."""
    try:
        field: Any = model._meta.get_field(column)
        value = field.to_python(text)
        if isinstance(value, datetime.datetime):
            value = value.astimezone(datetime.UTC)
    except (InvalidValue, ValueError, OverflowError) as error:
        raise _not_a_cursor() from error
    return value


def _not_a_cursor() -> ValidationError:
    return ValidationError({"cursor": ["This is no cursor of this list: follow “next”, or begin without one."]})
