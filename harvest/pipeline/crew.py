"""Reading and storing the records of one run, in this process and, where a source is large, in others beside it.

A run has one worker, which holds its lease, gathers and compares: a portal is asked once, and twins are told apart. A
first harvest takes ten times as long to read and store as to gather, so that from the second thousand on the worker
starts hands: processes that take portions from it and store each as the worker would itself, in one transaction with
its counts, under the same lease. A hand that dies costs nothing. What it had not committed is stored here.
"""

import logging
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import OperationalError, connection

from harvest.pipeline import gather
from harvest.pipeline.claim import LeaseLost, Tally
from harvest.pipeline.compare import Compared, done_of
from harvest.pipeline.job import Job
from harvest.pipeline.load import BATCH, load
from harvest.pipeline.publisher_rule import PublisherChooser
from harvest.pipeline.reading import Reading, choose_publishers, read
from harvest.pipeline.wanted import wanted
from harvest.sources.base import SourceFailed

logger = logging.getLogger(__name__)

#: Records that a run reads by itself before it starts hands: they take a second to come.
WORTHWHILE = 1_000

_ROOT = Path(__file__).resolve().parents[2]

Portion = Sequence[Compared]


@dataclass(frozen=True, slots=True)
class Task:
    """What a hand is told first. `database` is where it connects to, as Django has it."""

    run_id: int
    token: Any
    database: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a portion: counts; or the failure, in words for the log. `is_database`: it is away."""

    tally: Tally | None = None
    is_lease_lost: bool = False
    is_database: bool = False
    failure: str = ""


def store_portion(job: Job, chooser: PublisherChooser, portion: Portion) -> None:
    """Read these records and store them. Raises LeaseLost, or OperationalError where the database is away."""
    _load(job, chooser, read(job, portion))


def _load(job: Job, chooser: PublisherChooser, readings: Sequence[Reading]) -> None:
    load(job, choose_publishers(wanted(readings, job.source.config), chooser))


class Crew:
    """Stores what it is given. Use as a context manager: at its end, or where the source fails, all is stored."""

    def __init__(self, job: Job, chooser: PublisherChooser) -> None:
        self.under_way: dict[str, str] = {}
        self._job = job
        self._chooser = chooser
        self._given = 0
        self._hands: list[_Hand] = []
        self._waiting: queue.Queue[Portion] = queue.Queue(maxsize=settings.HARVEST_HANDS or 1)
        self._ended: queue.SimpleQueue[tuple[Portion, Told | None]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._hands and (error is None or isinstance(error, SourceFailed)):
                self._finish()
                self._job.recount()  # a hand that died may have counted what nobody heard of
        finally:
            for hand in self._hands:
                hand.stop()

    def store(self, records: Portion, check: Callable[[], None]) -> None:
        """Read these records and store them, here or by the hands, some of it perhaps after this has returned.

        `check` is called between portions. Raises LeaseLost, or OperationalError where the database is away.
        """
        if self._given >= WORTHWHILE and not self._hands:
            self._hands = [_Hand(self._job, self._waiting, self._ended) for _ in range(settings.HARVEST_HANDS)]
        self._given += len(records)
        portions = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
        if not self._hands:
            self._store_here(portions, check)
            return
        for portion in portions:
            check()
            self._note()
            try:
                self._waiting.put_nowait(portion)
                self.under_way |= {one.raw.guid: one.raw.content_hash for one in portion}
            except queue.Full:
                self._store_here([portion], check)

    def _store_here(self, portions: Sequence[Portion], check: Callable[[], None]) -> None:
        for readings in gather.ahead(map(partial(read, self._job), portions)):
            check()
            _load(self._job, self._chooser, readings)

    def _finish(self) -> None:
        """Store what still waits, and hear from the hands what became of the rest."""
        while True:
            try:
                portion = self._waiting.get_nowait()
            except queue.Empty:
                break
            self._store_here([portion], lambda: None)
            self._forget(portion)
        while self.under_way:
            self._note(wait=True)

    def _note(self, *, wait: bool = False) -> None:
        """Count what the hands have stored. Store here what a dead one may have left."""
        while wait or not self._ended.empty():
            portion, told = self._ended.get()
            wait = False
            if told is None:
                self._take_over(portion)
            elif told.is_lease_lost:
                raise LeaseLost
            elif told.is_database:
                raise OperationalError(told.failure)
            elif told.tally is None:
                raise RuntimeError(told.failure)
            else:
                self._job.advanced(told.tally)
            self._forget(portion)

    def _take_over(self, portion: Portion) -> None:
        """A hand died before it had stored the portion, amid it or after: the rows say which records are left."""
        logger.warning("A process that shared run %s ended: what it left is stored here.", self._job.run.pk)
        stored = done_of(self._job, [one.raw.guid for one in portion])
        self._store_here([[one for one in portion if one.raw.guid not in stored]], lambda: None)

    def _forget(self, portion: Portion) -> None:
        for one in portion:
            self.under_way.pop(one.raw.guid, None)


class _Hand:
    """One process, and the thread that gives it portions and hears what became of them."""

    def __init__(
        self,
        job: Job,
        waiting: queue.Queue[Portion],
        ended: queue.SimpleQueue[tuple[Portion, Told | None]],
    ) -> None:
        assert job.lease
        self._clock = job.clock
        self._waiting = waiting
        self._ended = ended
        self._is_over = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harvest.pipeline.hand"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT
        )
        self._task = Task(job.run.pk, job.lease.token, dict(connection.settings_dict))
        self._thread = threading.Thread(target=self._work, name=f"hand {self._process.pid}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process, at once if it works; what it has not committed is undone."""
        self._is_over.set()
        if self._thread.is_alive():
            self._process.kill()
        self._thread.join()
        self._process.kill()
        self._process.communicate()

    def _work(self) -> None:
        task: Task | None = self._task
        while not self._is_over.is_set():
            try:
                portion = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                if task:
                    self._say(task)
                    task = None
                self._say((self._clock(), portion))
                told = self._hear()
            except (OSError, EOFError, pickle.UnpicklingError):
                told = None
            self._ended.put((portion, told))
            if told is None:
                return

    def _say(self, words: object) -> None:
        assert self._process.stdin
        pickle.dump(words, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _hear(self) -> Told:
        assert self._process.stdout
        told: Told = pickle.load(self._process.stdout)  # our own process wrote it
        return told
