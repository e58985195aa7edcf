"""What a reader asks of a preview by its address, read leniently: people mend addresses by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from files.rows.asked import OPERATORS, WITHOUT_VALUE, Asked, Column, Refused, asked

PAGE_SIZE = 50
VIEWS = ("table", "columns", "chart", "map", "checks")


@dataclass
class PreviewForm:
    """`errors`: parameter → sentence, of what could not be meant and was left out."""

    view: str = "table"
    table: int = 0
    page: int = 1
    q: str = ""
    sort: str = ""
    filters: tuple[str, ...] = ()
    chart: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> "PreviewForm":
        filters = [text for text in query.getlist("filter") if text][:10]
        column, operator = query.get("column", ""), query.get("operator", "")
        if column and operator in OPERATORS and (query.get("value", "") or operator in WITHOUT_VALUE):
            filters.append(f"{column}:{operator}" + (f":{query['value']}" if operator not in WITHOUT_VALUE else ""))
        return cls(
            view=query.get("view", "") if query.get("view", "") in VIEWS else "table",
            table=_number(query.get("table", ""), 0),
            page=max(1, _number(query.get("page", ""), 1)),
            q=query.get("q", "").replace("\x00", "").strip()[:500],
            sort=query.get("sort", "")[:100],
            filters=tuple(text.replace("\x00", "") for text in dict.fromkeys(filters)),
            chart=_number(query.get("chart", ""), 0),
        )

    def asked(self, columns: Sequence[Column]) -> Asked:
        """The question as far as it can be meant; the rest goes to `errors`."""
        good: list[str] = []
        for text in self.filters:
            try:
                asked(columns, filters=[text])
                good.append(text)
            except Refused as refused:
                self.errors["filter"] = str(refused)
        keys = {column["key"] for column in columns}
        sorts = [self.sort] if self.sort.removeprefix("-") in keys else []
        self.filters, self.sort = tuple(good), "".join(sorts)
        return asked(columns, q=self.q, filters=good, sorts=sorts)

    def url(self, **changes: Any) -> str:
        """The same preview with something changed; other rows begin at their first page."""
        values: dict[str, Any] = {
            "view": self.view,
            "table": self.table,
            "q": self.q,
            "sort": self.sort,
            "filters": self.filters,
        }
        values |= {"page": 1, "chart": self.chart} | changes
        pairs: list[tuple[str, str]] = []
        for name, default in (("view", "table"), ("table", 0), ("q", ""), ("sort", ""), ("chart", 0), ("page", 1)):
            if values[name] != default and (name != "chart" or values["view"] == "chart"):
                pairs.append((name, str(values[name])))
        pairs += [("filter", text) for text in values["filters"]]
        return f"?{urlencode(pairs)}" if pairs else "?"

    def url_sorted(self, key: str) -> str:
        """Sorted by a column: upwards, and downwards where it is sorted upwards already."""
        return self.url(sort=f"-{key}" if self.sort == key else key)

    def url_without(self, text: str) -> str:
        return self.url(filters=tuple(one for one in self.filters if one != text))

    def download_query(self) -> str:
        return self.url(view="table", page=1).rstrip("?")


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
