"""What processes that read spreadsheets share: opening one, its visible sheets, and a cell as text."""

import datetime
from collections.abc import Callable
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from services.apart.child import say


def read(path: str, by: Callable[[CalamineWorkbook], None]) -> None:
    """Have the spreadsheet (XLSX, XLS, ODS) at `path` read. What is wrong with it ends the reading with a sentence."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            by(workbook)
    except PasswordError:
        say({"failed": "The spreadsheet is locked with a password: save it without one."})
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        say({"failed": f"The spreadsheet is damaged, or is none: {error}."})


def shown(workbook: CalamineWorkbook) -> list[str]:
    """Names of the sheets of cells that a reader sees."""
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def text_of(cell: Any, *, most: int) -> str:
    """A cell as its reader sees it: whole numbers without a fraction, days as 2024-03-31. At most `most` characters."""
    match cell:
        case str():
            return cell[:most]
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case None:
            return ""
        case _:
            return str(cell)
