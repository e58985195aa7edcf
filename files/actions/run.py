"""Looking into the files that are due, one after the other, for a while."""

import datetime
import logging
import time
from collections import Counter
from collections.abc import Callable

from files.actions import queue
from files.actions.profile import profile
from files.enums import FileState
from files.models import ResourceFile

logger = logging.getLogger(__name__)


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
