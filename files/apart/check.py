"""Checks one file against a schema: `python -m files.apart.check ARGUMENTS`, by `services.apart`.

Arguments: `kind` (of `files.enums.ReportKind`), `path` (the file), `schema` (a local copy of the schema, "" for OCDS),
`tables` (of the profile: name, Parquet path, columns, labels), for a Table Schema.
Lines: `{"error": [code, table, row, column, note]}` for the first of each code, `{"counts": {code: n}}` at the end, or
`{"problem": sentence}` where the check cannot be made.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from files.apart.table_schema import check_table
from services.apart.child import begin, say

_OCDS: Final = Path(__file__).resolve().parents[1] / "schemas" / "ocds-release-1.1.5.json"
_MOST_OF_A_KIND = 50
_MOST_ERRORS = 20_000


class Findings:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, code: str, table: str = "", row: int | None = None, column: str = "", note: str = "") -> None:
        self.many(code, 1, table, row, column, note)

    def many(self, code: str, count: int, table: str, row: int | None, column: str, note: str) -> None:
        """`count` errors of which this is one."""
        if self.counts[code] < _MOST_OF_A_KIND:
            say({"error": [code, table, row, column, note[:300]]})
        self.counts[code] += count


def main() -> None:
    arguments = begin()
    findings = Findings()
    try:
        match arguments["kind"]:
            case "table-schema":
                _table_schema(arguments, findings)
            case "json-schema":
                _json_schema(_json(arguments["path"]), _json(arguments["schema"]), findings)
            case "ocds":
                _ocds(_json(arguments["path"]), findings)
            case "xsd":
                _xsd(arguments["path"], arguments["schema"], findings)
    except _Problem as problem:
        say({"problem": str(problem)})
        return
    say({"counts": dict(findings.counts)})


class _Problem(Exception):
    """The check cannot be made; `str(error)` says why."""


def _json(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _Problem("The file or the schema is not valid JSON.") from error


def _table_schema(arguments: dict[str, Any], findings: Findings) -> None:
    schema = _json(arguments["schema"])
    if isinstance(schema, dict) and "resources" in schema:  # a data package: the first of its tables
        schema = next((one["schema"] for one in schema["resources"] if isinstance(one.get("schema"), dict)), None)
    if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
        raise _Problem("The schema names no fields: it must follow the Table Schema specification.")
    for table in arguments["tables"][:1]:
        check_table(table, schema, findings.many)


def _json_schema(document: Any, schema: Any, findings: Findings, *, prefix: str = "", row: int | None = None) -> None:
    import jsonschema
    from jsonschema import validators
    from referencing.exceptions import Unresolvable

    if not isinstance(schema, dict | bool):
        raise _Problem("The schema is no JSON Schema.")
    checker = validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        checker.check_schema(schema)
        for number, error in enumerate(checker(schema).iter_errors(document)):
            place = [str(step) for step in error.absolute_path]
            at = row
            if at is None and place and place[0].isdigit():
                at = int(place[0]) + 1
            findings.add("value-error", "", at, prefix + "/".join(place), _told(error))
            if number > _MOST_ERRORS:
                return
    except jsonschema.SchemaError as error:
        raise _Problem(f"The schema itself is wrong: {error.message[:200]}.") from error
    except Unresolvable as error:
        raise _Problem(
            "The schema refers to another address, which is not followed: write it into one file."
        ) from error
    except RecursionError as error:
        raise _Problem("The file or the schema is nested too deeply.") from error


def _told(error: Any) -> str:
    """What is wrong, for people. Values are cut: a whole record may be the value."""
    match error.validator:
        case "required":
            return str(error.message).replace(" is a required property", " is missing")
        case "type":
            return f"{_short(error.instance)} should be of type {error.validator_value}"
        case "enum":
            return f"{_short(error.instance)} is not one of {_short(error.validator_value)}"
        case "pattern":
            return f"{_short(error.instance)} does not look like {error.validator_value}"
        case "format":
            return f"{_short(error.instance)} is not a {error.validator_value}"
    return str(error.message)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _ocds(document: Any, findings: Findings) -> None:
    """Release packages, record packages, lists of releases and single ones."""
    releases: list[Any] = []
    for package in document if isinstance(document, list) else [document]:
        if not isinstance(package, dict):
            continue
        if isinstance(package.get("releases"), list):
            releases += package["releases"]
        elif isinstance(package.get("records"), list):
            for record in package["records"]:
                held = record.get("compiledRelease") if isinstance(record, dict) else None
                releases += [held] if held else list(record.get("releases") or []) if isinstance(record, dict) else []
        else:
            releases.append(package)
    if not releases:
        raise _Problem("The file holds no releases.")
    schema = json.loads(_OCDS.read_text(encoding="utf-8"))
    for number, release in enumerate(releases, 1):
        _json_schema(release, schema, findings, row=number)


def _xsd(path: str, schema: str, findings: Findings) -> None:
    from lxml import etree

    safe: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    try:
        grammar = etree.XMLSchema(etree.parse(schema, etree.XMLParser(**safe)))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise _Problem(f"The schema could not be used, perhaps since it refers to others: {error}"[:300]) from error
    try:
        document = etree.parse(path, etree.XMLParser(**safe))
    except etree.XMLSyntaxError as error:
        findings.add("format-error", "", error.lineno, "", f"It is not well-formed XML: {error.msg}")
        return
    if not grammar.validate(document):
        for entry in grammar.error_log:
            findings.add("value-error", "", entry.line, "", entry.message)


if __name__ == "__main__":
    main()
