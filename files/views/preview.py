"""`/dataset/<uuid>/<name>/datafile/<uuid>/preview`: a file's content as a table, columns, chart, map and checks."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from markupsafe import Markup

from catalogue.models import Resource
from catalogue.views.reader import public_page, reader
from files import charts, outlines, queries
from files.check_words import words_of
from files.forms import PAGE_SIZE, PreviewForm
from files.models import Table
from files.rows.asked import OPERATORS, WITHOUT_VALUE, asked
from files.rows.engine import TooHeavy
from files.storage import local

#: Pages beyond this are for downloads and the API.
_LAST_PAGE = 20_000


@public_page
def preview(request: HttpRequest, dataset_id: UUID, name: str, resource_id: UUID) -> HttpResponse:
    resource = queries.resource_for_preview(dataset_id, resource_id, reader(request))
    if resource is None:
        raise Http404("No file has this address.")
    if name != resource.dataset.name:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponsePermanentRedirect(f"{address(resource)}{query}")
    form = PreviewForm.read(request.GET)
    tables = queries.tables_of(resource) if hasattr(resource, "file") else []
    table = tables[form.table] if form.table < len(tables) else (tables[0] if tables else None)
    form.table = table.position if table else 0
    if form.view == "map" and not (table and table.map):
        form.view = "table"
    context: dict[str, Any] = {
        "resource": resource,
        "dataset": resource.dataset,
        "file": getattr(resource, "file", None),
        "address": address(resource),
        "form": form,
        "tables": tables,
        "table": table,
        "charts": charts.suggestions(table.columns, table.rows) if table else [],
        "reports": [(report, words_of(report)) for report in queries.latest_reports(resource.id)],
        "canonical_url": settings.SITE_URL + address(resource),
    }
    if table:
        context |= _VIEWS[form.view](table, form, context)
    if form.view == "checks":
        context["history"] = queries.reports_of(resource.id)
    return render(request, "files/preview.html", context)


def address(resource: Resource) -> str:
    return f"{resource.dataset.get_absolute_url()}/datafile/{resource.id}/preview"


def _rows(table: Table, form: PreviewForm, context: dict[str, Any]) -> dict[str, Any]:
    question = form.asked(table.columns)
    found: dict[str, Any] = {
        "rows": [],
        "count": 0,
        "pages": 1,
        "page_url": lambda number: form.url(page=number),
        "operators": OPERATORS,
        "filter_words": [
            (form.url_without(text), one) for text, one in zip(form.filters, question.filters, strict=True)
        ],
        "without_value": WITHOUT_VALUE,
    }
    try:
        form.page = min(form.page, max(1, -(-table.rows // PAGE_SIZE)), _LAST_PAGE)
        count, rows = queries.page_of(table, question, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
        pages = max(1, -(-count // PAGE_SIZE))
        if form.page > pages:
            form.page = pages
            rows = queries.rows_of(table, question, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
    except TooHeavy as error:
        form.errors["q"] = str(error)
        return found
    except FileNotFoundError:
        form.errors["q"] = "This file has just been looked into anew: load the page again."
        return found
    return found | {"rows": rows, "count": count, "pages": min(pages, _LAST_PAGE)}


def _chart(table: Table, form: PreviewForm, context: dict[str, Any]) -> dict[str, Any]:
    offered: list[charts.Suggestion] = context["charts"]
    if not offered:
        return {}
    form.chart = form.chart if form.chart < len(offered) else 0
    chosen = offered[form.chart]
    is_line = chosen.kind == "line"
    aggregate = chosen.aggregate
    key = f"{chosen.function}_{chosen.y['key']}" if chosen.y else "count"
    question = asked(
        table.columns,
        group_by=[chosen.x["key"]],
        aggregates=[aggregate],
        sorts=[chosen.x["key"]] if is_line else [f"-{key}"],
        filters=[f"{chosen.x['key']}:filled"],
    )
    try:
        groups = queries.groups_of(table, question, limit=charts.MOST_POINTS if is_line else charts.MOST_BARS)
    except TooHeavy as error:
        form.errors["q"] = str(error)
        return {"chosen": chosen}
    points = [(_label(label), float(value)) for label, value in groups if label is not None and value is not None]
    drawn = (charts.line if is_line else charts.bars)(points, chosen.title)
    return {"chosen": chosen, "chart": Markup(drawn), "points": points, "plain": charts.plain}


def _label(value: Any) -> str:
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)


def _map(table: Table, form: PreviewForm, context: dict[str, Any]) -> dict[str, Any]:
    with local(table.map).open(encoding="utf-8") as file:
        collection = json.load(file)
    title = f"Where the rows of {context['resource'].title or 'this file'} lie"
    question = asked(table.columns)
    return {
        "outline": Markup(outlines.svg(collection, table.box or [0, 0, 0, 0], title)),
        "shown": len(collection["features"]),
        "rows": queries.rows_of(table, question, limit=10, offset=0),
        "tiles": settings.MAP_TILES_URL,
        "tiles_credit": settings.MAP_TILES_CREDIT,
    }


def _nothing(table: Table, form: PreviewForm, context: dict[str, Any]) -> dict[str, Any]:
    return {}


_VIEWS = {"table": _rows, "columns": _nothing, "chart": _chart, "map": _map, "checks": _nothing}
