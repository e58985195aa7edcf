"""DCAT-US `data.json`, as the schema has it and as the world writes it.

Read from a web address, a file or a folder of files: 1.1's `dataset` list, 1.0's bare list, JSON-LD's `@graph` and
prefixed names, and 3.0's nested catalogues, series and services.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harvest.findings import Finding, error, warning
from harvest.raw_record import RawRecord, content_hash, plain_key, tidy_guid
from harvest.sources.asked_before import conditions, remembered
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.in_turn import in_turn
from harvest.sources.json_stream import JsonError, JsonReader, Readable
from harvest.sources.opening import files_of, is_web_address, open_file, open_web, opened
from harvest.sources.web_page import web_page

#: Members of a catalogue that hold records.
_RECORD_LISTS = frozenset({"dataset", "datasetSeries", "service", "@graph"})
#: Members of a record that hold records of their own.
_INNER_LISTS = ("seriesMember", "servesDataset")

_RECORD_TYPES = frozenset({"Dataset", "DatasetSeries", "DataService"})

#: Nested catalogues are followed this deep; real ones nest one or two deep.
_MAX_DEPTH = 8


class DataJsonAdapter:
    volatile: frozenset[str] = frozenset()

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if is_web_address(place.url):
            yield from self._fetch_web(place, memory=memory, limits=limits)
        else:
            yield from self._fetch_files(place, limits=limits)

    def _fetch_web(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        headers = {"Accept": "application/json, application/ld+json;q=0.9, */*;q=0.5", **conditions(place.url, memory)}
        with open_web(place.url, limits, headers=headers) as answer:
            if answer.status == 304:
                yield Finished(is_unmodified=True, memory=memory)
                return
            with opened(answer, max_bytes=limits.max_bytes) as stream:
                yield from self._records(stream)
            yield Finished(memory=remembered(place.url, answer))

    def _fetch_files(self, place: Place, *, limits: Limits) -> Iterator[Event]:
        def read(file: Path) -> Iterator[Event]:
            with opened(open_file(file), max_bytes=limits.max_bytes) as stream:
                yield from self._records(stream)

        yield from in_turn(files_of(place, suffixes=(".json", ".json.gz")), read)
        yield Finished()

    def _records(self, stream: Readable) -> Iterator[Event]:
        reader = JsonReader(stream)
        walk = _Walk(reader, self.volatile)
        try:
            yield from walk.document()
            reader.end()
        except JsonError as broken:
            raise SourceFailed(_why(reader, broken, walk.count)) from broken
        if not walk.found_list:
            raise SourceFailed(_no_list(walk.scalars))
        if reader.has_bad_bytes:
            yield SourceProblem(
                warning("not-utf-8", "Some characters are not UTF-8 and were replaced: save the file as UTF-8.")
            )


class _Walk:
    """One pass over a document. `found_list`: it had a place for records, be it empty."""

    def __init__(self, reader: JsonReader, volatile: frozenset[str]) -> None:
        self._reader = reader
        self._volatile = volatile
        self.count = 0
        self.found_list = False
        self.scalars: dict[str, Any] = {}

    def document(self) -> Iterator[Event]:
        match self._reader.peek():
            case "{":
                yield from self._catalogue(depth=0)
            case "[":
                self.found_list = True
                yield from self._list("", depth=0)
            case "":
                raise JsonError("is empty.")
            case _:
                value, _ = self._reader.value()
                self.scalars[""] = value

    def _catalogue(self, *, depth: int) -> Iterator[Event]:
        for key in self._reader.members():
            name = plain_key(key)
            following = self._reader.peek()
            if name in _RECORD_LISTS and following == "[":
                self.found_list = True
                yield from self._list(name, depth=depth)
            elif name in _RECORD_LISTS and following == "{":
                self.found_list = True
                value, text = self._reader.value()
                yield SourceProblem(
                    warning("not-a-list", f"“{key}” should be a list of records; it holds a single one.", field=name)
                )
                yield from self._element(name, value, text)
            elif name == "catalog" and following == "[" and depth < _MAX_DEPTH:
                self.found_list = True
                for _ in self._reader.elements():
                    if self._reader.peek() == "{":
                        yield from self._catalogue(depth=depth + 1)
                    else:
                        self._reader.skip()
            else:
                value, _ = self._reader.value()
                if depth == 0 and not isinstance(value, dict | list):
                    self.scalars[name] = value
                if name in ("totalItems", "numberOfItems") and isinstance(value, int) and 0 < value < 2**31:
                    yield Announced(value)

    def _list(self, name: str, *, depth: int) -> Iterator[Event]:
        for _ in self._reader.elements():
            value, text = self._reader.value()
            yield from self._element(name, value, text)

    def _element(self, name: str, value: Any, text: str) -> Iterator[Event]:
        if not isinstance(value, dict):
            self.count += 1
            yield SourceProblem(
                error(
                    "not-an-object",
                    f"Element {self.count:,} should be an object with a title and so on; it is {_a_kind_of(value)}.",
                    value=value,
                ),
                element=f"#{self.count}",
            )
            return
        keys = {plain_key(key): key for key in value}
        types = _types(value.get(keys.get("@type", "@type")))
        if name in ("", "@graph") and ((types and not types & _RECORD_TYPES) or "dataset" in keys):
            # A node of another type: a contact, a distribution, or a catalogue with records inside
            for inner in _RECORD_LISTS & keys.keys():
                yield from self._inner(value[keys[inner]])
            return
        inner_lists = [keys[inner] for inner in _INNER_LISTS if isinstance(value.get(keys.get(inner, "")), list)]
        own = {key: item for key, item in value.items() if key not in inner_lists} if inner_lists else value
        if name in ("datasetSeries", "service") and not types:
            own = {**own, "@type": "DatasetSeries" if name == "datasetSeries" else "DataService"}
        yield self._record(own, text if own is value else json.dumps(own, ensure_ascii=False))
        for key in inner_lists:
            # Members that are only named, not described, stand elsewhere.
            yield from self._inner([member for member in value[key] if isinstance(member, dict) and len(member) > 2])

    def _inner(self, values: Any) -> Iterator[Event]:
        for value in values if isinstance(values, list) else [values]:
            yield from self._element("dataset", value, json.dumps(value, ensure_ascii=False))

    def _record(self, body: dict[str, Any], text: str) -> RawRecord:
        self.count += 1
        digest = content_hash(body, volatile=self._volatile)
        return record_of(body, text.encode("utf-8", "surrogatepass"), digest=digest)


def record_of(body: dict[str, Any], raw: bytes, *, digest: str) -> RawRecord:
    guid, findings = _identity(body, digest)
    return RawRecord(guid, body, raw, digest, findings)


def _types(value: Any) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    return frozenset(plain_key(item) for item in values if isinstance(item, str))


def _identity(body: Mapping[str, Any], digest: str) -> tuple[str, tuple[Finding, ...]]:
    """What tells a record from others at its source, and a warning where it isn't a proper identifier."""
    keys = {plain_key(key): key for key in body}

    def text_of(name: str) -> str:
        return tidy_guid(_identifier_text(body[keys[name]])) if name in keys else ""

    if own := text_of("identifier"):
        return own, ()
    guid, words = f"sha256:{digest}", "its content"
    for name, words_for in (("@id", "its “@id”"), ("landingPage", "its landing page"), ("title", "its title")):
        if stand_in := text_of(name):
            guid = f"title:{hashlib.sha256(stand_in.casefold().encode()).hexdigest()}" if name == "title" else stand_in
            words = words_for
            break
    return guid, (
        warning(
            "missing-identifier",
            f"The record has no identifier, so it is known by {words}: if that changes, it becomes another entry."
            " Give it an “identifier” that stays.",
            field="identifier",
        ),
    )


