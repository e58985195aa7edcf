"""The way of a record, from its source into the catalogue: `harvest` below is the whole of it."""

import datetime
import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from harvest.enums import RunState, SourceKind
from harvest.findings import Finding
from harvest.models import Run
from harvest.normalise import NORMALISERS
from harvest.pipeline import claim, gather, heartbeat
from harvest.pipeline.claim import Lease, LeaseLost
from harvest.pipeline.compare import Verdict, about_twins, compare
from harvest.pipeline.counting import count_problems
from harvest.pipeline.crew import Crew
from harvest.pipeline.heartbeat import CANCELLED_MESSAGE, Cancelled, Heartbeat
from harvest.pipeline.job import Job
from harvest.pipeline.late_series import join_late_series
from harvest.pipeline.load import forget_gather, keep, keep_all, tell
from harvest.pipeline.notices import tell_people
from harvest.pipeline.publisher_rule import PublisherChooser
from harvest.pipeline.retire import retire_missing
from harvest.raw_record import RawRecord
from harvest.seen import Seen
from harvest.sources import ADAPTERS
from harvest.sources.base import Announced, Event, Finished, SourceFailed, SourceProblem

logger = logging.getLogger(__name__)


def harvest(job: Job, events: Iterable[Event], check: Callable[[], None]) -> Finished | None:
    """Every record that the source gives. None where the events stopped before the source's end."""
    seen = Seen()
    finished = None
    chooser = PublisherChooser(job.source)
    with Crew(job, chooser) as crew:
        for batch in gather.ahead(gather.batches(events, check)):
            raws = [event for event in batch if isinstance(event, RawRecord)]
            compared = compare(job, raws, seen, under_way=crew.under_way)
            keep(job, [one for one in compared if one.verdict is Verdict.UNCHANGED])
            tell(job, [*_about_source(batch), *about_twins(compared)])
            crew.store([one for one in compared if one.verdict is Verdict.TO_READ], check)
            finished = _note_end(job, batch)
    join_late_series(job, chooser, check)
    return finished


def run_harvest(
    lease: Lease,
    *,
    clock: Callable[[], datetime.datetime] = timezone.now,
    on_progress: Callable[[Job], Any] = lambda job: None,
    max_records: int | None = None,
    may_be_path: bool = False,
    beat_every: float | None = None,
) -> None:
    """Carry a claimed run to its end, whatever that is: the run's state and message say.

    Raises only where the database is away or the process is told to stop: the run then waits to be claimed again,
    and begins its gather anew; what was stored is found done.
    """
    run = Run.objects.select_related("source__publisher").get(id=lease.run_id)
    kind = SourceKind(run.source.kind)
    job = Job(run, run.source, lease, ADAPTERS[kind], NORMALISERS[kind], clock, on_progress)
    try:
        with Heartbeat(lease, interval=heartbeat.INTERVAL if beat_every is None else beat_every) as beating:
            _begin(job)
            state, message = _carry_out(job, beating.check, max_records=max_records, may_be_path=may_be_path)
            claim.finish(lease, state, message, now=clock())
            tell_people(job, state, message)
            count_problems(run.source, now=clock())
    except LeaseLost:
        logger.info("Run %s of source %s is another worker's now, or has been ended.", run.id, run.source_id)
    except (OperationalError, InterfaceError):
        logger.exception("The database went away under run %s of source %s.", run.id, run.source_id)
        raise
    except BaseException:
        claim.release(lease)
        raise


def _begin(job: Job) -> None:
    """Make the counters those of what is stored: all nought, or where an interrupted worker of this run had come to."""
    forget_gather(job)
    job.recount()


def _carry_out(
    job: Job, check: Callable[[], None], *, max_records: int | None, may_be_path: bool
) -> tuple[RunState, str]:
    """How the run ended, and what to say about it."""
    place, limits = gather.place_of(job.source, may_be_path=may_be_path), gather.limits_of(job.source)
    check = gather.with_deadline(check, job.source.max_seconds)
    try:
        given = job.adapter.fetch(place, memory=gather.take_memory(job), limits=limits)
        with closing(gather.limited(given, max_records)) as events:
            finished = harvest(job, events, check)
        if finished is None:
            return RunState.COMPLETED, f"Stopped after {max_records:,} records, as asked. {_summary(job)}"
        if finished.is_unmodified:
            keep_all(job)
        question = retire_missing(job) if finished.is_whole and not finished.is_unmodified else ""
        _take_the_place_of_waiting(job)
    except SourceFailed as failure:
        if failure.is_passing:
            gather.retry_soon(job)
        return RunState.FAILED, _failure(job, str(failure))
    except Cancelled:
        return RunState.CANCELLED, CANCELLED_MESSAGE
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Run %s of source %s failed.", job.run.id, job.source.pk)
        return RunState.FAILED, _failure(job, "The harvester itself failed: the server's log says how.")
    if question:
        return RunState.QUARANTINED, question
    gather.remember(job, finished.memory)
    return RunState.COMPLETED, _summary(job)


def _take_the_place_of_waiting(job: Job) -> None:
    """What an earlier run asked is answered, or asked again, by a later one that read the source to its end."""
    waiting = Run.objects.filter(source=job.source, state=RunState.QUARANTINED, id__lt=job.run.id)
    message = Concat(F("message"), Value(" A later run took its place."))
    waiting.update(state=RunState.COMPLETED, message=message)


def _note_end(job: Job, batch: Iterable[Event]) -> Finished | None:
    """Store what the source said about itself; return its end, if this was it."""
    finished = None
    for event in batch:
        if isinstance(event, Announced):
            job.expected = event.expected
            Run.objects.filter(id=job.run.id).update(expected=event.expected)
        elif isinstance(event, Finished):
            finished = event
            Run.objects.filter(id=job.run.id).update(gathered_at=job.clock())
    return finished


def _about_source(batch: Iterable[Event]) -> list[tuple[Finding, str]]:
    return [(event.finding, event.element) for event in batch if isinstance(event, SourceProblem)]


def _failure(job: Job, message: str) -> str:
    if not job.tally.seen:
        return message
    return f"{message} The {job.tally.seen:,} records that were read are kept; nothing was retired."


def _summary(job: Job) -> str:
    tally = job.tally
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (tally.created, "new"),
            (tally.updated, "changed"),
            (tally.unchanged, "as before"),
            (tally.failed, "that could not be used"),
            (tally.retired, "withdrawn, being gone from the source"),
        )
        if count
    ]
    if not parts:
        return "The source has no records."
    records = "1 record" if tally.seen == 1 else f"{tally.seen:,} records"
    renamed = f" {job.renamed:,} came under another identifier than before." if job.renamed else ""
    return f"{records}: {', '.join(parts)}.{renamed}"
