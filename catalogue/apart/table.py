"""Reads the first visible sheet of a spreadsheet: `python -m catalogue.apart.table ARGUMENTS`.

Arguments: `path`. Lines: `{"row": [number, [text, …]]}` for each row that has any text, or `{"failed": sentence}`.
"""

import datetime
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

from services.apart.child import begin, say

_MAX_COLUMNS = 300
_MAX_TEXT = 40_000


def main() -> None:
    arguments = begin()
    try:
        with CalamineWorkbook.from_path(arguments["path"]) as workbook:
            shown = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            if not shown:
                say({"failed": "The spreadsheet has no sheet to read."})
                return
            sheet = workbook.get_sheet_by_name(shown[0])
            first = sheet.start[0] + 1 if sheet.start else 1
            for number, cells in enumerate(sheet.iter_rows(), first):
                texts = [_text(cell) for cell in cells[:_MAX_COLUMNS]]
                if any(texts):
                    say({"row": [number, texts]})
    except PasswordError:
        say({"failed": "The spreadsheet is locked with a password: save it without one."})
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        say({"failed": f"The spreadsheet is damaged, or is none: {error}."})


def _text(cell: Any) -> str:
    """A cell as its reader sees it: whole numbers without a fraction, days as 2024-03-31."""
    match cell:
        case str():
            return cell[:_MAX_TEXT]
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case None:
            return ""
        case _:
            return str(cell)


if __name__ == "__main__":
    main()
