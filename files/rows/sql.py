"""A question as SQL. Identifiers are the Parquet file’s own (`c0`, `t0`, …), made by us; values are parameters."""

import re
from collections.abc import Mapping
from typing import Any, Final

from files.rows.asked import Asked, Column, Filter

_IDENTIFIER: Final = re.compile(r"^[ct]\d{1,5}$")
_NUMERAL: Final = re.compile(r"^[-+0-9.:eEinfNa ]*$")
_COMPARISONS: Final = {"eq": "=", "ne": "IS DISTINCT FROM", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
ROW: Final = "file_row_number"


class Query:
    """SQL with `{table}` in place of the table, and its parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def parameter(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def where(self, asked: Asked) -> str:
        parts = [self._filter(one) for one in asked.filters]
        if asked.q:
            pattern = self.parameter(f"%{_like(asked.q)}%")
            columns = [column for column in asked.every if _may_hold(column, asked.q)]
            cells = [f"CAST({_name(column, 'text')} AS VARCHAR) ILIKE {pattern} ESCAPE '\\'" for column in columns]
            parts.append(f"({' OR '.join(cells)})" if cells else "false")
        return f"WHERE {' AND '.join(parts)}" if parts else ""

    def _filter(self, one: Filter) -> str:
        value, text = _name(one.column, "name"), _name(one.column, "text")
        match one.operator:
            case "filled":
                return f"{text} IS NOT NULL"
            case "empty":
                return f"{text} IS NULL"
            case "any":
                return f"{value} IN ({', '.join(self.parameter(each) for each in one.value) or 'NULL'})"
            case "contains":
                pattern = self.parameter(f"%{_like(one.value)}%")
                return f"CAST({text} AS VARCHAR) ILIKE {pattern} ESCAPE '\\'"
            case "starts":
                return f"CAST({text} AS VARCHAR) ILIKE {self.parameter(_like(one.value) + '%')} ESCAPE '\\'"
            case operator:
                return f"{value} {_COMPARISONS[operator]} {self.parameter(one.value)}"


def ids(asked: Asked, *, limit: int, offset: int) -> tuple[str, dict[str, Any]]:
    """The numbers of the rows that are to be given, in order: only columns that the order needs are read for it."""
    query = Query()
    where = query.where(asked)
    by_key = {column["key"]: column for column in asked.every}
    order = [f"{_name(by_key[key], 'name')} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in asked.sorts]
    order.append(ROW)
    return (
        f"SELECT {ROW} FROM {{table}} {where} ORDER BY {', '.join(order)} LIMIT {int(limit)} OFFSET {int(offset)}",
        query.parameters,
    )


def first_and_count(asked: Asked, *, most: int) -> tuple[str, dict[str, Any]]:
    """How many rows there are, and the numbers of the first, by one look at the table."""
    query = Query()
    return f"SELECT count(*), min({ROW}, {int(most)}) FROM {{table}} {query.where(asked)}", query.parameters


def by_ids(asked: Asked, numbers: list[int]) -> str:
    """Those rows, in any order: number first, then for each column its value and its text."""
    listed = ", ".join(str(int(number)) for number in numbers)
    return f"SELECT {ROW}, {_cells(asked)} FROM {{table}} WHERE {ROW} IN ({listed})"


def stretch(asked: Asked, *, limit: int, offset: int) -> str:
    """Rows as they stand in the file."""
    return (
        f"SELECT {ROW}, {_cells(asked)} FROM {{table}} WHERE {ROW} >= {int(offset)} AND {ROW} < {int(offset + limit)}"
        f" ORDER BY {ROW}"
    )


def everything(asked: Asked) -> tuple[str, dict[str, Any]]:
    """All rows asked for, in order, for downloads."""
    query = Query()
    where = query.where(asked)
    by_key = {column["key"]: column for column in asked.every}
    order = [f"{_name(by_key[key], 'name')} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in asked.sorts]
    ordered = f"ORDER BY {', '.join([*order, ROW])}" if order else ""
    return f"SELECT {ROW}, {_cells(asked)} FROM {{table}} {where} {ordered}", query.parameters


def count(asked: Asked) -> tuple[str, dict[str, Any]]:
    query = Query()
    return f"SELECT count(*) FROM {{table}} {query.where(asked)}", query.parameters


def grouped(asked: Asked, *, limit: int, offset: int) -> tuple[str, dict[str, Any]]:
    """One row for each group, or one for all where nothing is grouped by."""
    query = Query()
    where = query.where(asked)
    names: Mapping[str, str] = {column["key"]: _name(column, "name") for column in asked.group_by}
    selected = [*names.values()]
    places = {key: number for number, key in enumerate(names, 1)}
    for one in asked.aggregates:
        column = _name(one.column, "name") if one.column else "*"
        function = {"distinct": f"count(DISTINCT {column})"}.get(one.function, f"{one.function}({column})")
        selected.append(function)
        places.setdefault(one.key, len(selected))
    order = [f"{places[key]} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in asked.sorts]
    order += [f"{number}" for number in range(1, len(names) + 1)]
    grouping = f"GROUP BY {', '.join(names.values())}" if names else ""
    ordering = f"ORDER BY {', '.join(order)}" if order else ""
    return (
        f"SELECT {', '.join(selected)} FROM {{table}} {where} {grouping} {ordering}"
        f" LIMIT {int(limit)} OFFSET {int(offset)}",
        query.parameters,
    )


def distinct(asked: Asked, *, limit: int, offset: int) -> tuple[str, dict[str, Any]]:
    """Each combination of the columns asked for once, in order: for each column its value, or what is written."""
    query = Query()
    chosen = _distinct(asked, query)
    places = {column["key"]: 2 * number + 1 for number, column in enumerate(asked.columns)}
    order = [f"{places[key]} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in asked.sorts]
    order += [f"{number} NULLS LAST" for number in range(1, 2 * len(asked.columns) + 1)]
    return f"{chosen} ORDER BY {', '.join(order)} LIMIT {int(limit)} OFFSET {int(offset)}", query.parameters


def count_distinct(asked: Asked) -> tuple[str, dict[str, Any]]:
    query = Query()
    return f"SELECT count(*) FROM ({_distinct(asked, query)})", query.parameters


def _distinct(asked: Asked, query: Query) -> str:
    names = [(_name(column, "name"), _name(column, "text")) for column in asked.columns]
    cells = ", ".join(f"{value}, CASE WHEN {value} IS NULL THEN {text} END" for value, text in names)
    return f"SELECT DISTINCT {cells} FROM {{table}} {query.where(asked)}"


def _cells(asked: Asked) -> str:
    return ", ".join(f"{_name(column, 'name')}, {_name(column, 'text')}" for column in asked.columns)


def _name(column: Column, which: str) -> str:
    """Of the column in the Parquet file. Whatever stands in the database, nothing else becomes an identifier."""
    name = str(column[which])
    if not _IDENTIFIER.match(name):
        raise ValueError("no column of a table of ours")
    return name


def _may_hold(column: Column, words: str) -> bool:
    """Numbers and days that are told back from their value hold no words: they need not be looked through."""
    is_text = column["text"] != column["name"] or column["type"] in ("text", "boolean")
    return is_text or _NUMERAL.match(words) is not None


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
