"""Errors of a check in the words of a publisher: what it is, and how to mend it. Codes are Frictionless's. Pure."""

from typing import Any, Final

#: code → (what is wrong, how to mend it).
WORDS: Final[dict[str, tuple[str, str]]] = {
    "blank-header": ("The columns have no headings", "Write a first row that names each column."),
    "blank-label": ("A column has no heading", "Give the column a name, or delete it if it is empty."),
    "duplicate-label": ("Two columns have the same heading", "Rename one, so that each name stands once."),
    "incorrect-label": ("The headings take more than one row", "Write each column’s full name in one row."),
    "missing-label": ("A column of the schema is missing", "Add the column, even if it is empty."),
    "extra-label": ("There is a column that the schema does not know", "Remove it, or add it to the schema."),
    "blank-row": ("A row is blank", "Delete the row: programs take it for the end of the table."),
    "duplicate-row": ("A row stands twice", "Delete one of them."),
    "extra-cell": (
        "A row has more cells than there are columns",
        "Put text that contains the delimiter into quotes, or remove what stands beside the table.",
    ),
    "missing-cell": ("A row has fewer cells than there are columns", "Fill it up with empty cells."),
    "type-error": (
        "A cell is not of its column’s type",
        "Use one way of writing throughout, and leave unknown values empty.",
    ),
    "constraint-error": ("A value breaks a rule of the schema", "Correct the value, or the rule."),
    "unique-error": ("A value that must stand once stands twice", "Correct one of them."),
    "primary-key": ("A key is missing or stands twice", "Give each row a key of its own."),
    "deviated-value": (
        "The headings stand again in the middle of the table",
        "Delete them: keep one table to a sheet.",
    ),
    "encoding-error": ("Some characters are damaged", "Save the file as UTF-8."),
    "source-error": (
        "There is text above or below the table",
        "Move titles and notes to a file or sheet of their own.",
    ),
    "schema-error": ("The schema itself could not be used", "Check the address and the content of the schema."),
    "format-error": ("The file is not of the format that the schema is for", "Publish it in that format."),
    "value-error": ("A value does not follow the schema", "Correct the value as the schema says."),
}


def words_of(report: Any) -> list[dict[str, Any]]:
    """[{"code", "what", "mend", "count", "places"}] of a report, the commonest first."""
    found = []
    for code, count in sorted(report.counts.items(), key=lambda item: -item[1]):
        what, mend = WORDS.get(code, (code.replace("-", " ").capitalize(), "See the schema."))
        places = [error for error in report.errors if error["code"] == code][:20]
        found.append({"code": code, "what": what, "mend": mend, "count": count, "places": places})
    return found
