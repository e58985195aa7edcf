"""A file's bytes as clean UTF-8, piece by piece: whatever its encoding, without what parsers stumble over."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from services.byte_order_mark import marked_encoding

_CHUNK = 256 * 1024
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{2,40})[\"']")
_UNWANTED = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF])
_HAS_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
#: The name of what reads such bytes as Windows does.
BAD_BYTES = "windows-1252"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are nearly always those of an older Windows program."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(BAD_BYTES, _as_windows)


class Text:
    """The text of a file. `has_bad_bytes` is known once it was read: some bytes were not what its encoding allows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.has_bad_bytes = False
        with path.open("rb") as file:
            start = file.read(4_096)
        self._encoding, self._bom = _encoding_of(start)
        self.start = start[self._bom :].decode(self._encoding, "ignore").lstrip()

    def pieces(self) -> Iterator[str]:
        strict = codecs.getincrementaldecoder(self._encoding)("strict")
        lenient = None
        with self._path.open("rb") as file:
            file.seek(self._bom)
            while True:
                chunk = file.read(_CHUNK)
                if lenient is None:
                    state = strict.getstate()
                    try:
                        text = strict.decode(chunk, final=not chunk)
                    except UnicodeError:
                        self.has_bad_bytes = True
                        lenient = codecs.getincrementaldecoder(self._encoding)(
                            BAD_BYTES if self._encoding == "utf-8" else "replace"
                        )
                        lenient.setstate(state)
                if lenient is not None:
                    text = lenient.decode(chunk, final=not chunk)
                if _HAS_UNWANTED.search(text):
                    text = text.translate(_UNWANTED)
                if text:
                    yield text
                if not chunk:
                    return

    def whole(self) -> str:
        return "".join(self.pieces())


class TextFile:
    """The same as a binary file that parsers read from, with `before` put in front of it."""

    def __init__(self, text: Text, *, before: str = "") -> None:
        self._pieces = text.pieces()
        self._held = before.encode()

    def read(self, size: int = -1, /) -> bytes:
        while not self._held:
            piece = next(self._pieces, "")
            if not piece:
                return b""
            self._held = piece.encode("utf-8", "replace")
        if size < 0:
            size = len(self._held)
        given, self._held = self._held[:size], self._held[size:]
        return given


def _encoding_of(start: bytes) -> tuple[str, int]:
    """The encoding, and how long the mark is that says so."""
    if marked := marked_encoding(start):
        return marked
    if start[1:2] == b"\x00" and start[:1] != b"\x00":
        return "utf-16-le", 0
    if start[:1] == b"\x00" and start[1:2] != b"\x00":
        return "utf-16-be", 0
    declared = _DECLARED.search(start[:300])
    if declared:
        try:
            name = codecs.lookup(declared[1].decode()).name
            "x".encode(name)
        except (LookupError, UnicodeError):
            return "utf-8", 0
        # What can be read here at all is ASCII, so a declared UTF-16 is a slip.
        return ("utf-8", 0) if name.startswith("utf-") or name == "ascii" else (name, 0)
    return "utf-8", 0
