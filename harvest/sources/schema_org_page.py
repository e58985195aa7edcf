"""The datasets that a web page describes in schema.org's JSON-LD. Pure."""

import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from harvest.findings import Finding, warning
from harvest.raw_record import RawRecord, content_hash, plain_key, tidy_guid
from harvest.sources.base import SourceProblem

#: Characters of all scripts of one page that are read.
_MAX_SCRIPTS = 4_000_000
#: Datasets that are taken from one page; a page that describes more is a list, not a dataset's page.
_MAX_ON_PAGE = 200

_decoder = json.JSONDecoder(strict=False)


def datasets_in(page: str, url: str) -> Iterator[RawRecord | SourceProblem]:
    """A record for each dataset that the page at this address describes, be it by itself, in a list or in a graph.

    What a catalogue or a series only names is none: those datasets have pages of their own.
    """
    scripts = _Scripts()
    scripts.feed(page)
    scripts.close()
    count = 0
    for text in scripts.found:
        try:
            value = _decoder.decode(text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";"))
        except (ValueError, RecursionError) as broken:
            message = f"A page's JSON-LD can't be read, so what it describes is missing here: {broken}."
            yield SourceProblem(warning("broken-json-ld", message, value=url))
            continue
        for node in _nodes(value):
            if count < _MAX_ON_PAGE and is_dataset(node):
                count += 1
                yield record_of(node, url if count == 1 else f"{url}#{count}")


def is_dataset(node: Mapping[str, Any]) -> bool:
    types = node.get("@type")
    types = types if isinstance(types, list) else [types]
    return any(isinstance(kind, str) and plain_key(kind) == "Dataset" for kind in types)


def record_of(node: Mapping[str, Any], place: str) -> RawRecord:
    """The record of a node. Where it has neither an address nor an identifier, its place stands for them."""
    guid, findings = _identity(node, place)
    raw = json.dumps(node, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return RawRecord(guid, {"_page": place, **node}, raw, content_hash(node), findings)


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """What stands in a document by itself: its top, the members of its lists and graphs, and what a page is about."""
    if isinstance(value, list) and depth < 4:
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity"):
            if depth < 4:
                yield from _nodes(value.get(key), depth + 1)


def _identity(node: Mapping[str, Any], place: str) -> tuple[str, tuple[Finding, ...]]:
    keys = {plain_key(key): key for key in node}
    for name in ("@id", "identifier", "url"):
        if name in keys and (guid := tidy_guid(_text(node[keys[name]]))) and not guid.startswith(("#", "_:")):
            return guid, ()
    message = (
        "The dataset has neither “@id” nor “identifier” nor “url”, so it is known by its page's address: if that"
        " changes, it becomes another entry."
    )
    return tidy_guid(place), (warning("missing-identifier", message, field="@id"),)


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case list():
            return next((text for item in value if (text := _text(item))), "")
        case dict():
            return next((text for key in ("@id", "url", "value", "@value") if (text := _text(value.get(key)))), "")
        case int() if not isinstance(value, bool):
            return str(value)
        case _:
            return ""


class _Scripts(HTMLParser):
    """The texts of a page's `application/ld+json` scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._parts: list[str] | None = None
        self._left = _MAX_SCRIPTS

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            kind = next((value or "" for name, value in attrs if name == "type"), "")
            self._parts = [] if kind.partition(";")[0].strip().lower() == "application/ld+json" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._parts is not None:
            self.found.append("".join(self._parts))
            self._parts = None

    def handle_data(self, data: str) -> None:
        if self._parts is not None and self._left > 0:
            self._left -= len(data)
            self._parts.append(data)
