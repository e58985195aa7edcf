"""One answer's body, read a piece at a time within the policy's limits."""

import asyncio
from collections.abc import Iterator

import aiohttp
from multidict import CIMultiDictProxy

from services.http.connecting import ConnectionAttempt
from services.http.decoding import BodyDecoder
from services.http.errors import HttpError, HttpErrorKind
from services.http.failures import NETWORK_ERRORS, explain
from services.http.patience import Patience
from services.http.policy import OutboundPolicy


class ResponseStream:
    """An answer whose body has not been read yet: status and headers at once, the body on demand."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        *,
        redirects: tuple[str, ...],
        policy: OutboundPolicy,
        patience: Patience,
        attempt: ConnectionAttempt,
    ) -> None:
        self.status: int = response.status
        self.headers: CIMultiDictProxy[str] = response.headers
        self.url = str(response.url)
        self.redirects = redirects
        self._response = response
        self._policy = policy
        self._patience = patience
        self._attempt = attempt
        self._decoder: BodyDecoder | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._window_waited = 0.0
        self._window_bytes = 0

    @property
    def bytes_read(self) -> int:
        """Bytes of the document read so far, after decompression."""
        return self._decoder.bytes_out if self._decoder else 0

    async def read_piece(self) -> bytes:
        """The next bytes of the document, b"" at its end. Raises HttpError."""
        if self._decoder is None:
            self._decoder = BodyDecoder(
                # Absent bodies have nothing to decompress, whatever their headers say.
                self.headers.get("Content-Encoding", "") if self._response.method != "HEAD" else "",
                max_bytes=self._policy.max_bytes,
                max_ratio=self._policy.max_ratio,
                url=self.url,
            )
        while True:
            for piece in self._pieces:
                if piece:
                    return piece
            data = await self._receive()
            if not data:
                if self.status != 206:  # a part of a compressed file may stop anywhere
                    self._decoder.finish()
                return b""
            self._pieces = self._decoder.decode(data)

    async def read_up_to(self, limit: int | None) -> tuple[bytes, bool]:
        """The document's first `limit` bytes (all where None), and whether there is more. Raises HttpError."""
        body = bytearray()
        while piece := await self.read_piece():
            body += piece
            if limit is not None and len(body) > limit:
                return bytes(body[:limit]), True
        return bytes(body), False

    async def _receive(self) -> bytes:
        """Bytes from the wire, b"" at the end.

        The rate is measured over windows of waiting time: how fast the caller works does not count, and a server
        may pause, but not for a whole window.
        """
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            try:
                async with self._patience.waiting(
                    self._policy.rate_window - self._window_waited,
                    url=self.url,
                    kind=HttpErrorKind.TOO_SLOW,
                    message=f"The server sends less than {self._policy.min_rate:,.0f} bytes a second.",
                ):
                    data: bytes = await self._response.content.readany()
            except HttpError as error:
                if error.kind != HttpErrorKind.TOO_SLOW or not self._window_was_fast_enough():
                    raise
                self._window_waited, self._window_bytes = 0.0, 0
            except NETWORK_ERRORS as error:
                raise explain(error, url=self._response.url, attempt=self._attempt) from error
            else:
                self._window_waited += clock() - started
                self._window_bytes += len(data)
                return data

    def _window_was_fast_enough(self) -> bool:
        return self._window_bytes >= self._policy.min_rate * self._policy.rate_window
