"""Making the calls of webhooks: those of one in the order of their numbers, those of many side by side.

The first call of a webhook that waits stands before all its others: until it is heard or given up, no later one is
made, by whichever worker.
"""

import asyncio
import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from catalogue.actions import webhooks
from catalogue.enums import DeliveryState, PauseReason
from catalogue.models import Webhook, WebhookDelivery
from catalogue.webhook_signing import HEADER, PATIENCE, next_attempt, signature
from services.http import GuardedSession, HttpError, OutboundPolicy

Clock = Callable[[], datetime.datetime]

#: Long enough for a server to think, short enough for others that wait; a redirect would take the body elsewhere.
LIMITS: Final[dict[str, Any]] = {
    "max_bytes": 64 * 1024,
    "connect_timeout": 5,
    "response_timeout": 10,
    "total_timeout": 20,
    "max_redirects": 0,
}

#: Webhooks that are called side by side: one that keeps us waiting keeps no other waiting for long.
_AT_ONCE: Final = 32

#: Calls of one webhook made one after the other before what came of them is stored.
_IN_A_ROW: Final = 10

#: After so many seconds no next call of the row is begun.
_TURN: Final = datetime.timedelta(seconds=20)

#: A worker that dies while it calls leaves the calls to others after so long: longer than a turn and its last call.
_LEASE: Final = datetime.timedelta(minutes=2)

#: For how long calls are kept for their owner to look at.
_KEPT: Final = datetime.timedelta(days=30)

#: Seconds for which one run goes on calling.
_RUN: Final = 100


@dataclass(frozen=True, slots=True)
class _Outcome:
    delivery: WebhookDelivery
    status: int | None
    error: str
    at: datetime.datetime

    @property
    def is_heard(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def headers_of(secrets: list[str], body: str, *, now: datetime.datetime) -> dict[str, str]:
    """What a body goes out with."""
    return {"Content-Type": "application/json", HEADER: signature(secrets, body, at=now)}


def deliver_due(*, clock: Clock, seconds: float = _RUN) -> int:
    """Make the calls that are due; return how many were heard."""
    ends = clock() + datetime.timedelta(seconds=seconds)
    heard = 0
    while rows := _claim(now=clock()):
        for outcome in asyncio.run(_call_all(rows, clock)):
            heard += _note(outcome)
        if clock() >= ends:
            break
    WebhookDelivery.objects.filter(created_at__lt=clock() - _KEPT).exclude(state=DeliveryState.WAITING).delete()
    return heard


def _claim(*, now: datetime.datetime) -> list[list[WebhookDelivery]]:
    """Rows of calls to make, each of one webhook, whose first is now ours alone."""
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, webhook__is_active=True)
    first = waiting.order_by("webhook_id", "sequence", "created_at", "pk").distinct("webhook_id")
    due = WebhookDelivery.objects.filter(pk__in=first.values("pk"), next_attempt_at__lte=now)
    rows = []
    for head in due.order_by("next_attempt_at", "pk")[:_AT_ONCE]:
        is_ours = WebhookDelivery.objects.filter(
            pk=head.pk, state=DeliveryState.WAITING, next_attempt_at=head.next_attempt_at
        ).update(next_attempt_at=now + _LEASE)
        if is_ours:
            of_one = waiting.filter(webhook_id=head.webhook_id).select_related("webhook__owner")
            rows.append(list(of_one.order_by("sequence", "created_at", "pk")[:_IN_A_ROW]))
    return rows


async def _call_all(rows: Iterable[list[WebhookDelivery]], clock: Clock) -> list[_Outcome]:
    async with GuardedSession(OutboundPolicy.from_settings(**LIMITS)) as session:
        outcomes = await asyncio.gather(*(_call_in_a_row(session, row, clock) for row in rows))
    return [outcome for row in outcomes for outcome in row]


async def _call_in_a_row(session: GuardedSession, row: list[WebhookDelivery], clock: Clock) -> list[_Outcome]:
    """Call until one is not heard: the next must not come before it."""
    begun = clock()
    outcomes: list[_Outcome] = []
    for delivery in row:
        outcomes.append(await _call(session, delivery, clock))
        if not outcomes[-1].is_heard or clock() - begun > _TURN:
            break
    return outcomes


async def _call(session: GuardedSession, delivery: WebhookDelivery, clock: Clock) -> _Outcome:
    now = clock()
    secrets = delivery.webhook.secrets_at(now)
    if not secrets:
        error = "Its secret can’t be read: SECRET_KEY is another. Give the webhook a new one."
        return _Outcome(delivery, None, error, now)
    headers = headers_of(secrets, delivery.body, now=now) | {"Domesday-Delivery": str(delivery.pk)}
    status, error = None, ""
    try:
        # The body of the answer is not read
        async with session.stream("POST", delivery.webhook.url, headers=headers, data=delivery.body.encode()) as answer:
            status = answer.status
    except HttpError as failure:
        status, error = failure.status, str(failure)
    return _Outcome(delivery, status, error, clock())


def _note(outcome: _Outcome) -> bool:
    """What came of a call, and when it is made again; tell whether it was heard."""
    delivery, now = outcome.delivery, outcome.at
    delivery.attempts += 1
    delivery.status_code = outcome.status
    if outcome.is_heard:
        delivery.state, delivery.delivered_at, delivery.next_attempt_at = DeliveryState.DELIVERED, now, None
        delivery.error = ""
    else:
        delivery.next_attempt_at = None if delivery.is_repeat else next_attempt(delivery.attempts, now=now)
        if delivery.next_attempt_at is None:
            delivery.state = DeliveryState.DEAD
        error = outcome.error or f"The address answered with status {outcome.status}, which is no success."
        delivery.error = error[:500]
    delivery.save(update_fields=["attempts", "status_code", "state", "delivered_at", "next_attempt_at", "error"])
    _note_of_webhook(outcome)
    return outcome.is_heard


def _note_of_webhook(outcome: _Outcome) -> None:
    webhook = outcome.delivery.webhook
    mine = Webhook.objects.filter(pk=webhook.pk)
    if outcome.is_heard:
        mine.exclude(failing_since=None).update(failing_since=None)
        return
    mine.filter(failing_since=None).update(failing_since=outcome.at)
    failing_since = mine.values_list("failing_since", flat=True).first()
    if outcome.status == 410:
        webhooks.pause(webhook, PauseReason.GONE, now=outcome.at)
    elif failing_since and outcome.at - failing_since >= PATIENCE:
        webhooks.pause(webhook, PauseReason.NO_ANSWER, now=outcome.at)
