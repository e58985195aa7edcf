"""What CKAN tells of what is inside files, by its DataStore and views: for `catalogue.api.ckan` (setting CKAN_ACTIONS).

The table that is asked is the first of the file; `/api/v1/resources/<id>/rows` has the others, and grouping.
"""

import csv
import io
import json
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import Invalid, NotFound, SearchFailed
from catalogue.api.ckan.resources import resource_id_of
from files import queries
from files.api.values import json_value
from files.models import Table
from files.rows.asked import Asked, Column, Refused, asked, filter_of
from files.rows.engine import TooHeavy
from services.ready_rows import ReadyRows, among, array_text

_USUALLY: Final = 100
_MOST: Final = 32_000

#: Our types of columns as PostgreSQL's, which the DataStore speaks of.
_TYPES: Final = {
    "integer": "numeric",
    "number": "numeric",
    "year": "numeric",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}


def datastore_search(arguments: Arguments) -> dict[str, Any]:
    """Rows of a file's table.

    resource_id: the file's UUID. filters: what columns are to be equal to, as an object; a list means any of these.
    q: text that a row contains in any cell, or an object of texts by column. fields: only these columns. sort: columns,
    each with asc or desc. limit: how many, 100 unless told otherwise, at most 32,000. offset: how many to leave out.
    distinct: true gives each combination of `fields` once, and no `_id`. include_total: false to leave the number of
    all out. records_format: objects, lists, csv or tsv.
    """
    table = _table(arguments)
    names = _names(table)
    limit = arguments.whole("limit", default=_USUALLY, highest=_MOST)
    offset = arguments.whole("offset", default=0)
    form = arguments.text("records_format", "objects")
    if form not in ("objects", "lists", "csv", "tsv"):
        raise Invalid(records_format="Must be one of objects, lists, csv, tsv")
    question = _asked(table, names, arguments)
    shown = {column["key"]: name for name, column in names.items()}
    heads = [shown[column["key"]] for column in question.columns]
    fields = [_field(shown, column) for column in question.columns]
    # Without `fields`, a row's number would be among what is to be distinct: nothing is left out then
    is_distinct = arguments.flag("distinct") and arguments.has("fields")
    is_counted = arguments.flag("include_total", default=True)
    try:
        if is_distinct:
            lines, total = _distinct(table, question, shown, limit, offset, is_counted=is_counted)
        else:
            rows = queries.rows_of(table, question, limit=limit, offset=offset) if limit else []
            lines = [[row.number, *map(json_value, row.values, row.texts)] for row in rows]
            total = queries.count_of(table, question) if is_counted else None
            heads, fields = ["_id", *heads], [{"id": "_id", "type": "int"}, *fields]
    except TooHeavy as error:
        raise SearchFailed(str(error)) from None
    except FileNotFoundError:
        raise NotFound("This file has just been looked into anew: try again") from None
    found: dict[str, Any] = {
        "resource_id": str(table.file_id),
        "include_total": total is not None,
        "records_format": form,
        "limit": limit,
        "offset": offset,
        "fields": fields,
        "records": _written(form, heads, lines),
        "_links": _links(str(table.file_id), limit, offset),
    }
    if total is not None:
        found |= {"total": total, "total_was_estimated": False}
    return found


def _distinct(
    table: Table, question: Asked, shown: dict[str, str], limit: int, offset: int, *, is_counted: bool
) -> tuple[list[list[Any]], int | None]:
    given = {column["key"] for column in question.columns}
    for key, _ in question.sorts:
        if key not in given:
            raise Invalid(sort=f"Of distinct rows, sort by one of `fields`: “{shown[key]}” is none")
    rows = queries.distinct_of(table, question, limit=limit, offset=offset) if limit else []
    total = queries.count_distinct_of(table, question) if is_counted else None
    return [[json_value(value, text) for value, text in row] for row in rows], total


def datastore_info(arguments: Arguments) -> dict[str, Any]:
    """Columns and size of a file's table.

    id: the file's UUID.
    """
    table = _table(arguments, called="id")
    shown = {column["key"]: name for name, column in _names(table).items()}
    return {
        "meta": {"id": str(table.file_id), "count": table.rows, "table_type": "BASE TABLE"},
        "fields": [_field(shown, column) for column in table.columns],
    }


