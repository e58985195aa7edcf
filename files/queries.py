"""What pages and the API read of files: previews, rows of tables, reports."""

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Prefetch, QuerySet

from catalogue.models import Dataset, Resource
from files.models import Report, ResourceFile, Table
from files.rows import engine, sql
from files.rows.asked import Asked
from files.storage import local
from publishers.models import User

Reader = User | AnonymousUser

_REPORTS: Final = 40
#: Seconds.
_COUNTS_KEPT: Final = 600
#: Rows from the first that one look may bring together with their count.
_NEAR: Final = 5_000


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts the table's rows from 1. `values` are typed; `texts` are the cells as they were published."""

    number: int
    values: tuple[Any, ...]
    texts: tuple[str, ...]


def resource_for_preview(dataset_id: UUID, resource_id: UUID, reader: Reader) -> Resource | None:
    """A file of a dataset that `reader` may see, with its link and what is known of its content."""
    visible = Dataset.objects.visible_to(reader).order_by()
    return (
        Resource.objects.filter(id=resource_id, dataset_id=dataset_id, dataset__in=visible)
        .select_related("dataset__publisher", "dataset__licence", "file", "link")
        .first()
    )


def file_visible_to(resource_id: UUID, reader: Reader) -> ResourceFile | None:
    visible = Dataset.objects.visible_to(reader).order_by()
    return (
        ResourceFile.objects.filter(resource_id=resource_id, resource__dataset__in=visible)
        .select_related("resource__dataset")
        .prefetch_related(Prefetch("tables", Table.objects.order_by("position")))
        .first()
    )


def files_with_tables(dataset: Dataset) -> list[ResourceFile]:
    """The dataset's files that were looked into, in their order, with resources and tables."""
    files = ResourceFile.objects.filter(resource__dataset=dataset).select_related("resource")
    tables = Prefetch("tables", Table.objects.order_by("position"))
    return list(files.prefetch_related(tables).order_by("resource__position", "resource_id"))


def tables_of(resource: Resource) -> list[Table]:
    return list(Table.objects.filter(file_id=resource.id).order_by("position"))


def reports_of(resource_id: UUID) -> QuerySet[Report]:
    """The newest first."""
    return Report.objects.filter(file_id=resource_id)[:_REPORTS]


def latest_reports(resource_id: UUID) -> list[Report]:
    """Of each kind of check the newest."""
    return list(
        Report.objects.filter(file_id=resource_id)
        .order_by("kind", "schema_url", "-made_at", "-id")
        .distinct("kind", "schema_url")
    )


def page_of(table: Table, asked: Asked, *, limit: int, offset: int) -> tuple[int, list[Row]]:
    """How many rows there are in all, and some of them. Raises engine.TooHeavy; FileNotFoundError where the table was
    replaced a moment ago."""
    if not asked.is_narrowed:
        return table.rows, rows_of(table, asked, limit=limit, offset=offset)
    if asked.sorts or offset + limit > _NEAR or cache.get(_count_key(table, asked)) is not None:
        return count_of(table, asked), rows_of(table, asked, limit=limit, offset=offset)
    path = _existing(table)
    statement, parameters = sql.first_and_count(asked, most=offset + limit)
    ((count, numbers),) = engine.ask(path, statement, parameters)
    cache.set(_count_key(table, asked), count, _COUNTS_KEPT)
    return count, _numbered(path, asked, (numbers or [])[offset:])


def rows_of(table: Table, asked: Asked, *, limit: int, offset: int) -> list[Row]:
    """Raises what `page_of` raises."""
    path = _existing(table)
    if not asked.is_narrowed and not asked.sorts:
        return [_row(found) for found in engine.ask(path, sql.stretch(asked, limit=limit, offset=offset))]
    statement, parameters = sql.ids(asked, limit=limit, offset=offset)
    return _numbered(path, asked, [number for (number,) in engine.ask(path, statement, parameters)])


def _existing(table: Table) -> Path:
    path = local(table.parquet)
    if not path.exists():
        raise FileNotFoundError(table.parquet)
    return path


def _numbered(path: Path, asked: Asked, numbers: list[int]) -> list[Row]:
    """The rows of these numbers, in their order."""
    if not numbers:
        return []
    place = {number: index for index, number in enumerate(numbers)}
    found = engine.ask(path, sql.by_ids(asked, numbers))
    return [_row(row) for row in sorted(found, key=lambda row: place[row[0]])]


def count_of(table: Table, asked: Asked) -> int:
    """Kept for a while, since the next page asks again; a version of a table never changes. Raises engine.TooHeavy."""
    if not asked.is_narrowed:
        return table.rows
    count: int | None = cache.get(_count_key(table, asked))
    if count is None:
        statement, parameters = sql.count(asked)
        count = int(engine.ask(local(table.parquet), statement, parameters)[0][0])
        cache.set(_count_key(table, asked), count, _COUNTS_KEPT)
    return count


def _count_key(table: Table, asked: Asked) -> str:
    question = repr((str(table.version), *sql.count(asked)))
    return f"rows-{hashlib.sha256(question.encode()).hexdigest()}"


def groups_of(table: Table, asked: Asked, *, limit: int, offset: int = 0) -> list[tuple[Any, ...]]:
    """Values of the groups, then of the aggregates. Raises engine.TooHeavy."""
    statement, parameters = sql.grouped(asked, limit=limit, offset=offset)
    return engine.ask(local(table.parquet), statement, parameters)


def distinct_of(table: Table, asked: Asked, *, limit: int, offset: int) -> list[list[tuple[Any, str]]]:
    """Each combination of the columns asked for once: value and text of each column. Raises what `page_of` raises."""
    statement, parameters = sql.distinct(asked, limit=limit, offset=offset)
    rows = engine.ask(_existing(table), statement, parameters)
    return [list(zip(row[::2], row[1::2], strict=True)) for row in rows]


def count_distinct_of(table: Table, asked: Asked) -> int:
    """Raises what `page_of` raises."""
    statement, parameters = sql.count_distinct(asked)
    return int(engine.ask(_existing(table), statement, parameters)[0][0])


def every_row(table: Table, asked: Asked) -> Iterator[Row]:
    statement, parameters = sql.everything(asked)
    for rows in engine.stream(local(table.parquet), statement, parameters):
        for row in rows:
            yield _row(row)


def _row(found: tuple[Any, ...]) -> Row:
    return Row(found[0] + 1, tuple(found[1::2]), tuple(_text(cell) for cell in found[2::2]))


def _text(cell: Any) -> str:
    """A cell that is told back from its value."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
