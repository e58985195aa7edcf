"""Inventories as CSV or as spreadsheets (XLSX, XLS, ODS): at a web address, in a file or a folder of files.

`docs/csv-inventory.md` tells which columns there are. Spreadsheets are read in a process of its own
(`harvest.apart`), every visible sheet that has a header.
"""

import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from harvest.findings import warning
from harvest.raw_record import RawRecord, content_hash, tidy_guid
from harvest.sources.asked_before import conditions, remembered
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.csv_list_entries import Entry, Sheet, identity_of
from harvest.sources.csv_list_record import VOLATILE, body_of, raw_of
from harvest.sources.csv_list_table import MAX_ROWS, CsvTable, Row
from harvest.sources.in_turn import in_turn
from harvest.sources.opening import files_of, is_web_address, open_file, open_web, opened
from harvest.sources.web_page import web_page
from services.apart.process import Crashed, run_apart

_ACCEPT = (
    "text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;q=0.9,"
    " application/vnd.oasis.opendocument.spreadsheet;q=0.9, application/vnd.ms-excel;q=0.8, text/plain;q=0.5, */*;q=0.1"
)
_SUFFIXES = tuple(f"{name}{end}" for name in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
                  for end in ("", ".gz"))  # fmt: skip
#: What a spreadsheet begins with: a ZIP archive (XLSX, ODS) or Microsoft's older container (XLS).
_WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MAX_CELLS = 20_000_000
_SECONDS, _BYTES_A_SECOND = 60, 50_000

_NO_HEADER = (
    "The source has no row that names its columns: one of the first rows must hold “title” and other names of the"
    " documented columns, such as “identifier”, “description” and “url”."
)


class CsvAdapter:
    volatile = VOLATILE

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Generator[Event, None, None]:
        if is_web_address(place.url):
            yield from _web(place.url, memory, limits)
        else:
            yield from _files(place, limits)


def _web(url: str, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
    headers = {"Accept": _ACCEPT, **conditions(url, memory)}
    with tempfile.NamedTemporaryFile(prefix="inventory-") as held:
        with open_web(url, limits, headers=headers) as answer:
            if answer.status == 304:
                yield Finished(is_unmodified=True, memory=memory)
                return
            seen = remembered(url, answer)
            with opened(answer, max_bytes=limits.max_bytes) as stream:
                shutil.copyfileobj(stream, held)
        lost = yield from _entries(held)
    yield Finished(is_whole=not lost, memory=seen if not lost else {})


def _files(place: Place, limits: Limits) -> Iterator[Event]:
    lost = 0

    def read(file: Path) -> Iterator[Event]:
        nonlocal lost
        lost += yield from _file(file, limits)

    yield from in_turn(files_of(place, suffixes=_SUFFIXES), read)
    yield Finished(is_whole=not lost)


def _file(file: Path, limits: Limits) -> Generator[Event, None, int]:
    with tempfile.NamedTemporaryFile(prefix="inventory-") as held:
        with opened(open_file(file), max_bytes=limits.max_bytes) as stream:
            shutil.copyfileobj(stream, held)
        return (yield from _entries(held))


def _entries(held: IO[bytes]) -> Generator[Event, None, int]:
    """The datasets of one file; and how many rows were lost."""
    held.flush()
    size = held.tell()
    held.seek(0)
    start = held.read(2_000)
    if not start.strip():
        raise SourceFailed("The source is empty.")
    if start.startswith(_WORKBOOK_STARTS):
        sheets = _workbook(held.name, size)
    else:
        beginning = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
        if beginning.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
            page = web_page(start.decode("utf-8", "replace"))
            raise SourceFailed(f"The source gave {page} instead of CSV or a spreadsheet: check its address.")
        table = CsvTable(held)
        sheets = [Sheet("", table.rows)]
        if table.has_bad_bytes:
            message = "Some characters are not of the encoding that the rest is in: save the file as “CSV UTF-8”."
            yield SourceProblem(warning("mixed-encoding", message))
    usable = [sheet for sheet in sheets if sheet.has_header]
    if not usable:
        raise SourceFailed(_NO_HEADER)
    lost = 0
    for sheet in usable:
        for event in sheet.entries():
            if isinstance(event, Entry):
                yield _record(event)
            else:
                lost += event.finding.is_error
                yield event
    return lost


def _record(entry: Entry) -> RawRecord:
    guid, findings = identity_of(entry)
    body = body_of(entry)
    return RawRecord(tidy_guid(guid), body, raw_of(entry), content_hash(body, volatile=VOLATILE), findings)


def _workbook(path: str, size: int) -> list[Sheet]:
    """The visible sheets. Raises SourceFailed."""
    sheets: dict[str, list[Row]] = {}
    name, cells = "", 0
    try:
        for line in run_apart("harvest.apart.workbook", {"path": path}, seconds=_SECONDS + size // _BYTES_A_SECOND):
            match line:
                case {"sheet": str(name)}:
                    sheets[name] = []
                case {"row": [number, texts]}:
                    cells += len(texts)
                    sheets[name].append(Row(number, texts, name))
                case {"failed": sentence}:
                    raise SourceFailed(f"The source could not be read. {sentence}")
            if cells > _MAX_CELLS or len(sheets.get(name, ())) > MAX_ROWS:
                raise SourceFailed(f"The spreadsheet has more than {_MAX_CELLS:,} cells: save it as CSV.")
    except Crashed as crashed:
        raise SourceFailed(f"The source could not be read: {crashed}") from crashed
    return [Sheet(name, partial(iter, rows)) for name, rows in sheets.items()]
