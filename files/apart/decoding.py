"""Text in whatever encoding → a file in UTF-8 with ends of lines that every reader knows."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

from services.byte_order_mark import codec_with_mark

_CHUNK = 1 << 20
_SAMPLE = 200_000
#: Bytes that mean nothing in Windows-1252.
_NOT_1252: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
#: Encodings of other languages that a guess may name; what else it names is nearly always Windows-1252.
_LATIN: Final = frozenset(
    ["cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9", "iso8859_13", "iso8859_16"],
)
_OTHERS: Final = _LATIN | frozenset(
    [
        *("cp1251", "cp1253", "cp1255", "cp1256", "iso8859_5", "iso8859_7", "koi8_r", "koi8_u"),
        *("big5", "gb18030", "gbk", "gb2312", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949"),
    ]
)
#: Languages that need another Latin alphabet than the western one.
_EASTERN: Final = frozenset(
    [
        *("Polish", "Czech", "Slovak", "Slovene", "Croatian", "Hungarian", "Romanian", "Turkish"),
        *("Lithuanian", "Latvian", "Estonian", "Serbian"),
    ]
)


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    has_bad_bytes: bool = False
    """Some bytes are not of this encoding; they were read as Windows-1252."""


def encoding_of(path: Path) -> Encoding:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    if marked := codec_with_mark(start):
        return Encoding(marked)
    start = start.rstrip(b"\x00")
    nulls = start.count(0)
    if nulls > len(start) * 0.3:
        return Encoding("utf-16-le" if start[1::2].count(0) > start[0::2].count(0) else "utf-16-be")
    good, bad = _utf8_counts(path)
    if not bad:
        return Encoding("utf-8")
    if good > 3 * bad:
        return Encoding("utf-8", has_bad_bytes=True)
    return Encoding(_one_byte_encoding(path))


def _utf8_counts(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII are good UTF-8, and how many bytes are not UTF-8 at all (at most 10,000)."""
    good = bad = 0

    def count(error: UnicodeError) -> tuple[str, int]:
        nonlocal bad
        bad += 1
        return "", getattr(error, "end", 0)

    codecs.register_error("count-bad", count)
    decoder = codecs.getincrementaldecoder("utf-8")("count-bad")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.isascii():
                continue
            text = decoder.decode(chunk)
            good += len(text) - len(text.encode("ascii", "ignore"))
            if bad > 10_000:
                break
    return good, bad


def _one_byte_encoding(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(8 * _CHUNK)
    telling = b"\n".join(line for line in re.split(rb"[\r\n]+", content) if not line.isascii())[:_SAMPLE]
    beyond = [byte for byte in telling if byte >= 0x80]
    if b"\r" in content and b"\n" not in content and sum(byte < 0xA0 for byte in beyond) > len(beyond) * 0.5:
        return "mac_roman"  # only old Macs end lines so
    if not _NOT_1252 & set(beyond) and (len(set(beyond)) < 4 or len(beyond) < len(telling) * 0.02):
        return "cp1252"
    found = from_bytes(telling).best()
    if found is None or found.encoding not in _OTHERS or found.coherence <= 0:
        return "cp1252"
    if found.encoding in _LATIN and found.language not in _EASTERN:
        return "cp1252"
    return str(found.encoding)


def pieces(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text, a piece at a time, with `\\n` for every end of line, and without NUL."""

    def as_1252(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        return error.object[error.start : error.end].decode("cp1252", "replace"), error.end

    codecs.register_error("as-1252", as_1252)
    decoder = codecs.getincrementaldecoder(encoding.name)("as-1252" if encoding.name == "utf-8" else "replace")
    held = ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            text = held + decoder.decode(chunk, final=not chunk)
            held = ""
            if chunk and text.endswith("\r"):  # may be half of \r\n
                text, held = text[:-1], "\r"
            if text:
                yield text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
            if not chunk:
                return


def as_utf8(path: Path, folder: Path, encoding: Encoding) -> Path:
    """The file itself where it is plain UTF-8 already, else a copy in `folder` that is."""
    if encoding.name == "utf-8" and not encoding.has_bad_bytes and not _has_odd_ends(path):
        return path
    copy = folder / f"utf8-{len(list(folder.iterdir()))}.txt"
    with copy.open("w", encoding="utf-8", errors="replace", newline="") as file:
        for piece in pieces(path, encoding):
            file.write(piece)
    return copy


def _has_odd_ends(path: Path) -> bool:
    """Whether lines end with anything but \\n or \\r\\n, or there are NULs."""
    held = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            chunk = held + chunk
            held = b""
            if chunk.endswith(b"\r"):
                chunk, held = chunk[:-1], b"\r"
            if b"\x00" in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
                return True
    return bool(held)
