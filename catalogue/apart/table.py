"""Reads the first visible sheet of a spreadsheet: `python -m catalogue.apart.table ARGUMENTS`.

Arguments: `path`. Lines: `{"row": [number, [text, …]]}` for each row that has any text, or `{"failed": sentence}`.
"""

from python_calamine import CalamineWorkbook

from catalogue.apart.workbooks import read, shown, text_of
from services.apart.child import begin, say

_MAX_COLUMNS = 300
_MAX_TEXT = 40_000


def main() -> None:
    read(begin()["path"], _say_first_sheet)


def _say_first_sheet(workbook: CalamineWorkbook) -> None:
    names = shown(workbook)
    if not names:
        say({"failed": "The spreadsheet has no sheet to read."})
        return
    sheet = workbook.get_sheet_by_name(names[0])
    first = sheet.start[0] + 1 if sheet.start else 1
    for number, cells in enumerate(sheet.iter_rows(), first):
        texts = [text_of(cell, most=_MAX_TEXT) for cell in cells[:_MAX_COLUMNS]]
        if any(texts):
            say({"row": [number, texts]})


if __name__ == "__main__":
    main()
