"""Where the packages stand in CKAN's JSON: an answer of the Action API, a list, one package, or one a line. Pure."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harvest.sources.json_stream import MAX_VALUE, JsonError, JsonReader, Readable

#: Members that hold packages, or hold what holds them: Action API, legacy search API, the search index itself.
_CONTAINERS = frozenset({"docs", "packages", "response", "result", "results"})
#: Containers nest three deep at most: an answer, its result, the list.
_MAX_DEPTH = 4

#: How much of a file is looked at to tell one package a line from a document over many lines.
_HEAD = 1024 * 1024

_decoder = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Element:
    """One value that should be a package, and the JSON text that it came as."""

    value: Any
    raw: bytes


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of a file that is not JSON."""

    number: int
    start: str
    is_last: bool


class Document:
    """One JSON document. Walk through `elements` once; the rest is known when that has ended.

    `count` is how many packages the answer says there are, `success` and `complaint` what it says of itself,
    `found_list` whether it had a place for packages, be it empty.
    """

    def __init__(self, stream: Readable) -> None:
        self.reader = JsonReader(stream)
        self.count: int | None = None
        self.success: bool | None = None
        self.complaint = ""
        self.found_list = False

    def elements(self) -> Iterator[Element]:
        """Raises JsonError where the text is broken; several objects or lists in a row are all read."""
        if not self.reader.peek():
            raise JsonError("is empty.")
        while following := self.reader.peek():
            if following == "{":
                yield from self._object(depth=0)
            elif following == "[":
                yield from self._list()
            else:
                yield self._element()
                if self.reader.peek():  # or a body of a billion noughts would be read to its end
                    raise JsonError("is no object and no list.")

    def _object(self, *, depth: int) -> Iterator[Element]:
        own: dict[str, Any] = {}
        is_container = False
        for key in self.reader.members():
            following = self.reader.peek()
            if key in _CONTAINERS and following == "[":
                is_container = True
                yield from self._list()
            elif key in _CONTAINERS and following == "{" and depth < _MAX_DEPTH:
                is_container = True
                yield from self._object(depth=depth + 1)
            else:
                own[key], _ = self.reader.value()
        count = own.get("count", own.get("numFound"))
        if is_container and isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**31:
            self.count = count
        if isinstance(own.get("success"), bool):
            is_container = True
            self.success = own["success"]
            self.complaint = _complaint(own.get("error")) or self.complaint
        if not is_container:
            yield Element(own, json.dumps(own, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def _list(self) -> Iterator[Element]:
        self.found_list = True
        for _ in self.reader.elements():
            yield self._element()

    def _element(self) -> Element:
        value, text = self.reader.value()
        return Element(value, text.encode("utf-8", "surrogatepass"))


class PackageFile:
    """A file of packages, read once through `elements`.

    One package a line (`ckanapi dump`) is read line by line, so that a broken line costs itself alone.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._documents: list[Document] = []
        self._has_bad_bytes = False

    @property
    def has_bad_bytes(self) -> bool:
        return self._has_bad_bytes or any(document.reader.has_bad_bytes for document in self._documents)

    @property
    def found_list(self) -> bool:
        return any(document.found_list for document in self._documents)

    @property
    def complaint(self) -> str:
        return next((document.complaint for document in self._documents if document.complaint), "")

    @property
    def start(self) -> str:
        return self._documents[0].reader.start.lstrip() if self._documents else ""

    def elements(self) -> Iterator[Element | BrokenLine]:
        """Raises JsonError where a document that isn't made of lines is broken."""
        head = _without_comments(_head(self._stream))
        stream = _Rewound(head, self._stream)
        if _is_lines(head):
            yield from self._lines(stream)
        else:
            yield from self._document(stream)

    def _document(self, stream: Readable) -> Iterator[Element]:
        document = Document(stream)
        self._documents.append(document)
        yield from document.elements()

    def _lines(self, stream: Readable) -> Iterator[Element | BrokenLine]:
        for number, (line, is_last) in enumerate(_lines(stream), 1):
            raw = line.strip().removeprefix(b"\xef\xbb\xbf")
            if not raw:
                continue
            try:
                value = _decoder.decode(self._decoded(raw))
            except (ValueError, RecursionError):
                yield BrokenLine(number, raw[:200].decode("utf-8", "replace"), is_last)
                continue
            if isinstance(value, dict) and ("success" in value or not _CONTAINERS.isdisjoint(value)):
                yield from self._document(io.BytesIO(raw))
            else:
                yield Element(value, raw)

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._has_bad_bytes = True
            return raw.decode("utf-8", "replace")


class _Rewound:
    """A stream whose first bytes were read already and come again."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            piece = self._head if size < 0 else self._head[:size]
            self._head = self._head[len(piece) :]
            return piece
        return self._stream.read(size)


def _head(stream: Readable) -> bytes:
    head = bytearray()
    while len(head) < _HEAD and (piece := stream.read(_HEAD)):
        head += piece
    return bytes(head)


def _without_comments(head: bytes) -> bytes:
    """Without the `// address` lines that browsers' JSON viewers put on top of what they save."""
    while head.lstrip().startswith(b"//") and b"\n" in head:
        head = head.lstrip().partition(b"\n")[2]
    return head


def _is_lines(head: bytes) -> bool:
    """Whether one of the first two lines is an object by itself: the other one may be broken."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        return False
    for line in text.split(b"\n", 2)[:2]:
        try:
            if isinstance(json.loads(line, strict=False), dict):
                return True
        except (ValueError, RecursionError):
            continue
    return False


def _lines(stream: Readable) -> Iterator[tuple[bytes, bool]]:
    """Each line, and whether it is the last one without an end of its own. Raises JsonError for an endless line."""
    rest = b""
    while piece := stream.read(_HEAD):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line, False
        if len(rest) > MAX_VALUE:
            raise JsonError(f"holds a line of more than {MAX_VALUE:,} bytes.")
    if rest:
        yield rest, True


def _complaint(error: Any) -> str:
    """What the portal says went wrong."""
    if isinstance(error, dict):
        error = error.get("message") or error.get("__type") or json.dumps(error, ensure_ascii=False)
    return " ".join(error.split())[:200] if isinstance(error, str) else ""
