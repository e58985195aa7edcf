"""A graph of triples that is as large as a file may be: the triples lie on disk, memory only knows where."""

import json
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Self

from harvest.apart.rdf_terms import short_name

#: A value as JSON-LD writes it: text, or an object with `@id`, or with `@value` and `@language` or `@type`.
Value = str | dict[str, str]
#: What a node says: short name of the predicate → values, in the order of the file.
Description = dict[str, list[Any]]

MAX_TRIPLES = 20_000_000

#: Triples of one subject that are collected before they are written.
_SEGMENT = 5_000


class TooLarge(Exception):
    """The file holds more triples than we take."""


class Graph:
    """`describe` tells what is said of a node; `pointing` who says something of it, by a few chosen predicates.

    `types` are those of nodes that are of one of `kinds`. `watched` holds what the predicates `watch` say of whom.
    Blank nodes go by `_:` and their label.
    """

    def __init__(
        self,
        *,
        reverse: frozenset[str] = frozenset(),
        kinds: frozenset[str] = frozenset(),
        watch: frozenset[str] = frozenset(),
        max_triples: int = MAX_TRIPLES,
    ) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 — closed with the graph
        self._segments: dict[str, tuple[int, ...]] = {}
        self._max_triples = max_triples
        self._reverse = reverse
        self._pointing: dict[str, dict[str, list[str]]] = {name: {} for name in reverse}
        self._kinds = kinds
        self.types: dict[str, set[str]] = {}
        self.watched: dict[str, list[tuple[str, Value]]] = {name: [] for name in watch}
        self._subject = ""
        self._lines: list[str] = []
        self._end = 0
        self._is_reading = False
        self.count = 0
        self.describe = lru_cache(maxsize=2_048)(self._describe)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def add(self, subject: str, predicate: str, value: Value) -> None:
        """`predicate` in full. Raises TooLarge."""
        name = short_name(predicate)
        if subject != self._subject or len(self._lines) >= _SEGMENT:
            self._write()
            self._subject = subject
        if name == "rdf:type" and isinstance(value, dict) and "@id" in value:
            name, value = "@type", short_name(value["@id"])
            if value in self._kinds:
                self.types.setdefault(subject, set()).add(value)
        elif isinstance(value, dict) and "@type" in value:
            value["@type"] = short_name(value["@type"])
        self._lines.append(f"{name}\t{_json(value)}\n")
        if name in self._reverse and isinstance(value, dict) and "@id" in value:
            self._pointing[name].setdefault(value["@id"], []).append(subject)
        if name in self.watched:
            self.watched[name].append((subject, value))
        self.count += 1
        if self.count > self._max_triples:
            raise TooLarge

    def subjects(self) -> Iterator[str]:
        """Every node that something is said of, in the order of the file."""
        self._write()
        return iter(self._segments)

    def __contains__(self, subject: str) -> bool:
        return subject in self._segments

    def pointing(self, predicate: str, node: str) -> list[str]:
        return self._pointing[predicate].get(node, [])

    def pointed_at(self, predicate: str) -> Iterator[str]:
        """The nodes that this predicate, one of the chosen, leads to."""
        return iter(self._pointing[predicate])

    def _write(self) -> None:
        if not self._lines:
            return
        segment = "".join(self._lines).encode()
        if self._is_reading:  # seeking empties the buffer, so not for each of many
            self._file.seek(self._end)
            self._is_reading = False
        self._file.write(segment)
        self._segments[self._subject] = (*self._segments.get(self._subject, ()), self._end, len(segment))
        self._end += len(segment)
        self._lines = []

    def _describe(self, subject: str) -> Description:
        places = self._segments.get(subject, ())
        self._is_reading = True
        said: dict[str, dict[str, None]] = {}
        for start, length in zip(places[::2], places[1::2], strict=True):
            self._file.seek(start)
            for line in self._file.read(length).decode().split("\n")[:-1]:
                name, _, value = line.partition("\t")
                said.setdefault(name, {})[value] = None
        members = (f"{quoted(name)}: [{', '.join(values)}]" for name, values in said.items())
        found: Description = json.loads(f"{{{', '.join(members)}}}")
        return found


def _json(value: Value) -> str:
    """As `json.dumps`, which takes four times as long for such small values."""
    if isinstance(value, str):
        return quoted(value)
    return f"{{{', '.join(f'{quoted(name)}: {quoted(text)}' for name, text in value.items())}}}"
