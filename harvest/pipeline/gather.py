"""Around the adapter: what it is given, in what portions its events are taken, and what it remembers."""

import itertools
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from harvest.enums import RecordState
from harvest.models import Record, Source
from harvest.pipeline.job import Job
from harvest.pipeline.series import TO_READ_AGAIN
from harvest.raw_record import RawRecord
from harvest.schedule import retry_at
from harvest.sources.base import Event, Limits, Place, SourceFailed
from services.http import OutboundPolicy

Made = TypeVar("Made")

#: Records that are compared with what we hold in one query.
READ_BATCH = 600

#: Bytes of records that a portion holds, whatever their number: large ones fill no memory.
READ_BYTES = 16 * 1024 * 1024

#: Seconds after which what was read is stored although the batch isn't full: a slow source shows its progress.
_PATIENCE = 10.0


def place_of(source: Source, *, may_be_path: bool) -> Place:
    return Place(source.url, source.config, may_be_path)


def limits_of(source: Source, *, max_seconds: float | None = None) -> Limits:
    """The source's own, or less time where less is left."""
    seconds = min(source.max_seconds, max_seconds or source.max_seconds)
    policy = OutboundPolicy.from_settings(max_bytes=source.max_bytes, total_timeout=float(seconds))
    return Limits(policy, source.max_bytes)


def batches(events: Iterable[Event], check: Callable[[], None]) -> Iterator[list[Event]]:
    """The events in portions. `check` is called for each; what it raises ends the gather.

    What a source gave before it failed is a portion too.
    """
    batch: list[Event] = []
    size = 0
    started = time.monotonic()
    failure = None
    try:
        for event in events:
            check()
            batch.append(event)
            size += len(event.raw) if isinstance(event, RawRecord) else 0
            if len(batch) >= READ_BATCH or size >= READ_BYTES or time.monotonic() - started > _PATIENCE:
                yield batch
                batch, size = [], 0
                started = time.monotonic()
    except SourceFailed as failed:
        failure = failed
    if batch:
        yield batch
    if failure:
        raise failure


def ahead(portions: Iterable[Made]) -> Generator[Made, None, None]:
    """The same portions in order; the next is made in a thread while the caller uses this one."""
    rest = iter(portions)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as maker:
        coming = maker.submit(next, rest, None)
        while (portion := coming.result()) is not None:
            coming = maker.submit(next, rest, None)
            yield portion


def limited(events: Iterator[Event], max_records: int | None) -> Generator[Event, None, None]:
    """The events up to so many records, without the end where that comes later. Closing it closes the source."""
    records = itertools.count(1)
    try:
        for event in events:
            yield event
            if isinstance(event, RawRecord) and max_records is not None and next(records) >= max_records:
                return
    finally:
        if isinstance(events, Generator):
            events.close()


def with_deadline(check: Callable[[], None], seconds: float) -> Callable[[], None]:
    """A check that also raises SourceFailed once the time is over."""
    ends = time.monotonic() + seconds

    def checked() -> None:
        check()
        if time.monotonic() > ends:
            raise SourceFailed(
                f"The harvest took longer than {_in_words(seconds)}, which is the limit for this source."
            )

    return checked


def take_memory(job: Job) -> Mapping[str, Any]:
    """What the adapter may rely on: nothing where records must be read anew.

    It is forgotten at once. Should this run end half-way, what we hold is no longer what the memory speaks of.
    """
    memory = job.source.memory
    _save_memory(job, {"failures": memory["failures"]} if "failures" in memory else {})
    if job.run.is_forced or memory.get("normaliser_version") != job.normaliser.version:
        return {}
    return memory.get("adapter", {})


def remember(job: Job, memory: Mapping[str, Any]) -> None:
    """Keep the adapter's memory, where it may let everything pass next time.

    That is where no record failed, is missing or has to be read again.
    """
    vanished = Record.objects.filter(source=job.source, state=RecordState.VANISHED)
    to_read_again = Record.objects.filter(source=job.source, normaliser_version=TO_READ_AGAIN)
    is_settled = not job.tally.failed and not vanished.exists() and not to_read_again.exists()
    new = {"normaliser_version": job.normaliser.version, "adapter": dict(memory)} if is_settled and memory else {}
    _save_memory(job, new)


def retry_soon(job: Job) -> None:
    """After a failure that may pass by itself: bring the next run forward, a few times."""
    failures = int(job.source.memory.get("failures", 0)) + 1
    _save_memory(job, {"failures": failures})
    again = retry_at(failures, now=job.clock())
    if again:
        Source.objects.filter(id=job.source.pk, next_run_at__gt=again).update(next_run_at=again)


def _save_memory(job: Job, memory: dict[str, Any]) -> None:
    if memory != job.source.memory:
        job.source.memory = memory
        job.source.save(update_fields=["memory"])


def _in_words(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} seconds"
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
