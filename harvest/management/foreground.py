"""Harvesting while somebody watches: for commands."""

import sys
import time
from collections.abc import Callable
from typing import Self

from django.utils import timezone
from tqdm import tqdm

from harvest import actions
from harvest.models import Run, Source
from harvest.pipeline import claim
from harvest.pipeline.claim import LEASE, Lease
from harvest.pipeline.job import Job
from harvest.pipeline.run import run_harvest


class Busy(Exception):
    """Another worker is harvesting the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            f"{source} is being harvested by another worker: wait for that to end, or stop it, and try again."
        )


def harvest_now(
    source: Source,
    *,
    forced: bool = False,
    max_records: int | None = None,
    on_progress: Callable[[Job], None] = lambda job: None,
    on_wait: Callable[[], None] = lambda: None,
) -> Run:
    """Harvest a source, which may be a path; return the run as it ended.

    A run that was interrupted is taken up again. Raises Busy; KeyboardInterrupt ends the run and is passed on.
    """
    run = actions.queue_run(source, now=timezone.now(), forced=forced)
    lease = _claim(run, on_wait)
    try:
        run_harvest(lease, on_progress=on_progress, max_records=max_records, may_be_path=True)
    except KeyboardInterrupt:
        actions.request_cancel(run, now=timezone.now())
        actions.end_abandoned(now=timezone.now())
        raise
    run.refresh_from_db()
    return run


def _claim(run: Run, on_wait: Callable[[], None]) -> Lease:
    """The run's lease. Where an earlier worker was killed, its lease has to run out first."""
    patience = time.monotonic() + LEASE.total_seconds() + 2
    while not (lease := claim.claim(run.pk, now=timezone.now())):
        run.refresh_from_db()
        if run.leased_until is None or time.monotonic() > patience:
            raise Busy(run.source)
        on_wait()
        time.sleep(min(5.0, max(0.5, (run.leased_until - timezone.now()).total_seconds() + 0.1)))
    return lease


class Bar:
    """A progress bar on stderr, counting records."""

    def __init__(self, title: str = "") -> None:
        self._bar = tqdm(desc=title or None, unit=" records", file=sys.stderr, mininterval=0.5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bar.close()

    def show(self, job: Job) -> None:
        tally = job.tally
        self._bar.total = job.expected
        counts = {"new": tally.created, "changed": tally.updated, "retired": tally.retired, "problems": tally.problems}
        words = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
        self._bar.set_postfix_str(words, refresh=False)
        self._bar.update(tally.seen - self._bar.n)
