"""What people and machines do to sources and runs. Permission is the caller's to check."""

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from catalogue.actions.entry import By
from catalogue.enums import Route
from harvest.enums import ACTIVE_RUN_STATES, RecordState, RunState, Schedule, SourceKind
from harvest.models import Record, Run, Source
from harvest.pipeline import retire
from harvest.pipeline.counting import count_problems
from harvest.pipeline.heartbeat import CANCELLED_MESSAGE
from harvest.schedule import next_run_at
from harvest.sources import ADAPTERS
from harvest.sources.opening import is_web_address
from publishers.actions import slug_from
from publishers.models import Publisher, User

#: A nudge that no worker has taken up after so long is sent again.
_NUDGE = datetime.timedelta(seconds=60)


class SourceRefused(ValueError):
    """The source can't be added as it was given. `str(error)` says why."""


class NotWaiting(Exception):
    """The run does not wait for anybody's word, or a later run has taken its place."""


def add_source(
    *,
    kind: SourceKind,
    url: str,
    publisher: Publisher,
    now: datetime.datetime,
    title: str = "",
    slug: str = "",
    schedule: Schedule = Schedule.DAILY,
    may_be_path: bool = False,
    is_due: bool = True,
    **fields: Any,
) -> Source:
    """Register a source. With `is_due` its first harvest is due at once, unless it is harvested only when asked.

    `fields` are further fields of the model. Raises SourceRefused.
    """
    if kind not in ADAPTERS:
        raise SourceRefused(f"Sources of the kind “{kind.label}” can't be harvested yet.")
    if not may_be_path and not is_web_address(url):
        raise SourceRefused("The address must begin with https:// or http://.")
    title = title or f"{publisher.title}: {kind.label}"
    source = Source(kind=kind, url=url, publisher=publisher, title=title[:300], schedule=schedule, **fields)
    stem = (slug or slug_from(f"{publisher.slug}-{kind}"))[:190]
    with transaction.atomic():
        if Source.objects.filter(kind=kind, url=url, publisher=publisher).exists():
            raise SourceRefused("This source is registered already.")
        taken = set(Source.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
        numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
        source.slug = next(candidate for candidate in numbered if candidate not in taken)
        source.save(force_insert=True)
        source.next_run_at = now if is_due and schedule != Schedule.MANUAL else _next(source, now)
        source.save(update_fields=["next_run_at"])
    return source


def edit_source(source: Source, *, now: datetime.datetime, **fields: Any) -> Source:
    """Change a source's settings. What they make of its records changes too, so the next run reads each one anew."""
    if "url" in fields and not is_web_address(fields["url"]):
        raise SourceRefused("The address must begin with https:// or http://.")
    for name, value in fields.items():
        setattr(source, name, value)
    source.memory = {}
    source.next_run_at = _next(source, now)
    with transaction.atomic():
        source.save()
        if {"publisher", "publisher_rule", "publisher_map", "keeps_uuids", "config"} & fields.keys():
            Record.objects.filter(source=source).update(normaliser_version=0)
    return source


def pause(source: Source) -> None:
    """No more harvests until `resume`. One that runs goes on."""
    source.is_paused = True
    source.save(update_fields=["is_paused"])


def resume(source: Source, *, now: datetime.datetime) -> None:
    """Harvest by the schedule again, from its next moment on."""
    source.is_paused = False
    source.next_run_at = _next(source, now)
    source.save(update_fields=["is_paused", "next_run_at"])


def queue_run(source: Source, *, now: datetime.datetime, forced: bool = False) -> Run:
    """A run that waits for a worker: a new one, or the one that waits or runs already.

    `forced`: read every record, changed or not (a run that is under way already is not changed by this).
    """
    try:
        with transaction.atomic():
            return Run.objects.create(source=source, created_at=now, is_forced=forced)
    except IntegrityError:  # run_one_active_per_source
        active = Run.objects.filter(source=source, state__in=ACTIVE_RUN_STATES).first()
        return active or queue_run(source, now=now, forced=forced)


def queue_due(*, now: datetime.datetime) -> int:
    """Queue a run for each source whose time has come, and set its next time. Return how many."""
    queued = 0
    with transaction.atomic():
        for source in Source.objects.due(now).select_for_update(skip_locked=True):
            queue_run(source, now=now)
            source.next_run_at = _next(source, now)
            source.save(update_fields=["next_run_at"])
            queued += 1
    return queued


def take_nudges(*, now: datetime.datetime) -> list[int]:
    """Ids of the runs for which a worker is to be found now: those that wait, and those whose worker is dead.

    Each is given out again only after a while, so that a long queue is not nudged over and over.
    """
    end_abandoned(now=now)
    with transaction.atomic():
        free = _free(now).select_for_update(skip_locked=True).order_by("created_at", "id")
        ids = list(free.values_list("id", flat=True))
        Run.objects.filter(id__in=ids).update(lease_token=None, leased_until=now + _NUDGE)
    return ids


def end_abandoned(*, now: datetime.datetime) -> int:
    """End the runs that somebody wished to stop and that no worker has. Return how many."""
    return _free(now).filter(cancel_requested=True).update(**_ended(RunState.CANCELLED, CANCELLED_MESSAGE, now))


def request_cancel(run: Run, *, now: datetime.datetime) -> None:
    """End a run: at once where it waits, within seconds where it runs. What it stored stays."""
    Run.objects.filter(id=run.id, state=RunState.QUEUED).update(**_ended(RunState.CANCELLED, CANCELLED_MESSAGE, now))
    Run.objects.filter(id=run.id, state=RunState.RUNNING).update(cancel_requested=True)


def confirm_retirement(run: Run, *, user: User, now: datetime.datetime) -> int:
    """A person says that what a quarantined run missed is really gone: withdraw it. Return how many entries were.

    Raises NotWaiting. Stopping half-way loses nothing: confirm again.
    """
    _check_waiting(run)
    by = By(route=Route.HARVEST, user=user, comment=f"Confirmed that they are gone from {run.source.title}.")
    gone = retire.missing(run).filter(state=RecordState.VANISHED)
    withdrawn = 0
    while ids := list(gone.order_by("id").values_list("id", flat=True)[: retire.BATCH]):
        with transaction.atomic():
            count = retire.retire(ids, source=run.source, by=by, now=now)
            Run.objects.filter(id=run.id).update(retired=F("retired") + count)
        withdrawn += count
    message = f"{user} confirmed that they are gone: {withdrawn:,} entries were withdrawn."
    Run.objects.filter(id=run.id).update(state=RunState.COMPLETED, message=message, counted_at=None)
    count_problems(run.source, now=now)
    return withdrawn


def reject_retirement(run: Run, *, user: User) -> None:
    """A person says that what a quarantined run missed should stay. The next run that misses it asks again.

    Raises NotWaiting.
    """
    _check_waiting(run)
    with transaction.atomic():
        kept = (
            retire.missing(run).filter(state=RecordState.VANISHED).update(state=RecordState.CURRENT, missing_since=None)
        )
        message = f"{user} kept {kept:,} entries that the source no longer lists."
        Run.objects.filter(id=run.id).update(state=RunState.COMPLETED, message=message)


def _free(now: datetime.datetime) -> QuerySet[Run]:
    """Runs to be carried out that nobody has: new ones, those nudged long ago, and those whose worker is dead."""
    return Run.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), state__in=ACTIVE_RUN_STATES)


def _check_waiting(run: Run) -> None:
    state = Run.objects.values_list("state", flat=True).get(id=run.id)
    if state != RunState.QUARANTINED:
        raise NotWaiting("This run is not waiting for a decision: it was made already, or a later run took its place.")


def _ended(state: RunState, message: str, now: datetime.datetime) -> dict[str, Any]:
    return {"state": state, "message": message, "finished_at": now, "lease_token": None, "leased_until": None}


def _next(source: Source, now: datetime.datetime) -> datetime.datetime | None:
    return next_run_at(source.schedule, time_of_day=source.time_of_day, source_id=source.pk, now=now)
