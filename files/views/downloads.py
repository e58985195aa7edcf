"""A table as CSV, JSON or Parquet, whatever its file was; and the outline of its places for the map."""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify

from catalogue.views.reader import public_page, reader
from files import queries
from files.api.values import json_value
from files.forms import PreviewForm
from files.models import Table
from files.queries import Row
from files.rows.asked import Asked
from files.rows.engine import TooHeavy
from files.storage import local

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}


@public_page
def download(request: HttpRequest, dataset_id: UUID, name: str, resource_id: UUID, ending: str) -> HttpResponseBase:
    """`…/download.csv?table=0`, with the filters and the order of a preview; Parquet and outline give the whole."""
    del name
    resource = queries.resource_for_preview(dataset_id, resource_id, reader(request))
    tables = queries.tables_of(resource) if resource else []
    form = PreviewForm.read(request.GET)
    if resource is None or form.table >= len(tables) or ending not in _TYPES:
        raise Http404("No table has this address.")
    table = tables[form.table]
    stem = slugify(table.name or resource.title or resource.dataset.name)[:80] or "table"
    if ending == "geojson":
        if not table.map:
            raise Http404("This table is not about places.")
        return HttpResponse(local(table.map).read_bytes(), content_type=_TYPES[ending])
    if ending == "parquet":
        path = local(table.parquet)
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=f"{stem}.parquet", content_type=_TYPES[ending]
        )
    rows = queries.every_row(table, form.asked(table.columns))
    try:  # what is too heavy says so before anything is sent
        first = list(itertools.islice(rows, 1))
    except TooHeavy as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    written = _WRITERS[ending](table, form.asked(table.columns), itertools.chain(first, rows))
    response = StreamingHttpResponse(written, content_type=_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{stem}.{ending}"'
    return response


def _csv(table: Table, asked: Asked, rows: Iterator[Row]) -> Iterator[bytes]:
    """As it was published, cell by cell, in UTF-8 with one row of headings."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(column["heading"] for column in asked.columns)
    for number, row in enumerate(rows, 1):
        writer.writerow(row.texts)
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _json(table: Table, asked: Asked, rows: Iterator[Row]) -> Iterator[bytes]:
    keys = [column["key"] for column in asked.columns]
    yield b"["
    for number, row in enumerate(rows):
        record = {key: json_value(value, text) for key, value, text in zip(keys, row.values, row.texts, strict=True)}
        yield (b",\n" if number else b"\n") + json.dumps(record, ensure_ascii=False).encode()
    yield b"\n]\n"


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return text


_WRITERS: Final[dict[str, Callable[[Table, Asked, Iterator[Row]], Iterator[bytes]]]] = {"csv": _csv, "json": _json}