def resource_view_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Previews of a file: its table, if it has one.

    id: the file's UUID.
    """
    resource_id = resource_id_of(arguments.required("id"), arguments.user)
    file = queries.file_visible_to(resource_id, arguments.user)
    return [_view(file.tables.all()[0], file.resource.dataset_id)] if file and file.tables.all() else []


def resource_view_show(arguments: Arguments) -> dict[str, Any]:
    """One preview.

    id: its id, which is that of its file.
    """
    found = resource_view_list(arguments)
    if not found:
        raise NotFound
    return found[0]


ACTIONS: Final = (datastore_search, datastore_info, resource_view_list, resource_view_show)


def with_tables(dataset_ids: Collection[UUID]) -> set[UUID]:
    """Those of these datasets' resources whose rows can be asked for: CKAN calls them active in the DataStore."""
    return {file for (file,) in _with_tables.read(ids=array_text(dataset_ids))}


_with_tables: Final = ReadyRows(
    lambda ids: (
        Table.objects.filter(file__resource__dataset__in=among(ids)).order_by().values_list("file_id").distinct()
    ),
    ids=array_text([UUID(int=1)]),
)


def _view(table: Table, dataset_id: UUID) -> dict[str, Any]:
    return {
        "id": str(table.file_id),
        "resource_id": str(table.file_id),
        "package_id": str(dataset_id),
        "title": table.name or "Table",
        "description": "",
        "view_type": "datatables_view",
    }


def _table(arguments: Arguments, called: str = "resource_id") -> Table:
    resource_id = resource_id_of(arguments.text(called) or arguments.required("resource_id"), arguments.user)
    file = queries.file_visible_to(resource_id, arguments.user)
    tables = list(file.tables.all()[:1]) if file else []
    if not tables:
        raise NotFound(f"Resource “{resource_id}” was not found in the DataStore.")
    return tables[0]


def _names(table: Table) -> dict[str, Column]:
    """The columns by their headings, as the DataStore has them; by our keys where two share a heading."""
    headings = [column["heading"] for column in table.columns]
    return {
        column["heading"] if column["heading"] and headings.count(column["heading"]) == 1 else column["key"]: column
        for column in table.columns
    }


def _field(shown: dict[str, str], column: Column) -> dict[str, str]:
    return {"id": shown[column["key"]], "type": _TYPES.get(column["type"], "text")}


def _asked(table: Table, names: dict[str, Column], arguments: Arguments) -> Asked:
    def column(parameter: str, name: str) -> Column:
        if name not in names:
            raise Invalid.argument(parameter, f"Field “{name[:60]}” not in table: use one of {', '.join(names)[:500]}")
        return names[name]

    texts = _object(arguments, "q")
    try:
        filters = [
            filter_of(column("filters", name), [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])])
            for name, wanted in (_object(arguments, "filters") or {}).items()
        ]
        found = asked(
            table.columns,
            q="" if texts is not None else arguments.text("q"),
            wanted=[column("fields", name)["key"] for name in _listed(arguments.texts("fields")) if name != "_id"],
            sorts=[
                ("-" if is_falling else "") + column("sort", name)["key"]
                for name, is_falling in _sorts(arguments.text("sort"))
                if name != "_id"
            ],
            filters=[f"{column('q', name)['key']}:contains:{text}" for name, text in (texts or {}).items()],
        )
    except Refused as error:
        raise Invalid.argument(error.parameter, str(error)) from None
    return found.narrowed_by(filters)


def _sorts(text: str) -> Iterable[tuple[str, bool]]:
    """Names of columns, each with whether it falls: `amount desc, "the name" asc`."""
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = part.rpartition(" ")
        if direction.lower() not in ("asc", "desc"):
            name, direction = part, "asc"
        yield name.strip(' "'), direction.lower() == "desc"


def _object(arguments: Arguments, name: str) -> dict[str, Any] | None:
    """An object, or JSON of one; None where the argument is no object."""
    value = arguments.values.get(name)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise Invalid.argument(name, "Cannot parse JSON") from None
    if isinstance(value, dict):
        return value
    if name == "filters" and value not in (None, ""):
        raise Invalid.argument(name, "Must be an object: column → value")
    return None


def _listed(texts: list[str]) -> list[str]:
    """A list, or names separated by commas."""
    return [name for text in texts for part in text.split(",") if (name := part.strip(' "[]'))]


def _written(form: str, heads: list[str], lines: list[list[Any]]) -> Any:
    if form == "objects":
        return [dict(zip(heads, line, strict=True)) for line in lines]
    if form == "lists":
        return lines
    out = io.StringIO()
    csv.writer(out, delimiter="\t" if form == "tsv" else ",", lineterminator="\n").writerows(lines)
    return out.getvalue()


def _links(resource_id: str, limit: int, offset: int) -> dict[str, str]:
    address = f"{settings.SITE_URL}/api/3/action/datastore_search?resource_id={resource_id}&limit={limit}"
    return {"start": address, "next": f"{address}&offset={offset + limit}"}
