"""`/api/v1/resources/<id>/rows` and `…/profile`: a file's content, whatever its format, asked in one way."""

from typing import Any, NoReturn
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.errors import ServiceUnavailable
from catalogue.api.pagination import Cursor
from catalogue.api.parameters import whole_number
from catalogue.api.reading import ReadView
from files import queries
from files.api.values import json_value
from files.models import Table
from files.rows.asked import Asked, Refused, asked
from files.rows.engine import TooHeavy

_MAX_ROWS = 1_000
_MAX_OFFSET = 2**40


def _parameter(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **schema}, OpenApiParameter.QUERY, description=description)


def _list_of(name: str, description: str, **schema: Any) -> OpenApiParameter:
    kind = {"type": "array", "items": {"type": "string", "minLength": 1, **schema}}
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, explode=True, style="form")


class Rows(ReadView):
    """Rows of one of a file's tables: filtered, sorted, added up, a page at a time.

    Values are typed (numbers, ISO 8601 dates, true and false); a cell that is not of its column's type, such as “[c]”,
    stays text. A cursor holds until the file is looked into again.
    """

    parameters = frozenset({"table", "q", "columns", "filter", "sort", "group_by", "aggregate", "cursor", "page_size"})

    @extend_schema(
        operation_id="resources_rows",
        parameters=[
            OpenApiParameter("resource_id", UUID, OpenApiParameter.PATH, description="UUID of the file."),
            OpenApiParameter(
                "table",
                {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0},
                description="Which of its tables.",
            ),
            _parameter("q", "Rows in which any cell contains this.", maxLength=500),
            _list_of("columns", "Keys of the columns to give; repeat it. All where left out."),
            _list_of("filter", "column:operator:value, such as amount:gte:500; repeat it to narrow further."),
            _list_of("sort", "Key of a column, with - in front for the largest first; repeat it."),
            _list_of("group_by", "Keys of columns: one row for each of their values."),
            _list_of("aggregate", "count, or sum, avg, min, max or distinct of a column, such as sum:amount."),
            _parameter("cursor", "From “next” of an earlier answer."),
            OpenApiParameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": _MAX_ROWS, "default": 100},
                description="Rows to a page.",
            ),
        ],
        responses=inline_serializer(
            "Rows",
            {
                "count": serializers.IntegerField(allow_null=True, help_text="Of all pages; null for groups."),
                "next": serializers.URLField(allow_null=True),
                "columns": serializers.ListField(child=serializers.DictField()),
                "results": serializers.ListField(child=serializers.DictField()),
            },
        ),
    )
    def get(self, request: Request, resource_id: UUID) -> Response:
        table = _table(request, resource_id)
        size = whole_number(request, "page_size", default=100, lowest=1, highest=_MAX_ROWS)
        offset = _offset(request, table)
        given = request.query_params
        try:
            question = asked(
                table.columns,
                q=given.get("q", ""),
                wanted=given.getlist("columns"),
                filters=given.getlist("filter"),
                sorts=given.getlist("sort"),
                group_by=given.getlist("group_by"),
                aggregates=given.getlist("aggregate"),
            )
        except Refused as refused:
            _refuse(refused.parameter, str(refused))
        try:
            return Response(_answer(request, table, question, size=size, offset=offset))
        except TooHeavy as heavy:
            _refuse("filter", str(heavy))
        except FileNotFoundError as error:
            raise ServiceUnavailable("This file has just been looked into anew. Try again.") from error


