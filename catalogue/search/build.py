"""Building an index from the database, beside the one in use, and switching to it when it is whole."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from catalogue.models import Change
from catalogue.search import location
from catalogue.search.index import IndexDamaged
from catalogue.search.location import State, building, make_current, new_build, remove_old_builds
from catalogue.search.source import all_public_entries
from catalogue.search.writing import Writer


class Stopped(Exception):
    """The process was asked to end before the index was whole."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """`position`: the change from which followers carry on."""

    name: str
    datasets: int
    position: int
    seconds: float


def rebuild(
    *,
    sequence: Callable[[], object] = lambda: None,
    progress: Callable[[int], object] = lambda count: None,
    stop: Callable[[], bool] = lambda: False,
) -> BuildResult:
    """Build an index of everything public and make it the current one. Readers use the old one until then.

    Works beside a follower, which takes over the new index when it sees it. `sequence` gives committed changes their
    positions first, so that a follower needn't do again what the build already holds. `progress` is told how many
    datasets were added, batch by batch.

    Raises `BuildRunning` if another process is building, `Stopped` if `stop()` came true.
    """
    started = time.monotonic()
    with building(patience_s=location.CLEARING_S):
        sequence()
        # Where we stand before the first read: what changes meanwhile comes after, and a follower does it again.
        state = _state(timezone.now())
        build = new_build()
        writer = Writer(build, is_new=True)
        try:
            count = 0
            for batch in all_public_entries(now=state.released_until):
                if stop():
                    raise Stopped("The search index was not finished.")
                count += writer.add(batch)
                progress(len(batch))
            writer.commit(state)
            if writer.document_count() != count:
                raise IndexDamaged(f"{writer.document_count()} of {count} datasets were stored")
        finally:
            writer.close(wait=True)
        make_current(build)
    remove_old_builds()
    return BuildResult(build.name, count, state.position, time.monotonic() - started)


def _state(now: datetime.datetime) -> State:
    newest = Change.objects.exclude(position=None).order_by("-position").first()
    if newest is None or newest.position is None:
        return State(position=0, change_id=None, change_at=None, released_until=now)
    return State(position=newest.position, change_id=newest.id, change_at=newest.at, released_until=now)
