"""JSON: where in a document its records are."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import ijson

from files.apart import records
from files.apart.decoding import Encoding, pieces

#: Documents up to this size are read whole; of larger ones the records are read as they come.
_WHOLE: Final = 24 * 1024 * 1024
_MAX_TABLES = 8


#: A document as the argument of a function’s call, for pages of old.
_CALL = re.compile(r"[A-Za-z_$][\w.$]{0,60}\(\s*([\[{].*[\]}])\s*\)\s*;?", re.DOTALL)


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


class Broken(Unreadable):
    """It begins as JSON and does not end so."""


def tables_of(path: Path, encoding: Encoding) -> Iterator[tuple[str, Iterator[dict[str, str]]]]:
    """(name, records) for every list of objects in the document, the largest first. Raises Unreadable."""
    if path.stat().st_size > _WHOLE:
        yield from _streamed(path)
        return
    try:
        document = load(path, encoding)
    except Broken:
        yield from _salvaged(path)
        return
    if isinstance(document, Mapping) and (rows := _columns(document)) is not None:
        yield "", rows
        return
    found = sorted(_lists(document), key=lambda item: -len(item[1]))
    if not found and isinstance(document, Mapping):
        if document and all(isinstance(value, Mapping) for value in document.values()):
            rows = ({"key": str(key)} | records.flat(value) for key, value in document.items())
            yield "", rows
        elif document and not any(isinstance(value, list | Mapping) for value in document.values()):
            yield "", iter([records.flat(document)])
        return
    for name, items in found[:_MAX_TABLES]:
        yield name, (records.flat(item) for item in items)


def _columns(document: Mapping[str, Any]) -> Iterator[dict[str, str]] | None:
    """The rows of `{"name": ["a", "b"], "size": [1, 2]}`, None of anything else."""
    lists = list(document.values())
    if len(lists) < 2 or not all(isinstance(one, list) and len(one) == len(lists[0]) > 1 for one in lists):
        return None
    if any(isinstance(cell, list | Mapping) for one in lists for cell in one):
        return None
    return (records.flat(dict(zip(document, cells, strict=True))) for cells in zip(*lists, strict=True))


def _salvaged(path: Path) -> Iterator[tuple[str, Iterator[dict[str, str]]]]:
    """What comes before the place where a document breaks. Raises Unreadable where that is nothing."""
    found = [(name, list(items)) for name, items in _streamed(path)]
    if not any(items for _, items in found):
        raise Unreadable("it is not valid JSON.")
    for name, items in found:
        yield name, iter(items)


def load(path: Path, encoding: Encoding) -> Any:
    """Raises Unreadable."""
    text = "".join(pieces(path, encoding)).strip("\ufeff \n\t")
    if wrapped := _CALL.fullmatch(text):
        text = wrapped.group(1)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply.") from error
    except ValueError as error:
        try:  # several documents one after the other, or something behind the document
            document, end = json.JSONDecoder(strict=False).raw_decode(text)
        except (ValueError, RecursionError):
            raise Broken(f"it is not valid JSON: {error}.") from error
        if end < len(text) * 0.5:
            raise Broken(f"it is not valid JSON: {error}.") from error
        return document


def lines_of(path: Path, encoding: Encoding) -> Iterator[dict[str, str]]:
    """JSON Lines; a line that is no JSON is passed over."""
    rest = ""
    for piece in pieces(path, encoding):
        lines = (rest + piece).split("\n")
        rest = lines.pop()
        yield from map(records.flat, filter(None, map(_parsed, lines)))
    if (last := _parsed(rest)) is not None:
        yield records.flat(last)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        return None


def _lists(document: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Lists of objects, and lists of lists that are a table with its headings first."""
    if isinstance(document, list):
        objects = [item for item in document if isinstance(item, Mapping)]
        if objects and len(objects) >= 0.5 * len(document):
            yield name, objects
        elif len(document) > 1 and all(isinstance(item, list) for item in document):
            first = document[0]
            if first and all(isinstance(cell, str) for cell in first):
                yield name, [dict(zip(first, row, strict=False)) for row in document[1:]]
            elif first and all(not isinstance(cell, list | Mapping) for cell in first):
                yield name, [{f"Column {number}": cell for number, cell in enumerate(row, 1)} for row in document]
        elif document and depth <= 1 and all(isinstance(item, str | int | float) for item in document):
            yield name, [{"value": item} for item in document]
    elif isinstance(document, Mapping) and depth < 4:
        for key, value in document.items():
            if isinstance(value, list | Mapping):
                yield from _lists(value, f"{name}.{key}" if name else str(key), depth + 1)


def _streamed(path: Path) -> Iterator[tuple[str, Iterator[dict[str, str]]]]:
    prefix = _first_list(path)
    if prefix is None:
        raise Unreadable("it is large and has no list of records.")
    yield prefix.removesuffix("item").strip("."), _stream(path, prefix)


def _first_list(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            before = ""
            for number, (prefix, event, _) in enumerate(ijson.parse(file)):
                if event == "start_map" and before == "start_array":
                    return str(prefix)
                before = event
                if number > 200_000:
                    break
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise Unreadable("it is not valid JSON.") from error
    return None


def _stream(path: Path, prefix: str) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        try:
            for item in ijson.items(file, prefix, use_float=True):
                yield records.flat(item)
        except (ijson.JSONError, UnicodeDecodeError):
            return  # what came before the break is still there
