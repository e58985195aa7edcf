"""Asking an address whether it wants to be called, before it is told anything.

Else anybody with an account could have us call a server of others. It is asked when a webhook is made and when its
address changes: with a word that nobody can guess, signed as every call is. What it sends back must be that word alone
(`catalogue.webhook_signing.gives_back`), so a server that says yes to everything, or sends all back, proves nothing.
"""

import asyncio
import datetime
import secrets
from collections.abc import Callable

from catalogue.actions import webhooks
from catalogue.actions.webhook_calls import LIMITS, headers_of
from catalogue.models import Webhook
from catalogue.webhook_signing import gives_back
from services.compact_json import dumps
from services.http import GuardedSession, HttpError, OutboundPolicy

#: Bytes of the answer that are read: more than the word in any writing of it.
_READ = 1024


def prove(webhook: Webhook, *, clock: Callable[[], datetime.datetime]) -> str:
    """Ask its address; if it gives the word back, the webhook goes on from where it stands. "", or what was wrong.

    Waits for an answer: don't call it within a transaction.
    """
    word = secrets.token_urlsafe(24)
    problem = asyncio.run(_ask(webhook, word, clock()))
    if not problem:
        webhooks.go_on(webhook, now=clock())
    return problem


async def _ask(webhook: Webhook, word: str, now: datetime.datetime) -> str:
    body = dumps({"webhook": webhook.pk, "challenge": word})
    headers = headers_of(webhook.secrets_at(now), body, now=now)
    try:
        async with GuardedSession(OutboundPolicy.from_settings(**LIMITS)) as session:
            answer = await session.request("POST", webhook.url, headers=headers, data=body.encode(), read_limit=_READ)
    except HttpError as failure:
        return str(failure)
    if not 200 <= answer.status < 300:
        return f"The address answered with status {answer.status}, which is no success."
    return "" if gives_back(answer.body, word) else "The address answered, but did not give the challenge back."
