"""Looking into the files that are due, one after the other, for a while."""

import datetime
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from files.actions import queue
from files.actions.profile import profile
from files.enums import FileState
from files.models import ResourceFile

logger = logging.getLogger(__name__)

_LOCK: Final = 0x66696C65


def profile_due(
    *,
    now: Callable[[], datetime.datetime],
    seconds: float | None = None,
    limit: int | None = None,
    progress: Callable[[ResourceFile], object] = lambda _: None,
) -> Counter[str]:
    """Look into files that are due until none is left, at most `limit`; after `seconds`, begin no more.

    Returns how many ended in which state.
    """
    queue.enqueue(now=now())
    stop_at = None if seconds is None else time.monotonic() + seconds
    states: Counter[str] = Counter()
    while (limit is None or states.total() < limit) and (stop_at is None or time.monotonic() < stop_at):
        file = queue.claim(now=now())
        if file is None:
            break
        profile(file, now=now)
        states[FileState(file.state)] += 1
        progress(file)
    return states


@contextmanager
def only_one() -> Iterator[bool]:
    """Whether nobody else is within this block, on any worker: one run at a time leaves room for other work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
