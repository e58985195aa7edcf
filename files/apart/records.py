"""Objects (JSON, features, elements of XML) → a table: one column for every name that any of them has."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

MAX_FIELDS: Final = 1_000
_MAX_DEPTH = 5


def flat(record: Any, prefix: str = "", depth: int = 0) -> dict[str, str]:
    """`{"a": {"b": 1}, "c": [1, 2]}` → `{"a.b": "1", "c": "1, 2"}`; lists of objects stay JSON."""
    if not isinstance(record, Mapping):
        return {prefix or "value": text_of(record)}
    found: dict[str, str] = {}
    for name, value in record.items():
        label = f"{prefix}.{name}" if prefix else str(name)
        if isinstance(value, Mapping) and value and depth < _MAX_DEPTH:
            found |= flat(value, label, depth + 1)
        else:
            found[label] = text_of(value)
        if len(found) > MAX_FIELDS:
            break
    return found


def text_of(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case list() if all(isinstance(item, str | int | float) for item in value):
            return ", ".join(map(text_of, value))
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


class Table:
    """Records are written down as they come, since only the last of them may show the last column."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"records-{len(list(folder.iterdir()))}.jsonl"
        self._names: dict[str, None] = {}
        self.count = 0
        self.is_cut = False

    def fill(self, records: Iterable[Mapping[str, str]], *, most: int) -> None:
        with self._path.open("w", encoding="utf-8", errors="replace") as file:
            for record in records:
                if self.count >= most:
                    self.is_cut = True
                    return
                for name in record:
                    if name not in self._names and len(self._names) < MAX_FIELDS:
                        self._names[name] = None
                file.write(json.dumps(record))
                file.write("\n")
                self.count += 1

    @property
    def headings(self) -> list[str]:
        return list(self._names)

    def rows(self) -> Iterator[list[str]]:
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                yield [record.get(name, "") for name in self._names]
        self._path.unlink()
