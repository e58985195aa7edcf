"""How long we wait for a server, counting only the waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.http.errors import HttpError, HttpErrorKind


class Patience:
    """A budget of seconds for one exchange, spent only while waiting for the server."""

    def __init__(self, seconds: float) -> None:
        self._total = seconds
        self._left = seconds

    @asynccontextmanager
    async def waiting(
        self,
        limit: float,
        *,
        url: str,
        kind: HttpErrorKind = HttpErrorKind.TIMEOUT,
        message: str = "The server took too long to answer.",
    ) -> AsyncIterator[None]:
        """Wait for at most `limit` seconds, and no longer than what is left.

        Raises HttpError: `kind` and `message` past the limit, TIMEOUT when the whole budget is spent.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(min(limit, max(self._left, 0))) as deadline:
                yield
        except TimeoutError as error:
            if not deadline.expired():
                raise
            if limit <= self._left:
                raise HttpError(kind, message, url=url) from error
            raise HttpError(
                HttpErrorKind.TIMEOUT, f"The server took longer than {self._total:g} seconds in all.", url=url
            ) from error
        finally:
            self._left -= clock() - started
