"""The bytes of an XML document, in whatever encoding and however spoilt, as the UTF-8 that a parser accepts. Pure."""

import codecs
import re
from typing import Protocol

from services.byte_order_mark import marked_encoding

_PIECE = 64 * 1024
#: The byte order mark and the XML declaration stand within so many bytes.
_HEAD = 1024

#: How '<' begins a document without a mark.
_BEGINNINGS = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
#: Python's codecs that are no encodings of documents.
_NO_ENCODINGS = re.compile(r"escape|idna|punycode|undefined|utf.?7|mbcs|oem|utf.?8.?sig")

#: Characters that XML 1.0 refuses, which nobody can have meant.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+")


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """Some of the next bytes; b"" at the end."""
        ...


class Utf8:
    """Bytes that are not of the document's encoding are taken for Windows-1252; `has_bad_bytes` tells of them.

    `start` is how the document begins, for messages.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._encoding = ""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._is_at_start = True
        self.has_bad_bytes = False
        self.start = ""

    def read(self, at_least: int = 1) -> bytes:
        """Some of the next bytes, so many or more unless the document ends; b"" at its end."""
        parts: list[bytes] = []
        size = 0
        while size < at_least and (part := self._read()) is not None:
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def _read(self) -> bytes | None:
        """The next piece, which may be empty; None at the end."""
        piece = self._stream.read(_PIECE)
        if self._decoder is None:
            while piece and len(piece) < _HEAD and (more := self._stream.read(_PIECE)):
                piece += more
            self._encoding, mark = _encoding(piece)
            piece = piece[mark:]
            self._decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        is_end = not piece
        text = self._decode(self._decoder, piece, is_end)
        if self._is_at_start:
            text = text.lstrip()
            self.start = self.start or text[:80]
            self._is_at_start = not text
        if _REFUSED.search(text):
            self.has_bad_bytes = True
            text = _REFUSED.sub("", text)
        return None if is_end and not text else text.encode("utf-8")

    def _decode(self, decoder: codecs.IncrementalDecoder, piece: bytes, is_end: bool) -> str:
        try:
            return decoder.decode(piece, is_end)
        except UnicodeDecodeError:
            self.has_bad_bytes = True
            lenient = codecs.getincrementaldecoder(self._encoding)(_FALLBACK)
            lenient.setstate(decoder.getstate())
            self._decoder = lenient
            return lenient.decode(piece, is_end)


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding of a document that begins so, and the length of its byte order mark."""
    if marked := marked_encoding(head):
        return marked
    for beginning, encoding in _BEGINNINGS:
        if head.startswith(beginning):
            return encoding, 0
    declared = _DECLARED.search(head[:_HEAD])
    name = declared[1].decode().lower() if declared else "utf-8"
    # A declaration that can be read byte by byte is not of UTF-16, though programs write that it is.
    if name.startswith(("utf-16", "utf16", "ucs-2", "utf-32", "utf32", "ucs-4", "iso-10646")):
        return "utf-8", 0
    try:
        known = codecs.lookup(name)
        is_text = known._is_text_encoding and not _NO_ENCODINGS.search(known.name)
    except LookupError:
        is_text = False
    return (name if is_text else "utf-8"), 0


_FALLBACK = "domesday-windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)
