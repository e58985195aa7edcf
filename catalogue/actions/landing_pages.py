"""Checking entries' landing pages by the rules for links: same requests, same politeness, same ladders."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from redis.asyncio import Redis

from catalogue.actions.link_run import AFTER_OUTAGE
from catalogue.enums import LinkState, State
from catalogue.links.hosts import looks_like_our_own_outage
from catalogue.links.outcome import LinkOutcome, Verdict
from catalogue.links.policy import LinkHistory, history_after, next_check_at
from catalogue.links.probe import LINK_CHECK_LIMITS
from catalogue.links.prober import Prober
from catalogue.models import LandingCheck
from services.host_gate import ValkeyHostGate
from services.http import OutboundPolicy
from services.http.session import Gate
from services.http.urls import politeness_host

logger = logging.getLogger(__name__)

#: Landing pages looked at in one go, and those that are noted at once as being new.
BATCH: Final = 500
_NEW: Final = 5_000

#: A claimed page is due again after so long, should its worker die.
_LEASE: Final = timedelta(minutes=4)
_BATCH_SECONDS: Final = 100.0

_NOTE_NEW: Final = """
    INSERT INTO catalogue_landingcheck
        (dataset_id, url, state, reason, failure_count, success_count, next_check_at)
    SELECT dataset.id, dataset.landing_page, 'unchecked', '', 0, 0, %(now)s
    FROM catalogue_dataset AS dataset LEFT JOIN catalogue_landingcheck AS page ON page.dataset_id = dataset.id
    WHERE dataset.landing_page <> '' AND dataset.state <> %(withdrawn)s
        AND (page.dataset_id IS NULL OR page.url <> dataset.landing_page)
    LIMIT %(most)s
    ON CONFLICT (dataset_id) DO UPDATE SET url = excluded.url, state = 'unchecked', reason = '', status_code = NULL,
        checked_at = NULL, failing_since = NULL, last_success_at = NULL, failure_count = 0, success_count = 0,
        next_check_at = excluded.next_check_at
"""


def note_new(*, now: datetime) -> None:
    """Have pages looked at that nobody has looked at, or whose address changed. Walks through all entries."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_NEW, {"now": now, "withdrawn": State.WITHDRAWN, "most": _NEW})


def check_due(*, now: Callable[[], datetime], interval: float | None = None) -> int:
    """Look at landing pages that are due, at most `BATCH`; return how many were. `interval`: as for links."""
    claimed = _claim(now())
    if not claimed:
        return 0
    outcomes = _look({page.pk: page.url for page in claimed}, now=now, interval=interval)
    by_host = [(politeness_host(page.url), outcomes[page.pk]) for page in claimed if page.pk in outcomes]
    if looks_like_our_own_outage(by_host):
        logger.warning("No landing page can be reached: our own network seems to be down. Nothing is recorded.")
        ids = [page.pk for page in claimed]
        LandingCheck.objects.filter(pk__in=ids).update(next_check_at=now() + AFTER_OUTAGE)
        return 0
    looked_at = [page for page in claimed if page.pk in outcomes]
    for page in looked_at:
        _note(page, outcomes[page.pk], now=now())
    names = [field.name for field in LandingCheck._meta.concrete_fields if field.name not in ("dataset", "url")]
    LandingCheck.objects.bulk_update(looked_at, names, batch_size=BATCH)
    return len(looked_at)


def _claim(now: datetime) -> list[LandingCheck]:
    with transaction.atomic():
        due = LandingCheck.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_check_at__lte=now)
        claimed = list(due.exclude(dataset__state=State.WITHDRAWN).order_by("next_check_at", "pk")[:BATCH])
        LandingCheck.objects.filter(pk__in=[page.pk for page in claimed]).update(next_check_at=now + _LEASE)
        return claimed


def _look(pages: dict[UUID, str], *, now: Callable[[], datetime], interval: float | None) -> dict[UUID, LinkOutcome]:
    @asynccontextmanager
    async def gate() -> AsyncIterator[Gate]:
        async with Redis.from_url(settings.REDIS_URL, socket_timeout=10.0) as client:
            yield ValkeyHostGate(client, interval=interval)

    policy = OutboundPolicy.from_settings(**LINK_CHECK_LIMITS)
    found: dict[UUID, LinkOutcome] = {}
    prober = Prober[UUID](
        policy=policy, now=now, open_gate=gate, batch_seconds=_BATCH_SECONDS, per_host_interval=interval
    )
    with prober:
        prober.add(1, list(pages.items()))
        while True:
            for look in prober.collect(timeout=0.5):
                if look.key is None or look.outcome is None:
                    return found
                found[look.key] = look.outcome


def _note(page: LandingCheck, outcome: LinkOutcome, *, now: datetime) -> None:
    before = LinkHistory(
        state=LinkState(page.state),
        failing_since=page.failing_since,
        last_success_at=page.last_success_at,
        failure_count=page.failure_count,
        success_count=page.success_count,
    )
    history = history_after(before, outcome)
    page.next_check_at = next_check_at(history, outcome, key=str(page.pk), now=now)
    page.state, page.failing_since, page.last_success_at = history.state, history.failing_since, history.last_success_at
    page.failure_count, page.success_count = history.failure_count, history.success_count
    if outcome.verdict is Verdict.NOT_ASKED or (outcome.verdict is Verdict.UNCLEAR and before.failing_since):
        return  # no news
    page.reason = "".join(character for character in outcome.reason if character.isprintable())[:500]
    page.status_code, page.checked_at = outcome.status_code, outcome.checked_at
