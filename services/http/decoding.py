"""Decompressing a body a little at a time, so that no answer, however made, can fill the memory."""

import zlib
from collections.abc import Iterator

from services.http.errors import HttpError, HttpErrorKind

#: What we tell servers we can read.
ACCEPT_ENCODING = "gzip, deflate"

#: Never more than this leaves the decompressor at once.
OUTPUT_CHUNK = 256 * 1024

# Below this size the ratio says nothing: a short, repetitive answer compresses very well.
_RATIO_APPLIES_FROM = 16 * 1024 * 1024
_MAX_MEMBERS = 1_000
_UNREADABLE = {"br": "Brotli", "zstd": "Zstandard", "compress": "compress", "x-compress": "compress"}


class BodyDecoder:
    """Bytes from the wire → bytes of the document.

    Counts what comes out and stops at `max_bytes`, and where more than `max_ratio` times what went in comes out.
    """

    def __init__(self, content_encoding: str, *, max_bytes: int, max_ratio: int, url: str = "") -> None:
        """Raises HttpError (PROTOCOL) for a compression that we did not offer to read."""
        self.bytes_in = 0
        self.bytes_out = 0
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._url = url
        self._encoding = self._single_encoding(content_encoding)
        self._inflater: zlib._Decompress | None = None
        self._members = 0
        self._complete = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield the document's next bytes, each piece at most `OUTPUT_CHUNK` when they were compressed.

        Raises HttpError: TOO_LARGE past a limit, PROTOCOL for compressed data that is damaged.
        """
        self.bytes_in += len(data)
        if not self._encoding:
            yield self._counted(data)
            return
        while data and not self._complete:
            if self._inflater is None:
                if self._members and not self._begins_another_member(data):
                    self._complete = True  # padding or stray bytes, which every browser ignores
                    return
                self._inflater = self._new_inflater(data)
            try:
                piece = self._inflater.decompress(data, OUTPUT_CHUNK)
            except zlib.error as error:
                raise HttpError(
                    HttpErrorKind.PROTOCOL, "The server sent compressed data that is damaged.", url=self._url
                ) from error
            if piece:
                yield self._counted(piece)
            if self._inflater.eof:
                data = self._inflater.unused_data
                self._inflater = None
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise self._too_large("is compressed in a way that is meant to exhaust its reader")
            else:
                data = self._inflater.unconsumed_tail

    def finish(self) -> None:
        """Raises HttpError (PROTOCOL) where compressed data stopped in the middle."""
        if self._encoding and self.bytes_in and (self._inflater is not None or not self._members):
            raise HttpError(
                HttpErrorKind.PROTOCOL, "The server's answer stopped before its compressed data ended.", url=self._url
            )

    def _counted(self, piece: bytes) -> bytes:
        self.bytes_out += len(piece)
        if self.bytes_out > self._max_bytes:
            raise self._too_large(f"is larger than the limit of {self._max_bytes:,} bytes")
        if self.bytes_out > _RATIO_APPLIES_FROM and self.bytes_out > self._max_ratio * self.bytes_in:
            raise self._too_large(f"grows to more than {self._max_ratio} times its size when decompressed")
        return piece

    def _too_large(self, what: str) -> HttpError:
        return HttpError(HttpErrorKind.TOO_LARGE, f"The server's answer {what}.", url=self._url)

    def _begins_another_member(self, data: bytes) -> bool:
        return self._encoding == "gzip" and b"\x1f\x8b".startswith(data[:2])

    def _new_inflater(self, data: bytes) -> "zlib._Decompress":
        if self._encoding == "gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" should mean zlib's format; some servers send it without the zlib header.
        has_zlib_header = data[0] & 0x0F == 8
        return zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)

    def _single_encoding(self, header: str) -> str:
        names = [name for part in header.split(",") if (name := part.strip().lower()) not in ("", "identity")]
        known = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
        for name in names:
            if name in _UNREADABLE:
                raise HttpError(
                    HttpErrorKind.PROTOCOL,
                    f"The server compressed its answer with {_UNREADABLE[name]}, which was not asked for.",
                    url=self._url,
                )
        # Servers put all sorts here (“UTF-8” is common): what is no compression leaves the bytes as they are.
        compressions = [known[name] for name in names if name in known]
        if len(compressions) > 1:
            raise HttpError(HttpErrorKind.PROTOCOL, "The server compressed its answer more than once.", url=self._url)
        return compressions[0] if compressions else ""
