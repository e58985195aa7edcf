"""What makes a table hard to use, whatever it is about, in the words of Frictionless's errors. Pure.

https://specs.frictionlessdata.io and https://framework.frictionlessdata.io/docs/errors/table.html name the codes.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

_MAX_ERRORS = 200
_TYPES: Final = {"integer": "whole number", "datetime": "time", "boolean": "yes or no"}
#: Findings of the profiler that are no error by themselves.
_AS_CODE: Final = {"heading-repeated": "deviated-value"}


def errors_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    """[{"code", "table", "row", "column", "note"}]: each place where something is wrong, as far as places are kept."""
    name = table["name"]
    errors: list[dict[str, Any]] = []

    def add(code: str, row: int | None = None, column: str = "", note: str = "") -> None:
        if len(errors) < _MAX_ERRORS:
            errors.append({"code": code, "table": name, "row": row, "column": column, "note": note})

    for code, places in _structure(table):
        for row, column, note in places:
            add(code, row, column, note)
    for code, examples in table.get("examples", {}).items():
        for row, column, what in examples:
            add(_AS_CODE.get(code, code), row, column, what)
    for column in table["columns"]:
        if column["misfits"]:
            add("type-error", None, column["heading"], _misfits(column))
    return errors


def _misfits(column: dict[str, Any]) -> str:
    count, kind = column["misfits"], _TYPES.get(column["type"], column["type"])
    return f"1 cell is no {kind}" if count == 1 else f"{count:,} cells are no {kind}"


def counts_of(tables: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for table in tables:
        for code, places in _structure(table):
            counts[code] += len(places)
        for code, count in table.get("findings", {}).items():
            counts[_AS_CODE.get(code, code)] += count
        for column in table["columns"]:
            if column["misfits"]:
                counts["type-error"] += column["misfits"]
    return {code: count for code, count in counts.items() if count}


def _structure(table: dict[str, Any]) -> list[tuple[str, list[tuple[int | None, str, str]]]]:
    """Of headings and what stands around the table."""
    labels = [label.strip() for label in table.get("labels", ())]
    first = table["first_row"] - table["heading_rows"]
    found: list[tuple[str, list[tuple[int | None, str, str]]]] = []
    if not table["has_headings"]:
        found.append(("blank-header", [(first, "", "")]))
    else:
        row = max(1, table["first_row"] - 1)
        blank = [(row, f"column {number}", "") for number, label in enumerate(labels, 1) if not label]
        held = {column["heading"] for column in table["columns"]}
        found.append(("blank-label", [place for place in blank if place[1].replace("c", "C", 1) in held]))
        twice = [label for label, count in Counter(filter(None, labels)).items() if count > 1]
        found.append(("duplicate-label", [(row, label, "") for label in twice]))
        if table["heading_rows"] > 1:
            found.append(("incorrect-label", [(first, "", f"{table['heading_rows']} rows")]))
    if table["preamble"]:
        found.append(("source-error", [(1, "", f"{len(table['preamble'])} lines above the table")]))
    if table["notes"]:
        found.append(("source-error", [(None, "", f"{len(table['notes'])} lines below the table")]))
    return [(code, places) for code, places in found if places]