class Profile(ReadView):
    """What a file holds: format, tables, and for each column type, share filled, typical values and histogram."""

    @extend_schema(
        operation_id="resources_profile",
        parameters=[OpenApiParameter("resource_id", UUID, OpenApiParameter.PATH, description="UUID of the file.")],
        responses=inline_serializer(
            "FileProfile",
            {
                "state": serializers.CharField(),
                "reason": serializers.CharField(allow_blank=True),
                "format": serializers.CharField(allow_blank=True),
                "encoding": serializers.CharField(allow_blank=True),
                "size_bytes": serializers.IntegerField(allow_null=True),
                "fetched_at": serializers.DateTimeField(allow_null=True),
                "tables": serializers.ListField(child=serializers.DictField()),
                "checks": serializers.ListField(child=serializers.DictField()),
            },
        ),
    )
    def get(self, request: Request, resource_id: UUID) -> Response:
        file = queries.file_visible_to(resource_id, request.user)
        if file is None:
            raise Http404
        return Response(
            {
                "state": file.state,
                "reason": file.reason,
                "format": file.format,
                "encoding": file.encoding,
                "size_bytes": file.size_bytes,
                "fetched_at": file.fetched_at,
                "tables": [_profile_of(table) for table in file.tables.all()],
                "checks": [
                    {
                        "kind": report.kind,
                        "schema": report.schema_url,
                        "valid": report.is_valid,
                        "made_at": report.made_at,
                        "counts": report.counts,
                        "errors": report.errors,
                    }
                    for report in queries.latest_reports(file.pk)
                ],
            }
        )


def _profile_of(table: Table) -> dict[str, Any]:
    hidden = ("name", "text")
    return {
        "table": table.position,
        "name": table.name,
        "rows": table.rows,
        "is_cut": table.is_cut,
        "columns": [{key: value for key, value in column.items() if key not in hidden} for column in table.columns],
        "suggested_period": (
            {"start": table.period_start, "end": table.period_end, "column": table.period_column}
            if table.period_start
            else None
        ),
        "suggested_places": table.places,
        "box": table.box,
        "geometry": table.shapes,
    }


def _table(request: Request, resource_id: UUID) -> Table:
    file = queries.file_visible_to(resource_id, request.user)
    tables = list(file.tables.all()) if file else []
    number = whole_number(request, "table", default=0, highest=1_000)
    if number >= len(tables):
        raise Http404
    return tables[number]


def _offset(request: Request, table: Table) -> int:
    text = request.query_params.get("cursor", "")
    if not text:
        return 0
    try:
        version, place = Cursor.decode(text[:2_000], columns=2).values
        if version != str(table.version) or not place.isdigit() or int(place) > _MAX_OFFSET:
            raise ValueError("not of this table as it is now")
        return int(place)
    except ValueError:
        _refuse("cursor", "This cursor no longer holds, since the file was looked into again: begin without one.")


def _answer(request: Request, table: Table, question: Asked, *, size: int, offset: int) -> dict[str, Any]:
    count: int | None = None
    if question.aggregates:
        heads = [_head(column) for column in question.group_by]
        heads += [{"key": one.key, "heading": one.key, "type": "number"} for one in question.aggregates]
        keys = [head["key"] for head in heads]
        found = queries.groups_of(table, question, limit=size + 1, offset=offset)
        results = [dict(zip(keys, map(json_value, row), strict=True)) for row in found]
    else:
        heads = [_head(column) for column in question.columns]
        count, rows = queries.page_of(table, question, limit=size + 1, offset=offset)
        keys = [head["key"] for head in heads]
        results = [dict(zip(keys, map(json_value, row.values, row.texts), strict=True)) for row in rows]
    more = len(results) > size
    return {
        "count": count,
        "next": _next(request, table, offset + size) if more else None,
        "columns": heads,
        "results": results[:size],
    }


def _head(column: Any) -> dict[str, str]:
    return {"key": column["key"], "heading": column["heading"], "type": column["type"]}


def _next(request: Request, table: Table, offset: int) -> str:
    pairs = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    pairs.append(("cursor", Cursor([str(table.version), str(offset)]).encode()))
    return f"{settings.SITE_URL}{request.path}?{urlencode(pairs)}"


def _refuse(parameter: str, message: str) -> NoReturn:
    raise ValidationError({parameter: [message]})
