"""XLSX, XLS and ODS: the rows of each sheet."""

import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import xlrd
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MAX_SHEETS: Final = 60
_MAX_WIDTH = 2_000


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


def sheets_of(path: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """(name, rows) of every worksheet that a reader would see. Raises Unreadable."""
    try:
        workbook = CalamineWorkbook.from_path(path)
    except Exception as error:
        words = str(error).lower()
        if "password" in words or "encrypt" in words:
            raise Unreadable("it is protected by a password.") from error
        yield from _old_sheets(path)
        return
    with workbook:
        shown = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        for name in shown[:MAX_SHEETS]:
            try:
                sheet = workbook.get_sheet_by_name(name)
                first = sheet.start[0] if sheet.start else 0
            except Exception:
                continue
            yield name, _rows(sheet, first)


def _old_sheets(path: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Workbooks of before 1993, which some old machinery still writes (BIFF 2 to 4), and some damaged later ones."""
    try:
        book = xlrd.open_workbook(str(path), logfile=io.StringIO())
        names = book.sheet_names()
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise Unreadable("it is protected by a password.") from error
        raise Unreadable("it is damaged, or no workbook after all.") from error
    for number, name in enumerate(names[:MAX_SHEETS]):
        sheet = book.sheet_by_index(number)
        if not sheet.visibility:
            yield name, _old_rows(sheet, book.datemode)


def _old_rows(sheet: Any, datemode: int) -> Iterator[list[str]]:
    for number in range(sheet.nrows):
        yield [_old_text(cell, datemode) for cell in sheet.row(number)[:_MAX_WIDTH]]


def _old_text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return _text(xlrd.xldate_as_datetime(cell.value, datemode))
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _text(bool(cell.value))
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else _text(cell.value)


def _rows(sheet: Any, first: int) -> Iterator[list[str]]:
    for _ in range(first):  # so that rows are numbered as in the sheet
        yield []
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row[:_MAX_WIDTH]]


def _text(cell: Any) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.12g}"
        case datetime.datetime():
            if cell.time() == datetime.time():
                return cell.date().isoformat()
            return cell.replace(microsecond=0).isoformat(sep=" ")
        case datetime.time():
            return cell.replace(microsecond=0).isoformat()
        case datetime.timedelta():
            return str(datetime.timedelta(seconds=round(cell.total_seconds())))
        case None:
            return ""
        case _:
            return str(cell)
