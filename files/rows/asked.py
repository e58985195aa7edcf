"""What somebody wants to know of a table's rows, checked against its columns. Pure.

Only keys that the table has ever become SQL, as the names of columns in the Parquet file; values go as parameters.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

Column = Mapping[str, Any]

#: operator → what it says between column and value, for people.
OPERATORS: Final = {
    "contains": "contains",
    "eq": "is",
    "ne": "is not",
    "starts": "begins with",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "filled": "is filled",
    "empty": "is empty",
}
WITHOUT_VALUE: Final = frozenset({"filled", "empty"})
_TEXTUAL: Final = frozenset({"contains", "starts"})
AGGREGATES: Final = ("count", "sum", "avg", "min", "max", "distinct")
NUMERIC: Final = frozenset({"integer", "number", "year"})
MAX_FILTERS: Final = 10
MAX_SORTS: Final = 4
MAX_GROUPS: Final = 3
MAX_VALUES: Final = 200
LONGEST_VALUE: Final = 500


class Refused(Exception):
    """`parameter` can't be meant; `str(error)` says what to do."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Filter:
    column: Column
    operator: str
    text: str = ""
    """As it was asked."""
    value: Any = None
    """As the column has it."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    function: str
    column: Column | None = None

    @property
    def key(self) -> str:
        return f"{self.function}_{self.column['key']}" if self.column else self.function


@dataclass(frozen=True, slots=True)
class Asked:
    columns: tuple[Column, ...]
    """To be given."""
    every: tuple[Column, ...]
    """That the table has."""
    q: str = ""
    filters: tuple[Filter, ...] = ()
    sorts: tuple[tuple[str, bool], ...] = ()
    """(key of a column or of an aggregate, whether largest first)."""
    group_by: tuple[Column, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filters)

    def narrowed_by(self, filters: Sequence[Filter]) -> "Asked":
        """The same of those rows alone that pass these filters too. Raises Refused for too many."""
        if len(self.filters) + len(filters) > MAX_FILTERS:
            raise Refused("filter", f"Give at most {MAX_FILTERS}.")
        return replace(self, filters=(*self.filters, *filters))


def asked(
    columns: Sequence[Column],
    *,
    q: str = "",
    wanted: Sequence[str] = (),
    filters: Sequence[str] = (),
    sorts: Sequence[str] = (),
    group_by: Sequence[str] = (),
    aggregates: Sequence[str] = (),
) -> Asked:
    """`filters`: `key:operator:value`; `sorts`: `-key` or `key`; `aggregates`: `sum:key`, `count`. Raises Refused."""
    known = {column["key"]: column for column in columns}

    def column(parameter: str, key: str) -> Column:
        if key not in known:
            raise Refused(parameter, f"There is no column “{key[:60]}” here: use one of {_listed(known)}.")
        return known[key]

    for parameter, values, most in (
        ("filter", filters, MAX_FILTERS),
        ("sort", sorts, MAX_SORTS),
        ("group_by", group_by, MAX_GROUPS),
        ("aggregate", aggregates, 10),
    ):
        if len(values) > most:
            raise Refused(parameter, f"Give at most {most}.")
    if len(q) > LONGEST_VALUE:
        raise Refused("q", f"Give at most {LONGEST_VALUE} characters.")
    groups = tuple(column("group_by", key) for key in group_by)
    sums = tuple(_aggregate(text, column) for text in aggregates)
    if groups and not sums:
        sums = (Aggregate("count"),)
    sortable = set(known) if not sums else {group["key"] for group in groups} | {one.key for one in sums}
    order = []
    for text in sorts:
        key = text.removeprefix("-")
        if key not in sortable:
            raise Refused("sort", f"“{key[:60]}” can't be sorted by here: use one of {_listed(sortable)}.")
        order.append((key, text.startswith("-")))
    return Asked(
        columns=tuple(column("columns", key) for key in wanted) or tuple(columns),
        every=tuple(columns),
        q=q,
        filters=tuple(_filter(text, column) for text in filters),
        sorts=tuple(order),
        group_by=groups,
        aggregates=sums,
    )


def _filter(text: str, column: Any) -> Filter:
    key, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    if operator not in OPERATORS:
        raise Refused("filter", f"Write a filter as column:operator:value, with an operator of {_listed(OPERATORS)}.")
    found = column("filter", key)
    if operator in WITHOUT_VALUE:
        return Filter(found, operator)
    if len(value) > LONGEST_VALUE:
        raise Refused("filter", f"Give at most {LONGEST_VALUE} characters.")
    if operator in _TEXTUAL or found["type"] == "text":
        return Filter(found, operator, value, value)
    return Filter(found, operator, value, _value(found, value))


def filter_of(column: Column, texts: Sequence[str]) -> Filter:
    """The column is one of these. Raises Refused."""
    if len(texts) > MAX_VALUES or any(len(text) > LONGEST_VALUE for text in texts):
        raise Refused("filter", f"Give at most {MAX_VALUES} values of at most {LONGEST_VALUE} characters.")
    values = [text if column["type"] == "text" else _value(column, text) for text in texts]
    return Filter(column, "any", ", ".join(texts), values)


def _value(column: Column, text: str) -> Any:
    kind, label = column["type"], column["heading"]
    plain = text.strip()
    try:
        match kind:
            case "integer" | "number" | "year":
                return float(plain.replace(",", "").lstrip("£$€"))
            case "date":
                return _day(plain)
            case "datetime":
                return datetime.datetime.fromisoformat(plain).replace(tzinfo=None)
            case "boolean":
                return {"true": True, "yes": True, "false": False, "no": False}[plain.lower()]
    except (ValueError, KeyError) as error:
        wanted = {
            "date": "dates, such as 2024-03-31",
            "datetime": "times, such as 2024-03-31T12:00",
            "boolean": "yes or no",
        }
        raise Refused("filter", f"“{label}” holds {wanted.get(kind, 'numbers')}; “{text[:60]}” is none.") from error
    return plain


def _day(text: str) -> datetime.date:
    """ISO 8601, or as Britain writes: 31/03/2024."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.datetime.strptime(text, "%d/%m/%Y").date()


def _aggregate(text: str, column: Any) -> Aggregate:
    function, _, key = text.partition(":")
    if function == "count" and not key:
        return Aggregate("count")
    if function not in AGGREGATES or not key:
        raise Refused("aggregate", "Write count, or one of sum, avg, min, max and distinct with a column: sum:amount.")
    found = column("aggregate", key)
    if function in ("sum", "avg") and found["type"] not in NUMERIC:
        raise Refused("aggregate", f"“{found['heading']}” holds no numbers: only min, max, count and distinct fit.")
    return Aggregate(function, found)


def _listed(words: Any) -> str:
    chosen = sorted(words)
    return ", ".join(chosen[:20]) + (" …" if len(chosen) > 20 else "")
