"""Reading JSON too large for memory, value by value, each with the text it came as. Pure.

The walk over the outer objects and lists is ours, so that the caller may stop, skip and descend; each value inside is
decoded by Python's own scanner. That reads what real catalogues hold and stricter parsers refuse: a byte order mark,
bytes that are no UTF-8, lone surrogates, NaN, bare control characters.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

from services.byte_order_mark import codec_with_mark

#: Characters of one value that are held in memory at most.
MAX_VALUE = 16 * 1024 * 1024
_CHUNK = 256 * 1024

_SPACE = re.compile(r"[ \t\n\r]*")
_decoder = json.JSONDecoder(strict=False)

#: A complaint about the last few characters held may only mean that a word or an escape goes on in the next chunk.
_LONGEST_TOKEN = 12


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class JsonError(Exception):
    """The text is not JSON, or stops in the middle. `str(error)` goes on from "The JSON …"."""

    def __init__(self, message: str, *, is_truncated: bool = False) -> None:
        super().__init__(message)
        self.is_truncated = is_truncated


class JsonReader:
    """A position in a stream of JSON.

    `peek` says what comes next; `members`, `elements` walk into an object or list, and for each member or element
    the caller must take the value: by `value`, `skip` or by walking into it.
    """

    def __init__(self, stream: Readable, *, max_value: int = MAX_VALUE) -> None:
        self._stream = stream
        self._max_value = max_value
        self._decode: codecs.IncrementalDecoder | None = None
        self._text = ""
        self._at = 0
        self._passed = 0
        self._is_ended = False
        self._failure: Exception | None = None
        self.has_bad_bytes = False

    @property
    def start(self) -> str:
        """The first characters still held: what a message can show of a text that is no JSON."""
        return self._text[:1_000]

    @property
    def position(self) -> int:
        """Characters passed so far."""
        return self._passed + self._at

    def peek(self) -> str:
        """The next character that isn't white space; "" at the end of the stream."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next. Raises JsonError where the object is broken."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self._unexpected("the name of a member")
            key, _ = self.value()
            self._take(":")
            yield key
            if self._take(",}") == "}":
                return

    def elements(self) -> Iterator[None]:
        """Once for each element of the list that comes next. Raises JsonError where the list is broken."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield None
            if self._take(",]") == "]":
                return

    def value(self) -> tuple[Any, str]:
        """The whole value that comes next, and its text. Raises JsonError where it is broken or too large."""
        if not self.peek():
            raise self._truncated()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                malformed, looks_cut = self._malformed(error), self._looks_cut(error)
                may_go_on = looks_cut or error.pos >= len(self._text) - _LONGEST_TOKEN
                if not may_go_on or not self._fill(at_least=len(self._text) - self._at):
                    raise self._truncated() if looks_cut else malformed from error
            except RecursionError as error:
                raise JsonError("is nested too deeply to be read.") from error
            else:
                length = end - self._at
                # A number at the very end of what we hold may have more digits to come, or an exponent.
                is_number = self._text[end - 1] not in '"}]'
                if is_number and end >= len(self._text) - 2 and self._fill():
                    continue
                text = self._text[self._at : self._at + length]
                self._at += length
                return value, text

    def skip(self) -> None:
        """Pass over the value that comes next."""
        self.value()

    def end(self) -> None:
        """Nothing but white space may follow. Raises JsonError."""
        if self.peek():
            raise self._unexpected("the end")

    def _take(self, wanted: str) -> str:
        found = self.peek()
        if not found:
            raise self._truncated()
        if found not in wanted:
            raise self._unexpected(" or ".join(f"“{character}”" for character in wanted))
        self._at += 1
        return found

    def _fill(self, *, at_least: int = 1) -> bool:
        """Hold more text. False at the end of the stream. Raises what reading raises, once all before that is read."""
        if self._failure:
            raise self._failure
        if self._is_ended:
            return False
        if len(self._text) - self._at > self._max_value:
            raise JsonError(f"holds one value of more than {self._max_value:,} characters.")
        pieces = [self._text[self._at :]]
        self._passed += self._at
        self._at = 0
        gained = 0
        while gained < at_least and not self._is_ended:
            try:
                chunk = self._stream.read(_CHUNK)
            except Exception as failure:
                self._failure = failure
                break
            if self._decode is None:
                self._decode = _decoder_for(chunk)
            self._is_ended = not chunk
            piece = self._decode.decode(chunk, final=self._is_ended)
            if "\ufffd" in piece and b"\xef\xbf\xbd" not in chunk:
                self.has_bad_bytes = True
            pieces.append(piece)
            gained += len(piece)
        self._text = "".join(pieces)
        if self._failure and not gained:
            raise self._failure
        return gained > 0

    def _looks_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text.rstrip())

    def _truncated(self) -> JsonError:
        where = self._passed + len(self._text)
        return JsonError(f"stops in the middle, after {where:,} characters.", is_truncated=True)

    def _malformed(self, error: json.JSONDecodeError) -> JsonError:
        near = " ".join(self._text[max(0, error.pos - 30) : error.pos + 30].split())
        return JsonError(f"is broken at character {self._passed + error.pos + 1:,}, near “{near}” ({error.msg}).")

    def _unexpected(self, wanted: str) -> JsonError:
        near = " ".join(self._text[max(0, self._at - 30) : self._at + 30].split())
        return JsonError(f"is broken at character {self._passed + self._at + 1:,}, near “{near}”: expected {wanted}.")


def _decoder_for(start: bytes) -> codecs.IncrementalDecoder:
    """As its mark says, else UTF-8. Bad bytes become U+FFFD."""
    encoding = codec_with_mark(start) or "utf-8-sig"
    return codecs.getincrementaldecoder(encoding)(errors="replace")
