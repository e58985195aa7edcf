"""What servers ask programs not to fetch (RFC 9309). Links are looked at by HEAD: this is for when it is not enough."""

import asyncio
from typing import Final

from protego import Protego

from services.http import GuardedSession, HttpError
from services.http.urls import parse_url

#: The name by which a robots.txt may speak of us.
_OUR_NAME: Final = "Domesday"
_LONGEST: Final = 500 * 1024


class Robots:
    """The wishes of the servers of one batch, each asked for once."""

    def __init__(self, session: GuardedSession) -> None:
        self._session = session
        self._wishes: dict[str, asyncio.Future[Protego | None]] = {}

    async def may_get(self, url: str) -> bool:
        """Whether the server lets programs fetch this. Where it has no robots.txt, or none that answers, it does."""
        target = parse_url(url)
        address = f"{target.origin()}/robots.txt"
        if address not in self._wishes:
            waiting: asyncio.Future[Protego | None] = asyncio.get_running_loop().create_future()
            self._wishes[address] = waiting
            try:
                waiting.set_result(await self._ask(address))
            except BaseException:
                waiting.cancel()
                del self._wishes[address]
                raise
        wishes = await self._wishes[address]
        return wishes is None or bool(wishes.can_fetch(str(target), _OUR_NAME))

    async def _ask(self, address: str) -> Protego | None:
        try:
            answer = await self._session.request("GET", address, read_limit=_LONGEST)
        except HttpError:
            return None
        if answer.status != 200 or answer.body.lstrip()[:1] == b"<":  # a page that says "not found" with status 200
            return None
        return Protego.parse(answer.body.decode("utf-8", "replace"))
