"""What a check of links leaves behind: rows, news for the change log, and scores that move."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from catalogue.actions import changes, quality
from catalogue.actions.link_queue import (
    DueLink,
    OurLink,
    check_now,
    claim_due,
    give_back,
    make_all_due,
    still_ours,
)
from catalogue.enums import BROKEN_LINK_STATES, ChangeKind, LinkState
from catalogue.links.outcome import LinkCategory, LinkOutcome, Verdict
from catalogue.links.policy import LinkHistory, history_after, next_check_at
from catalogue.models import QualityReport

__all__ = ["DueLink", "Recorded", "check_now", "claim_due", "give_back", "make_all_due", "record_outcomes"]

_PRIVATE_ADDRESS: Final = "This address is inside a private network, so the public can't reach it."

# What PostgreSQL's text refuses, and what no header needs.
_UNSTORABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")

_STORE: Final = """
    UPDATE catalogue_linkcheck AS link SET
        state = found.state, reason = found.reason, status_code = found.status_code, final_url = found.final_url,
        media_type = found.media_type, size_bytes = found.size_bytes, etag = found.etag,
        last_modified = found.last_modified, fingerprint = found.fingerprint,
        checked_at = found.checked_at, failing_since = found.failing_since,
        last_success_at = found.last_success_at, changed_at = found.changed_at, failure_count = found.failure_count,
        success_count = found.success_count, next_check_at = found.next_check_at, leased_until = NULL
    FROM json_to_recordset(%s::json) AS found(
        resource_id uuid, state text, reason text, status_code smallint, final_url text, media_type text,
        size_bytes bigint, etag text, last_modified text, fingerprint text, checked_at timestamptz,
        failing_since timestamptz, last_success_at timestamptz, changed_at timestamptz, failure_count integer,
        success_count integer, next_check_at timestamptz
    )
    WHERE link.resource_id = found.resource_id
"""


@dataclass(slots=True)
class Recorded:
    """What became of some outcomes."""

    states: Counter[LinkState] = field(default_factory=Counter)
    """The state of each link after its check."""
    moved: int = 0
    """Links whose state is no longer what it was."""
    ignored: int = 0
    """Outcomes that came too late, or for an address that is no longer there."""
    unscored: set[UUID] = field(default_factory=set)
    """Datasets with moved links, whose score the caller wants to make himself."""

    def add(self, other: "Recorded") -> None:
        self.states += other.states
        self.unscored |= other.unscored
        self.moved += other.moved
        self.ignored += other.ignored


def record_outcomes(outcomes: Iterable[tuple[DueLink, LinkOutcome]], *, now: datetime, score: bool = True) -> Recorded:
    """Store what checks found, in one transaction, and score anew the datasets whose links changed state.

    Not to be called within a transaction: see `catalogue.actions.quality.rescore`. Callers with many outcomes to record
    may leave the scoring (`score`) for later, since the next outcomes may be of the same datasets.
    """
    found = {link.resource_id: (link, outcome) for link, outcome in outcomes}
    recorded = Recorded()
    news: set[UUID] = set()
    changed: set[UUID] = set()
    with transaction.atomic():
        ours = still_ours(link for link, _ in found.values())
        rows = []
        for link in ours:
            row = _row_after(link, found[link.resource_id][1], now=now)
            rows.append(row)
            recorded.states[row["state"]] += 1
            if row["state"] != link.state:
                recorded.moved += 1
                recorded.unscored.add(link.dataset_id)
            if link.last_success_at and row["changed_at"] != link.changed_at:
                changed.add(link.dataset_id)
            if (row["state"] in BROKEN_LINK_STATES) != (link.state in BROKEN_LINK_STATES):
                news.add(link.dataset_id)
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_STORE, [json.dumps(rows, default=_as_json)])
        changes.record(sorted(news), ChangeKind.LINKS, now=now)
        changes.record(sorted(changed), ChangeKind.DATA, now=now)
        _let_score_be_due(recorded.unscored, now=now)
    recorded.ignored = len(found) - len(rows)
    if score:
        quality.rescore(sorted(recorded.unscored), now=now)
        recorded.unscored.clear()
    return recorded


def _row_after(link: OurLink, outcome: LinkOutcome, *, now: datetime) -> dict[str, Any]:
    """The row as it should be after `outcome`, in what JSON can carry and PostgreSQL's text can hold."""
    before = _history(link)
    history = history_after(before, outcome)
    if outcome.category is LinkCategory.BLOCKED_ADDRESS:
        # Not called broken: colleagues inside may well open it.
        history = replace(history, state=LinkState.BLOCKED)
        outcome = replace(outcome, reason=_PRIVATE_ADDRESS)
    key = str(link.resource_id)
    row = vars(history) | {
        "resource_id": key,
        "next_check_at": next_check_at(history, outcome, key=key, now=now),
        "etag": _storable(history.etag),
        "last_modified": _storable(history.last_modified),
    }
    if outcome.verdict is Verdict.NOT_ASKED or (outcome.verdict is Verdict.UNCLEAR and before.failing_since):
        # No news: the page goes on saying what the last telling check found, and when.
        kept = ("reason", "status_code", "final_url", "media_type", "checked_at")
        return row | {name: getattr(link, name) for name in kept}
    return row | {
        "reason": _storable(outcome.reason)[:500],
        "status_code": outcome.status_code,
        # Half an address would lead elsewhere
        "final_url": _storable(outcome.final_url) if len(outcome.final_url) <= 4_000 else "",
        "media_type": _storable(outcome.media_type)[:200] if outcome.works else link.media_type,
        "checked_at": outcome.checked_at,
    }


def _history(link: OurLink) -> LinkHistory:
    return LinkHistory(
        state=LinkState(link.state),
        failing_since=link.failing_since,
        last_success_at=link.last_success_at,
        changed_at=link.changed_at,
        failure_count=link.failure_count,
        success_count=link.success_count,
        etag=link.etag,
        last_modified=link.last_modified,
        size_bytes=link.size_bytes,
        fingerprint=link.fingerprint,
    )


def _let_score_be_due(dataset_ids: Collection[UUID], *, now: datetime) -> None:
    """So that `rescore_due` finds them, should this process die before it has scored them itself."""
    # Reports that are locked are being written by somebody who scores the dataset anyway
    locked = QualityReport.objects.select_for_update(skip_locked=True).filter(dataset_id__in=dataset_ids)
    ids = list(locked.values_list("dataset_id", flat=True))
    QualityReport.objects.filter(dataset_id__in=ids).update(due_at=now)


def _storable(text: str) -> str:
    """Servers write what they like into headers."""
    return _UNSTORABLE.sub(" ", text)


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is not expected in a row of LinkCheck.")
