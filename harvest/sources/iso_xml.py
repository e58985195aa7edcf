"""Records cut out of an XML document while it streams past, whatever stands around them. Pure.

This is the gate for foreign XML: a document may not declare entities, is never followed to another file or address,
and is bounded in depth, in the size of a record and of a single tag. What is cut out is safe for any parser.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from harvest.sources.iso_bytes import Readable, Utf8

#: Real records nest about thirty deep.
MAX_DEPTH = 200
#: Bytes and elements of one record; the largest real ones have a few megabytes.
MAX_RECORD = 16 * 1024 * 1024
MAX_ELEMENTS = 200_000
#: Bytes of one tag, comment or the like. A parser holds it whole before it says anything.
_MAX_TOKEN = 4 * 1024 * 1024
#: Bytes between two records. What goes on for longer is no catalogue.
_MAX_BETWEEN = 16 * 1024 * 1024
#: Elements around the records whose attributes are remembered.
_MAX_AROUND = 500

_CUT_SHORT = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    }
)
_START_TAG_NAME = re.compile(rb"<[^\s/>]+")


class XmlError(Exception):
    """The document can't be read further. `str(error)` goes on from "the XML …".

    `unfinished` is what there is of the record that it was in the middle of; b"" between records.
    """

    def __init__(self, message: str, *, unfinished: bytes = b"") -> None:
        super().__init__(message)
        self.unfinished = unfinished


@dataclass(frozen=True, slots=True)
class Cutting:
    """One record: its element's local name and namespace, and its XML in UTF-8, which can stand by itself."""

    name: str
    namespace: str
    raw: bytes


#: Whether an element, of that local name, namespace and attributes, is a record.
Wanted = Callable[[str, str, dict[str, str]], bool]


class Document:
    """One XML document, walked through once by `cuttings`.

    `root` is the outermost element's local name, "" before it was read; `around` the attributes of elements outside
    of records, by their local names; `words` the text outside of records, up to a few lines.
    """

    def __init__(self, stream: Readable, *, wanted: Wanted) -> None:
        self._bytes = Utf8(stream)
        self._wanted = wanted
        self._parser = expat.ParserCreate(encoding="utf-8")
        self._parser.buffer_text = True
        self._parser.EntityDeclHandler = _refuse_entity
        self._parser.CharacterDataHandler = self._text
        self._depth = 0
        self._elements = 0
        self._names: list[dict[str, str]] = []  # namespace declarations in force, one for each open element
        self._kept = bytearray()
        self._kept_from = 0
        self._position = 0
        self._last_record = 0
        self._record: tuple[str, str, int, bytes, int] | None = None
        self._ready: list[Cutting] = []
        self._stand_outside()
        self.root = ""
        self.root_namespace = ""
        self.around: dict[str, dict[str, str]] = {}
        self.words = ""

    @property
    def start(self) -> str:
        return self._bytes.start

    @property
    def has_bad_bytes(self) -> bool:
        return self._bytes.has_bad_bytes

    def cuttings(self) -> Iterator[Cutting]:
        """The records, as they come. Raises XmlError, after the records that came before the fault."""
        pending = 0
        while True:
            # Twice as much each time that a tag doesn't end: the parser begins it anew with every piece
            piece = self._bytes.read(max(1, pending))
            fault = self._parse(piece)
            yield from self._ready
            self._ready.clear()
            if fault:
                raise fault
            if not piece:
                return
            pending = self._forget()

    def _parse(self, piece: bytes) -> XmlError | None:
        self._kept += piece
        try:
            self._parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            return self._fault(error)
        except XmlError as error:
            return error
        return None

    def _fault(self, error: expat.ExpatError) -> XmlError:
        unfinished = b""
        if self._record:
            unfinished = bytes(self._kept[self._record[2] - self._kept_from :])
        if not self._kept and not self.root:
            return XmlError("is empty.")
        if error.code in _CUT_SHORT:
            return XmlError(f"stops in the middle, at line {error.lineno:,}.", unfinished=unfinished)
        what = expat.ErrorString(error.code)
        return XmlError(
            f"is broken at line {error.lineno:,}, column {error.offset + 1:,} ({what}).", unfinished=unfinished
        )

    def _forget(self) -> int:
        """Drop what is behind us, and return how much the parser holds back."""
        # The parser knows no position while it waits for the rest of a tag
        position = self._position = max(self._position, self._parser.CurrentByteIndex)
        end = self._kept_from + len(self._kept)
        pending = end - position
        if pending > _MAX_TOKEN:
            raise XmlError(f"has a tag or comment of more than {_MAX_TOKEN:,} bytes.")
        if not self._record and end - self._last_record > _MAX_BETWEEN:
            raise XmlError(f"holds no record in {_MAX_BETWEEN:,} bytes.")
        needed = min(position, self._record[2]) if self._record else position
        if self._record and end - needed > MAX_RECORD:
            raise XmlError(f"has a record of more than {MAX_RECORD:,} bytes.")
        del self._kept[: needed - self._kept_from]
        self._kept_from = needed
        return pending

    def _stand_outside(self) -> None:
        self._parser.StartElementHandler = self._start_outside
        self._parser.EndElementHandler = self._end_outside

    def _start_outside(self, qualified: str, attributes: dict[str, str]) -> None:
        declared = {
            name.partition(":")[2]: value
            for name, value in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        above = self._names[-1] if self._names else {}
        names = {**above, **declared} if declared else above
        prefix, _, name = qualified.rpartition(":")
        namespace = names.get(prefix, "")
        if not self.root:
            self.root, self.root_namespace = name, namespace
        if self._wanted(name, namespace, attributes):
            missing = "".join(
                f" xmlns{f':{outer}' if outer else ''}={_quoted(uri)}"
                for outer, uri in above.items()
                if outer not in declared
            )
            self._record = name, namespace, self._parser.CurrentByteIndex, missing.encode("utf-8"), self._depth
            self._elements = 0
            self._parser.StartElementHandler = self._start_inside
            self._parser.EndElementHandler = self._end_inside
        else:
            self._names.append(names)
            if len(self.around) < _MAX_AROUND:
                self.around.setdefault(name, attributes)
        self._go_deeper()

    def _end_outside(self, qualified: str) -> None:
        self._depth -= 1
        self._names.pop()

    def _start_inside(self, qualified: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise XmlError(f"has a record of more than {MAX_ELEMENTS:,} elements.")
        self._go_deeper()

    def _end_inside(self, qualified: str) -> None:
        self._depth -= 1
        if self._record is None or self._depth > self._record[4]:
            return
        name, namespace, start, missing, _ = self._record
        self._record = None
        self._stand_outside()
        end = self._parser.CurrentByteIndex - self._kept_from
        if self._kept.startswith(b"</" + qualified.encode(), end):  # else it was empty, and we stand behind it
            end = self._kept.index(b">", end) + 1
        raw = bytes(self._kept[start - self._kept_from : end])
        if missing and (tag := _START_TAG_NAME.match(raw)):
            raw = raw[: tag.end()] + missing + raw[tag.end() :]
        self._last_record = self._kept_from + end
        self._ready.append(Cutting(name, namespace, raw))

    def _text(self, text: str) -> None:
        if self._record is None and len(self.words) < 1_000 and not text.isspace():
            self.words = " ".join(f"{self.words} {text[:1_000]}".split())

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise XmlError("is nested too deeply to be read.")


def _refuse_entity(*args: object) -> None:
    raise XmlError("declares entities of its own, which is not accepted: write the texts out.")


def _quoted(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'"{escaped}"'
