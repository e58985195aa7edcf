"""Answers made smaller on the way out: zstd for those who take it, else gzip. Sources: RFC 8878, RFC 1952, RFC 9110.

Only answers that anybody's cache may keep are compressed: a page made for one person could be guessed at by its length
(the BREACH attack).
"""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import zstandard
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

#: Below this, headers weigh more than what is saved.
_LEAST: Final = 1_000
_GZIP_LEVEL: Final = 5
_ZSTD_LEVEL: Final = 3
_COMPRESSIBLE: Final = ("text/", "application/json", "application/xml", "application/rdf", "application/ld+json",
                        "application/n-triples", "application/atom", "application/problem", "image/svg")  # fmt: skip


class CompressionMiddleware:
    """Stands outside of what compares ETags: those are made of the answer as it is, and become weak here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not _may_be_compressed(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        encoding = preferred(request.headers.get("Accept-Encoding", ""))
        if encoding:
            _compress(response, encoding)
        return response


def preferred(accepted: str) -> str:
    """`zstd`, `gzip`, or "" for as it is, by what the reader takes and likes best."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, _, parameters = item.partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        weights[name.strip()] = weight
    # `*` is gzip: many who send it can't unpack zstd
    offers = {"zstd": weights.get("zstd", 0.0), "gzip": weights.get("gzip", weights.get("*", 0.0))}
    best = max(offers, key=lambda name: offers[name])
    return best if offers[best] > 0 else ""


def _may_be_compressed(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "")
    directives = [part.strip() for part in response.headers.get("Cache-Control", "").split(",")]
    is_long = bool(response.streaming) or len(getattr(response, "content", b"")) >= _LEAST
    return (
        response.status_code == 200
        and "public" in directives
        and kind.startswith(_COMPRESSIBLE)
        and not response.has_header("Content-Encoding")
        and not response.has_header("Accept-Ranges")
        and is_long
    )


def _compress(response: HttpResponseBase, encoding: str) -> None:
    if isinstance(response, StreamingHttpResponse):
        if response.is_async:
            return
        packed = _zstd_pieces if encoding == "zstd" else _gzip_pieces
        response.streaming_content = packed(response.streaming_content)  # type: ignore[arg-type]
        del response.headers["Content-Length"]
    elif isinstance(response, HttpResponse):
        if encoding == "zstd":
            response.content = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(response.content)
        else:
            response.content = gzip.compress(response.content, _GZIP_LEVEL, mtime=0)
        response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = encoding
    etag = response.headers.get("ETag", "")
    if etag.startswith('"'):
        response.headers["ETag"] = f"W/{etag}"


def _zstd_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _gzip_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
