"""Keeps a run's lease while its worker waits for a slow source, and hears a person's wish to stop."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.utils import timezone

from harvest.enums import RunState
from harvest.models import Run
from harvest.pipeline.claim import Lease, LeaseLost, finish, renew

logger = logging.getLogger(__name__)

#: Seconds between two beats: also how long a wish to stop may go unheard.
INTERVAL = 2.0

#: Seconds that a worker has to stop by itself. One that hangs in a read of a slow server loses its run then.
PATIENCE = 3.0

CANCELLED_MESSAGE = "Stopped by hand. What had been read is kept; nothing was retired."


class Cancelled(Exception):
    """A person asked for the run to end."""


class Heartbeat:
    """Renews the lease from its own thread, on its own connection. Use as a context manager.

    The worker calls `check` wherever it can stop.
    """

    def __init__(self, lease: Lease, *, interval: float = INTERVAL) -> None:
        self._lease = lease
        self._interval = interval
        self._stop = threading.Event()
        self._is_lost = False
        self._is_cancelled = False
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of run {lease.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raises LeaseLost or Cancelled where the worker must stop."""
        if self._is_lost:
            raise LeaseLost
        if self._is_cancelled:
            raise Cancelled

    def _beat(self) -> None:
        try:
            while not self._stop.wait(self._interval):
                try:
                    self._is_lost = not renew(self._lease, now=timezone.now())
                    self._is_cancelled = Run.objects.filter(id=self._lease.run_id, cancel_requested=True).exists()
                except DatabaseError:
                    # The database is away: the worker will notice by itself, and the lease runs out if it stays away.
                    logger.warning("The lease of run %s could not be renewed.", self._lease.run_id, exc_info=True)
                    connection.close()
                if self._is_cancelled and not self._stop.wait(PATIENCE):
                    finish(self._lease, RunState.CANCELLED, CANCELLED_MESSAGE, now=timezone.now())
                if self._is_lost or self._is_cancelled:
                    return
        except LeaseLost:
            self._is_lost = True
        finally:
            connection.close()
