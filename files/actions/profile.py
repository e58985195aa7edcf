"""One file: fetched, looked into, and what was found stored in one transaction."""

import datetime
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from catalogue.actions.resources import set_columns
from files import fetching, storage
from files.actions import alarms, queue, reports
from files.enums import FileState
from files.looking import Looked, look_into
from files.models import ResourceFile, Table
from services.http import HttpError, HttpErrorKind

_BUSY_AGAIN: Final = datetime.timedelta(minutes=2)


def profile(
    file: ResourceFile, *, now: Callable[[], datetime.datetime], progress: Callable[[int], object] = lambda _: None
) -> ResourceFile:
    """Fetch a claimed file, look into it and store what is found. Whatever the file is, this raises nothing."""
    url = file.resource.url
    with tempfile.TemporaryDirectory(prefix="domesday-file-") as name:
        folder = Path(name)
        target = folder / "file"
        try:
            fetched = fetching.fetch(
                url, target, policy=fetching.policy(), redis_url=settings.REDIS_URL, progress=progress
            )
        except HttpError as error:
            return _unreachable(file, error, url=url, now=now())
        is_same = file.digest == fetched.digest and file.url == url and file.state != FileState.WAITING
        file.url, file.fetched_at, file.size_bytes, file.digest = url, now(), fetched.size, fetched.digest
        file.failure_count, file.due_at, file.leased_until = 0, None, None
        if is_same:
            file.save()
            return file
        started = time.monotonic()
        out = folder / "out"
        out.mkdir()
        file_name = fetched.name or file.resource.title
        looked = look_into(target, name=file_name, folder=out, allowed=alarms.allowed_columns(file))
        checked = reports.check(file, target, looked, folder=folder)
        file.seconds = round(time.monotonic() - started, 2)
        store(file, looked, out, checked, now=now())
    return file


def _unreachable(file: ResourceFile, error: HttpError, *, url: str, now: datetime.datetime) -> ResourceFile:
    file.leased_until = None
    if error.kind == HttpErrorKind.HOST_BUSY:
        file.due_at = now + _BUSY_AGAIN
        file.save(update_fields=["leased_until", "due_at"])
        return file
    file.due_at = queue.next_try(file.failure_count, now=now)
    file.failure_count += 1
    file.url = url
    if not file.tables.exists():  # else what was last seen stays: the link's own state says that it fails
        file.state = FileState.UNREACHABLE
        file.reason = _storable(str(error))[:500]
    file.save()
    return file


def store(
    file: ResourceFile, looked: Looked, folder: Path, checked: list[reports.Checked], *, now: datetime.datetime
) -> None:
    """Replace what is known of a file by what was just seen in it. `folder` holds the Parquet files and maps."""
    tables: list[Table] = []
    old, kept = list(file.tables.values_list("parquet", "map")), f"{file.resource_id}/{uuid.uuid4()}"
    for found in looked.tables:
        if found["parquet"]:
            tables.append(_table(file, len(tables), found, folder, kept))
    _describe(file, looked, has_tables=bool(tables))
    with transaction.atomic():
        file.tables.all().delete()
        Table.objects.bulk_create(tables)
        file.save()
        alarms.record(file, looked.tables, now=now)
        reports.keep(file, checked, now=now)
        headings = [column["heading"] for table in tables for column in table.columns] if tables else []
        set_columns(file.resource_id, headings, now=now)
        transaction.on_commit(lambda: storage.remove([name for pair in old for name in pair if name]))


def _describe(file: ResourceFile, looked: Looked, *, has_tables: bool) -> None:
    file.format = looked.format.get("code", "")[:40]
    file.format_title = looked.format.get("title", "")[:100]
    file.encoding = looked.format.get("encoding", "")[:40]
    file.document = _clean(looked.document)
    file.members = _clean(looked.members)
    file.sheets = _clean(looked.sheets)
    if has_tables:
        file.state, file.reason = FileState.PREVIEWED, _storable(looked.crash)[:500]
    elif looked.crash:
        file.state, file.reason = FileState.FAILED, _storable(looked.crash)[:500]
    else:
        file.state = FileState.NO_TABLE
        file.reason = _storable(looked.reason or "It has no table to show.")[:500]


def _table(file: ResourceFile, position: int, found: dict[str, Any], folder: Path, kept: str) -> Table:
    period = found["period"] or {}
    return Table(
        file=file,
        position=position,
        name=_storable(found["name"])[:300],
        rows=found["rows"],
        is_cut=found["is_cut"],
        columns=_clean(found["columns"]),
        preamble=_clean(found["preamble"]),
        notes=_clean(found["notes"]),
        has_headings=found["has_headings"],
        heading_rows=found["heading_rows"],
        first_row=found["first_row"],
        delimiter=found["delimiter"],
        period_start=_day(period.get("start")),
        period_end=_day(period.get("end")),
        period_column=_storable(period.get("column", ""))[:300],
        places=found["places"],
        box=found["box"],
        shapes=found["shapes"],
        parquet=storage.keep(folder / found["parquet"], f"{kept}/{found['parquet']}"),
        parquet_bytes=found["bytes"],
        map=storage.keep(folder / found["map"], f"{kept}/{found['map']}") if found["map"] else "",
    )


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _storable(text: str) -> str:
    """Without what PostgreSQL's text refuses: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _storable(value)
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_storable(str(key)): _clean(item) for key, item in value.items()}
        case _:
            return value
