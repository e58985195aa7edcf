"""What is in each column of a table: type, how much is filled, smallest, largest, typical values, a histogram."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from files.apart import codes, values
from files.apart.heading import MARKERS
from files.apart.loading import Loaded

_SAMPLE = 3_000
_BINS = 20
_TYPICAL = 8
_AT_ONCE = 16
#: Up to this many rows, values are counted one by one.
_EXACT = 300_000
_LONGEST_VALUE = 120
#: DuckDB handles so many rows at a time; a row group holds a whole number of these, at most so many.
_VECTOR = 2_048
_LARGEST_GROUP = 60
#: Of a row group before it is packed.
_GROUP_BYTES = 32 * 1024**2

SQL_TYPES: Final = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "year": "INTEGER",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_MISSING = "(" + ", ".join("'" + marker.replace("'", "''") + "'" for marker in sorted(MARKERS)) + ")"


def figures(
    connection: duckdb.DuckDBPyConnection, relation: str, parts: Sequence[str], values: dict[str, str] | None = None
) -> list[Any]:
    """What each of these aggregates gives: some at a time, since many at once take much memory."""
    found: list[Any] = []
    for start in range(0, len(parts), _AT_ONCE):
        some = parts[start : start + _AT_ONCE]
        mine = {name: value for name, value in (values or {}).items() if any(f"${name}" in part for part in some)}
        found += connection.execute(f"SELECT {', '.join(some)} FROM {relation}", mine).fetchone() or ()
    return found


class Column:
    """One column on its way from text to what it means."""

    def __init__(self, number: int, label: str) -> None:
        self.raw = f"c{number}"
        self.number = number
        self.label = label
        self.key = ""
        self.reading = values.Reading("text")
        self.register: tuple[str, str] | None = None
        self.has_text = False
        """Whether the text is kept beside the value, since it can't be told back from it."""
        self.profile: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """Under which the value stands in the Parquet file."""
        return f"c{self.number}"

    @property
    def text(self) -> str:
        """Under which the cell stands in the Parquet file, as it was published."""
        return f"t{self.number}" if self.has_text else self.name

    @property
    def value_sql(self) -> str:
        trimmed = f"trim({self.raw})"
        if not self.reading.sql:
            return f"nullif({trimmed}, '')"
        return self.reading.sql.replace("{x}", trimmed)


