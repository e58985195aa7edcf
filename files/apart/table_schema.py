"""A table against a Table Schema, asked in SQL, a rule at a time. https://specs.frictionlessdata.io/table-schema/"""

import re
from collections.abc import Callable
from typing import Any, Final

import duckdb

#: (code, how many, table, row, column, note)
Report = Callable[[str, int, str, int | None, str, str], None]

_EXAMPLES = 20
_TRUE: Final = ("true", "True", "TRUE", "1")
_FALSE: Final = ("false", "False", "FALSE", "0")
_DATE_FORMATS: Final = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}
_PATTERNS: Final = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "uri": r"^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$",
    "uuid": r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
}


def check_table(table: dict[str, Any], schema: dict[str, Any], report: Report) -> None:
    """`table`: name, parquet, columns of the profile."""
    _Check(table, schema, report).run()


class _Check:
    def __init__(self, table: dict[str, Any], schema: dict[str, Any], report: Report) -> None:
        self.name = table["name"]
        self.columns = {_plain(column["heading"]): column for column in table["columns"]}
        #: Columns that are in the file and kept out of everything, for they seem to hold data about persons.
        self.withheld = {_plain(label) for label in table["labels"]} - set(self.columns)
        self.schema = schema
        self.report = report
        self.connection = duckdb.connect(":memory:", config={"memory_limit": "200MB", "threads": 1})
        self.table = "read_parquet('{}')".format(table["parquet"].replace("'", "''"))
        missing = schema.get("missingValues", [""])
        self.missing = [str(value) for value in missing if isinstance(value, str)]

    def run(self) -> None:
        known = set()
        for field in self.schema["fields"]:
            if not isinstance(field, dict) or not isinstance(field.get("name"), str):
                continue
            known.add(_plain(field["name"]))
            column = self.columns.get(_plain(field["name"]))
            if column is None and _plain(field["name"]) in self.withheld:
                continue
            if column is None:
                self.report("missing-label", 1, self.name, None, field["name"], "")
            else:
                self._field(field, column)
        for label, column in self.columns.items():
            if label not in known:
                self.report("extra-label", 1, self.name, None, column["heading"], "")
        self._primary_key()

    def _field(self, field: dict[str, Any], column: dict[str, Any]) -> None:
        cell = f"CAST({column['text']} AS VARCHAR)"
        told = f"({cell} IS NOT NULL AND NOT list_contains($missing, {cell}))"
        heading = column["heading"]
        value = self._value(field, cell)
        if value is not None:
            self._rule("type-error", heading, cell, f"{told} AND {value} IS NULL", f"is no {field.get('type')}")
        rules = field.get("constraints") or {}
        if rules.get("required"):
            self._rule("constraint-error", heading, cell, f"NOT {told}", "must be filled")
        if isinstance(rules.get("enum"), list):
            allowed = [str(item) for item in rules["enum"]]
            self._rule(
                "constraint-error",
                heading,
                cell,
                f"{told} AND NOT list_contains($v, {cell})",
                "is not allowed",
                allowed,
            )
        if isinstance(rules.get("pattern"), str):
            note = f"does not look like {rules['pattern']}"
            self._rule(
                "constraint-error",
                heading,
                cell,
                f"{told} AND NOT regexp_full_match({cell}, $v)",
                note,
                rules["pattern"],
            )
        for name, sign, note in (("minLength", "<", "is shorter than"), ("maxLength", ">", "is longer than")):
            if isinstance(rules.get(name), int):
                said = f"{note} {rules[name]} characters"
                self._rule("constraint-error", heading, cell, f"{told} AND length({cell}) {sign} $v", said, rules[name])
        for name, sign, note in (("minimum", "<", "is less than"), ("maximum", ">", "is more than")):
            if name in rules and value is not None:
                bound = self._value(field, "CAST($v AS VARCHAR)")
                said = f"{note} {rules[name]}"
                self._rule(
                    "constraint-error", heading, cell, f"{told} AND {value} {sign} {bound}", said, str(rules[name])
                )
        if rules.get("unique"):
            twice = f"{told} AND count(*) OVER (PARTITION BY {cell}) > 1"
            self._rule(
                "unique-error", heading, cell, "is_twice", "stands more than once", source=f"{twice} AS is_twice"
            )

    def _value(self, field: dict[str, Any], cell: str) -> str | None:
        """SQL that is NULL where a cell is not of the field's type; None where every text is."""
        kind, form = field.get("type", "string"), field.get("format", "default")
        match kind:
            case "integer":
                return f"TRY_CAST(CASE WHEN regexp_full_match({cell}, '[+-]?\\d+') THEN {cell} END AS HUGEINT)"
            case "number":
                group, point = str(field.get("groupChar", "")), str(field.get("decimalChar", "."))
                plain = f"replace({cell}, '{_quoted(group)}', '')" if group else cell
                plain = f"replace({plain}, '{_quoted(point)}', '.')" if point != "." else plain
                if field.get("bareNumber") is False:
                    plain = f"regexp_replace({plain}, '^[^0-9+-]+|[^0-9]+$', '', 'g')"
                return f"TRY_CAST({plain} AS DOUBLE)"
            case "boolean":
                listed = [*field.get("trueValues", _TRUE), *field.get("falseValues", _FALSE)]
                words = ", ".join(f"'{_quoted(str(word))}'" for word in listed)
                return f"CASE WHEN {cell} IN ({words}) THEN true END"
            case "date" | "datetime" | "time":
                if form == "any":
                    return f"coalesce(TRY_CAST({cell} AS TIMESTAMP), try_strptime({cell}, '%d/%m/%Y'))"
                if form == "default" and kind == "datetime":
                    return f"TRY_CAST({cell} AS TIMESTAMP)"
                if form == "default" and kind == "time":
                    return f"TRY_CAST({cell} AS TIME)"
                wanted = _DATE_FORMATS[kind] if form == "default" else str(form).removeprefix("fmt:")
                return f"try_strptime({cell}, '{_quoted(wanted)}')"
            case "year":
                return f"TRY_CAST(CASE WHEN regexp_full_match({cell}, '-?\\d{{4}}') THEN {cell} END AS INTEGER)"
            case "yearmonth":
                return f"try_strptime({cell}, '%Y-%m')"
            case "string" if form in _PATTERNS:
                return f"CASE WHEN regexp_matches({cell}, '{_quoted(_PATTERNS[form])}') THEN {cell} END"
        return None

    def _rule(
        self, code: str, heading: str, cell: str, broken: str, note: str, value: Any = None, *, source: str = ""
    ) -> None:
        parameters: dict[str, Any] = {"missing": self.missing}
        if value is not None:
            parameters["v"] = value
        table = f"(SELECT *, {source} FROM {self.table})" if source else self.table
        both = f"{broken} {source} {cell}"
        mine = {name: held for name, held in parameters.items() if f"${name}" in both}
        try:
            rows = self.connection.execute(
                f"SELECT _row, {cell}, count(*) OVER () FROM {table} WHERE {broken} ORDER BY _row LIMIT {_EXAMPLES}",
                mine,
            ).fetchall()
        except duckdb.Error as error:
            self.report("schema-error", 1, self.name, None, heading, str(error).partition("\n")[0])
            return
        for number, (row, text, count) in enumerate(rows):
            left = count - len(rows) + 1 if number == 0 else 1
            said = f"“{text[:80]}” {note}" if text else note
            self.report(code, left, self.name, row, heading, said)

    def _primary_key(self) -> None:
        named = self.schema.get("primaryKey")
        names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
        columns = [self.columns.get(_plain(str(name))) for name in names]
        if not columns or None in columns:
            return
        cells = [f"CAST({column['text']} AS VARCHAR)" for column in columns if column]
        key = f"concat_ws('\x1f', {', '.join(cells)})"
        empty = " OR ".join(f"{cell} IS NULL" for cell in cells)
        twice = f"({empty} OR count(*) OVER (PARTITION BY {key}) > 1) AS is_twice"
        self._rule(
            "primary-key", ", ".join(names), key, "is_twice", "is missing or stands more than once", source=twice
        )


def _plain(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip().casefold()


def _quoted(text: str) -> str:
    return text.replace("'", "''")
