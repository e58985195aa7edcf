"""Reads one spreadsheet (XLSX, XLS, ODS) and writes its cells: `python -m harvest.apart.workbook ARGUMENTS`.

Arguments: `path`. Lines: `{"sheet": name}`, then `{"row": [number, [text, …]]}` for each row that has any text; or
`{"failed": sentence}`.
"""

from python_calamine import CalamineWorkbook

from catalogue.apart.workbooks import read, shown, text_of
from services.apart.child import begin, say

#: Columns beyond these hold no inventory; spreadsheets have up to 16,384.
_MAX_COLUMNS = 1_000
_MAX_TEXT = 1_000_000


def main() -> None:
    read(begin()["path"], _say_sheets)


def _say_sheets(workbook: CalamineWorkbook) -> None:
    for name in shown(workbook):
        _say_sheet(workbook, name)


def _say_sheet(workbook: CalamineWorkbook, name: str) -> None:
    say({"sheet": name})
    sheet = workbook.get_sheet_by_name(name)
    first = sheet.start[0] + 1 if sheet.start else 1
    for number, cells in enumerate(sheet.to_python(skip_empty_area=True), first):
        texts = [text_of(cell, most=_MAX_TEXT) for cell in cells[:_MAX_COLUMNS]]
        if any(texts):
            say({"row": [number, texts]})


if __name__ == "__main__":
    main()
