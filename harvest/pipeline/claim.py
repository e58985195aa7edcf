"""Who works on a run: whoever holds its lease. Every write of a run's progress proves that the lease still holds."""

import datetime
import uuid
from dataclasses import dataclass, fields

from django.db.models import F, Q, QuerySet

from harvest.enums import ACTIVE_RUN_STATES, RunState
from harvest.models import Run
from harvest.pipeline.validate import storable

#: A worker that died gives its run up after this long; a living one renews its lease several times within it.
LEASE = datetime.timedelta(seconds=30)


class LeaseLost(Exception):
    """Another worker has the run now, or a person ended it: whatever was not committed must not be."""


@dataclass(slots=True)
class Tally:
    """What happened to how many records: a run's counters, or what a batch adds to them."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    failed: int = 0
    problems: int = 0

    def __iadd__(self, other: "Tally") -> "Tally":
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


@dataclass(frozen=True, slots=True)
class Lease:
    run_id: int
    token: uuid.UUID

    def held(self) -> QuerySet[Run]:
        return Run.objects.filter(id=self.run_id, lease_token=self.token, state=RunState.RUNNING)


def claim(run_id: int, *, now: datetime.datetime) -> Lease | None:
    """Take a run that waits, or whose worker is dead. None where somebody else has it or it has ended."""
    lease = Lease(run_id, uuid.uuid4())
    free = Q(lease_token=None) | Q(leased_until__lt=now)
    claimed = Run.objects.filter(free, id=run_id, state__in=ACTIVE_RUN_STATES, cancel_requested=False).update(
        state=RunState.RUNNING, lease_token=lease.token, leased_until=now + LEASE
    )
    if not claimed:
        return None
    Run.objects.filter(id=run_id, started_at=None).update(started_at=now)
    return lease


def renew(lease: Lease, *, now: datetime.datetime) -> bool:
    """Hold the lease longer. False where it is lost."""
    return bool(lease.held().update(leased_until=now + LEASE))


def advance(lease: Lease, tally: Tally, *, now: datetime.datetime) -> None:
    """Add to the run's counters, in the transaction that writes what they count. Raises LeaseLost."""
    added = {field.name: F(field.name) + getattr(tally, field.name) for field in fields(tally)}
    if not lease.held().update(leased_until=now + LEASE, **added):
        raise LeaseLost


def finish(lease: Lease, state: RunState, message: str, *, now: datetime.datetime) -> None:
    """End the run. Raises LeaseLost."""
    # Messages quote what sources say, and a run that can't be ended would be carried out for ever.
    ended = {
        "state": state,
        "message": storable(message),
        "finished_at": now,
        "lease_token": None,
        "leased_until": None,
    }
    if not lease.held().update(**ended):
        raise LeaseLost


def release(lease: Lease) -> None:
    """Give the run back unfinished: the next worker that claims it goes on with it."""
    lease.held().update(lease_token=None, leased_until=None)