def _identifier_text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool() | None:
            return ""
        case int() | float():
            return str(value)
        case dict():
            parts = (value.get(key) for key in ("@id", "identifier", "@value", "notation"))
            return next((_identifier_text(part) for part in parts if part), "")
        case list():
            return next((_identifier_text(part) for part in value if part), "")
        case _:
            return ""


def _why(reader: JsonReader, broken: JsonError, count: int) -> str:
    start = reader.start.lstrip()
    if not start and not reader.position:
        return "The source is empty."
    if count == 0 and start.startswith("<"):
        return f"The source gave {web_page(start)} instead of JSON: check its address."
    if count == 0 and not broken.is_truncated:
        return f"The source is not JSON that can be read. It {broken}"
    return f"The source is incomplete: its JSON {broken}"


def _no_list(scalars: Mapping[str, Any]) -> str:
    said = next((scalars[key] for key in ("message", "error", "detail") if isinstance(scalars.get(key), str)), "")
    says = f" It says: “{said[:200]}”." if said else ""
    return f"The source's JSON is no catalogue: it has no “dataset” list as DCAT-US asks for.{says}"


def _a_kind_of(value: Any) -> str:
    return {str: "text", bool: "true or false", type(None): "empty", list: "a list"}.get(type(value), "a number")
