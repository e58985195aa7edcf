"""Tables as CSV downloads, line by line, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

#: A cell that begins with one of these is a formula to spreadsheets: OWASP's list.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_answer(lines: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """A download called `name`. Cells that a spreadsheet would take for formulas get an apostrophe before them."""
    answer = StreamingHttpResponse(_encoded(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _encoded(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for line in lines:
        yield writer.writerow([_harmless(cell) for cell in line])


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