def examine(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> list[Column]:
    """The columns of a table that hold anything, with type and key; see `describe` for the rest."""
    columns = [Column(number, label) for number, label in enumerate(loaded.headings)]
    if not columns:
        return []
    samples = _samples(connection, loaded, columns)
    kept = [column for column in columns if column.label or any(cell.strip() for cell in samples[column.raw])]
    if loaded.rows > _SAMPLE:
        empty = [column for column in columns if column not in kept]
        kept += [column for column in empty if _holds_anything(connection, loaded, column)]
        kept.sort(key=lambda column: column.number)
    _name(kept)
    for column in kept:
        sample = samples[column.raw]
        column.register = codes.register_of(sample, column.label)
        if column.register is None or column.register[0] in ("uprn", "usrn"):
            column.reading = values.reading_of(sample, column.label)
    _settle(connection, loaded, kept)
    return kept


def _samples(connection: duckdb.DuckDBPyConnection, loaded: Loaded, columns: Sequence[Column]) -> dict[str, list[str]]:
    """The first cells and some from all over the table: what comes first is often not like the rest."""
    every = max(1, loaded.rows // (_SAMPLE // 2))
    first = loaded.first_row
    rows = connection.execute(
        f"SELECT {', '.join(column.raw for column in columns)} FROM {loaded.relation}"
        f" WHERE _row < {first + _SAMPLE // 2} OR _row % {every} = 0 LIMIT {_SAMPLE}"
    ).fetchall()
    return {
        column.raw: [row[number] for row in rows if row[number] is not None] for number, column in enumerate(columns)
    }


def _holds_anything(connection: duckdb.DuckDBPyConnection, loaded: Loaded, column: Column) -> bool:
    found = connection.execute(f"SELECT count(nullif(trim({column.raw}), '')) FROM {loaded.relation}").fetchone()
    return bool(found and found[0])


def _name(columns: list[Column]) -> None:
    """A label for every column, and a key for addresses: lower case, words held together by underscores, each once."""
    taken: set[str] = set()
    for column in columns:
        column.label = column.label or f"Column {column.number + 1}"
        key = re.sub(r"[^a-z0-9]+", "_", column.label.lower()).strip("_")[:50] or f"column_{column.number + 1}"
        number, unique = 1, key
        while unique in taken:
            number += 1
            unique = f"{key}_{number}"
        taken.add(unique)
        column.key = unique


def _settle(connection: duckdb.DuckDBPyConnection, loaded: Loaded, columns: list[Column]) -> None:
    """Look at all the cells: those of a sample may have deceived, and how they are written may have to be kept."""
    typed = [column for column in columns if column.reading.sql]
    if not typed:
        return
    parts = []
    for column in typed:
        trimmed = f"trim({column.raw})"
        told = f"lower({trimmed}) NOT IN {_MISSING}"
        parts += [
            f"count(*) FILTER ({told})",
            f"count({column.value_sql}) FILTER ({told})",
            f"count(*) FILTER ({trimmed} <> coalesce(CAST({column.value_sql} AS VARCHAR), ''))",
        ]
    counts = figures(connection, loaded.relation, parts)
    for number, column in enumerate(typed):
        told, good, differs = counts[3 * number : 3 * number + 3]
        if told and good < 0.9 * told:
            column.reading = values.Reading("text")
        else:
            column.has_text = differs > 0
            column.profile["misfits"] = told - good


def write_parquet(
    connection: duckdb.DuckDBPyConnection, loaded: Loaded, columns: Sequence[Column], target: Path
) -> None:
    """The file that previews are read from.

    Its row groups are large, so that words that repeat stand in dictionaries, and a filter looks at each word once; its
    encodings are those of Parquet's second version, under a compression that is quick to undo: a page sorted over a
    million rows takes half the time that zstd's does, from a file of the same size (docs/benchmarks.md).
    """
    parts = ["CAST(_row AS INTEGER) AS _row"]
    for column in columns:
        parts.append(f"{column.value_sql} AS {column.name}")
        if column.has_text:
            parts.append(f"nullif({column.raw}, '') AS {column.text}")
    connection.execute(
        f"COPY (SELECT {', '.join(parts)} FROM {loaded.relation}) TO '{target}' (FORMAT parquet, PARQUET_VERSION v2,"
        f" COMPRESSION snappy, ROW_GROUP_SIZE {_group_rows(connection, loaded, columns)})"
    )


def _group_rows(connection: duckdb.DuckDBPyConnection, loaded: Loaded, columns: Sequence[Column]) -> int:
    """Rows that one row group holds: fewer where rows are wide or long, since a group is held in memory."""
    lengths = " + ".join(f"coalesce(strlen({column.raw}), 0) + 16" for column in columns)
    (mean,) = connection.execute(f"SELECT avg({lengths}) FROM (FROM {loaded.relation} LIMIT 2000)").fetchone() or (0,)
    rows = int(_GROUP_BYTES / max(1.0, mean or 1.0))
    return max(1, min(_LARGEST_GROUP, rows // _VECTOR)) * _VECTOR


def describe(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column], rows: int) -> None:
    """Fill in each column's profile from the Parquet file."""
    if not columns:
        return
    distinct = "count(DISTINCT {0})" if rows <= _EXACT else "approx_count_distinct({0})"
    parts = []
    for column in columns:
        parts += [f"count({column.text})", distinct.format(column.name), f"min({column.name})", f"max({column.name})"]
    found = figures(connection, relation, parts)
    for number, column in enumerate(columns):
        filled, different, smallest, largest = found[4 * number : 4 * number + 4]
        column.profile = {
            "key": column.key,
            "heading": column.label,
            "name": column.name,
            "text": column.text,
            "type": column.reading.type,
            "unit": column.reading.unit,
            "written": column.reading.pattern,
            "filled": filled,
            "distinct": min(different, filled),
            "is_exact": rows <= _EXACT,
            "min": _shown(smallest),
            "max": _shown(largest),
            "typical": _typical(connection, relation, column, filled, different),
            "histogram": _histogram(connection, relation, column, smallest, largest),
            "register": column.register[0] if column.register else "",
            "register_title": column.register[1] if column.register else "",
            "misfits": column.profile.get("misfits", 0),
        }


def _typical(
    connection: duckdb.DuckDBPyConnection, relation: str, column: Column, filled: int, distinct: int
) -> list[list[Any]]:
    """[value, how often], the commonest first; nothing where hardly any value stands twice."""
    if not filled or (distinct > 0.5 * filled and distinct > _TYPICAL) or distinct > 100_000:
        return []
    rows = connection.execute(
        f"SELECT {column.name}, count(*) FROM {relation} WHERE {column.name} IS NOT NULL"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_TYPICAL}"
    ).fetchall()
    return [[_shown(value), count] for value, count in rows]


def _histogram(
    connection: duckdb.DuckDBPyConnection, relation: str, column: Column, smallest: Any, largest: Any
) -> dict[str, Any] | None:
    """{"from", "to", "counts"}: how many values lie in each of twenty parts of the way from smallest to largest."""
    if column.reading.type not in ("integer", "number", "year", "date", "datetime") or smallest == largest:
        return None
    if smallest is None:
        return None
    if column.reading.type in ("date", "datetime"):
        expression = f"epoch({column.name})"
    else:
        expression = f"CAST({column.name} AS DOUBLE)"
    rows = connection.execute(
        f"""WITH v AS (SELECT {expression} AS x FROM {relation} WHERE {column.name} IS NOT NULL),
        b AS (SELECT min(x) AS lo, max(x) AS hi FROM v WHERE isfinite(x))
        SELECT least({_BINS - 1}, CAST(floor((x - lo) / (hi - lo) * {_BINS}) AS INTEGER)) AS bin, count(*)
        FROM v, b WHERE isfinite(x) AND hi > lo GROUP BY 1"""
    ).fetchall()
    counts = [0] * _BINS
    for bin_number, count in rows:
        counts[bin_number] = count
    return {"from": _shown(smallest), "to": _shown(largest), "counts": counts} if rows else None


def _shown(value: Any) -> Any:
    """As JSON can carry it."""
    if isinstance(value, str):
        return value[:_LONGEST_VALUE]
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return value if value is None or isinstance(value, bool | int) else value.isoformat().replace("T00:00:00", "")
