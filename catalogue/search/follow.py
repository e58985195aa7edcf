"""Keeping the index of this node up with the database, by the change log.

One follower a node: others wait for its end.
"""

import datetime
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from catalogue import enums
from catalogue.enums import Visibility
from catalogue.models import Change, Dataset
from catalogue.search.build import Stopped, rebuild
from catalogue.search.index import IndexDamaged, WriterBusy
from catalogue.search.location import Build, BuildRunning, State, current_build, remove_old_builds
from catalogue.search.meaning.filling import Filling
from catalogue.search.mending import requested, settle
from catalogue.search.source import public_entries
from catalogue.search.writing import Writer

logger = logging.getLogger(__name__)

#: Longest wait between two looks, in seconds: a notification may be lost, and a pooler may carry none.
_POLL: Final = 1.0

#: Changes read at a time: of many changes to one entry, only one is done.
_CHANGES: Final = 10_000

#: Entries read at a time, and written before a commit when many wait.
_ENTRIES: Final = 1_000
_COMMIT_EVERY: Final = 10_000

#: Seconds given to vectors of meaning between two looks for changes.
_FILLING: Final = 0.5

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


class NotOurDatabase(Exception):
    """The change that the index last followed isn't in the database: it was restored, or is another one."""


class Follower:
    """One open index and how far it has come. Every step may be repeated: doing it twice gives the same documents."""

    def __init__(self, writer: Writer, state: State) -> None:
        self.writer = writer
        self.state = state
        self.uncommitted = 0

    def is_current(self) -> bool:
        """False once another index was built, or this one was found damaged or is gone."""
        build = self.writer.build
        return current_build() == build and not build.is_damaged and build.state_path.exists()

    def check_database(self) -> None:
        """Raises `NotOurDatabase` unless the change we last followed is where it was."""
        if self.state.position:
            found = Change.objects.filter(position=self.state.position).values_list("id", "at").first()
            if found != (self.state.change_id, self.state.change_at):
                raise NotOurDatabase

    def catch_up(self, sequence: Callable[[], object], *, stop: Callable[[], bool] = lambda: False) -> int:
        """Bring in every change, release and mending that waits. Returns how many entries were looked at."""
        now = timezone.now()
        released = self._release(now)
        mended = self._mend(now)
        sequence()
        changed = 0
        while not stop():
            changes = Change.objects.filter(position__gt=self.state.position).order_by("position")
            rows = list(changes.values_list("position", "id", "at", "dataset_id")[:_CHANGES])
            if rows:
                ids = {row[3] for row in rows}
                changed += self._apply(ids, timezone.now())
                position, change_id, at = rows[-1][:3]
                assert position is not None
                self.state = replace(self.state, position=position, change_id=change_id, change_at=at)
                if self.uncommitted >= _COMMIT_EVERY:
                    self._commit()
            if len(rows) < _CHANGES:
                break
        if self.uncommitted:
            self._commit()
        if mended:  # no change will say again what was mended
            self.writer.save_rows(at_once=True)
        for request in mended:
            settle(request)
        return released + len(mended) + changed

    def seconds_to_next_release(self) -> float:
        """How long until an entry becomes public by its release time alone; at most the time between two looks."""
        waiting = Dataset.objects.filter(release_at__gt=self.state.released_until).order_by("release_at")
        moment = waiting.values_list("release_at", flat=True).first()
        if moment is None:
            return _POLL
        return min(_POLL, max(0.0, (moment - timezone.now()).total_seconds()))

    def _release(self, now: datetime.datetime) -> int:
        """Entries whose release time came since we last looked; or came too early, if the clock was put back."""
        since, until = sorted((self.state.released_until, now))
        due = Dataset.objects.filter(
            release_at__gt=since,
            release_at__lte=until,
            state=enums.State.PUBLISHED,
            visibility=Visibility.PUBLIC,
        )
        count = self._apply(due.values_list("id", flat=True), now)
        self.state = replace(self.state, released_until=now)
        return count

    def _mend(self, now: datetime.datetime) -> list:
        requests = requested(self.writer.build)
        for request in requests:
            self._apply(request.ids, now)
        return requests

    def _apply(self, ids: Iterable[UUID], now: datetime.datetime) -> int:
        """Store these entries if anybody may read them, else take them out."""
        waiting = list(ids)
        for start in range(0, len(waiting), _ENTRIES):
            batch = waiting[start : start + _ENTRIES]
            entries = public_entries(batch, now=now)
            gone = set(batch) - {entry.id for entry in entries}
            self.writer.put(entries, gone=gone)
        self.uncommitted += len(waiting)
        return len(waiting)

    def _commit(self) -> None:
        self.writer.commit(self.state)
        self.uncommitted = 0


def follow(
    stop: Callable[[], bool],
    *,
    sequence: Callable[[], object],
    channel: str,
    progress: Callable[[int], object] = lambda count: None,
) -> None:
    """Keep the index up with the database until `stop()`. Builds one first where there is none or it is damaged.

    `sequence` gives committed changes their positions; `channel` is where PostgreSQL tells of new ones.
    """
    pause = _FIRST_PAUSE
    suspect = ""
    while not stop():
        try:
            follower = _open(sequence, progress, stop)
            try:
                pause = _FIRST_PAUSE
                _keep_up(follower, stop, sequence=sequence, channel=channel)
            finally:
                follower.writer.close()
        except Stopped:
            return
        except NotOurDatabase:
            logger.warning("The database is not the one that the search index was built from: building it anew.")
            abandon()
        except IndexDamaged as error:
            suspect = _judge(error, suspect)
            pause = _sleep(pause, stop)
        except (WriterBusy, BuildRunning) as error:
            logger.info("%s Waiting for it.", error)
            pause = _sleep(pause, stop)
        except (DatabaseError, InterfaceError) as error:
            logger.error("The database does not answer (%s): trying again.", str(error).strip().split("\n")[0])
            connection.close()
            pause = _sleep(pause, stop)
        except OSError as error:
            logger.error("The search index can't be written (%s): trying again.", error)
            pause = _sleep(pause, stop)


def _open(sequence: Callable[[], object], progress: Callable[[int], object], stop: Callable[[], bool]) -> Follower:
    """The current index, built first if there is none that can be followed."""
    build = current_build()
    reason = "there is none"
    if build and build.is_damaged:
        build, reason = None, "the one there was is damaged"
    if build:
        follower = begin(build)
        writer = follower.writer
        try:
            follower.check_database()
        except BaseException:
            writer.close()
            raise
        remove_old_builds()
        logger.info("Following the catalogue from change %d: ready.", follower.state.position)
        return follower
    logger.info("Building the search index: %s.", reason)
    result = rebuild(sequence=sequence, progress=progress, stop=stop)
    logger.info("Built the search index: %d datasets in %.1f seconds.", result.datasets, result.seconds)
    return _open(sequence, progress, stop)


def begin(build: Build) -> Follower:
    """Open an index where it can be carried on. Bitmaps are saved less often than documents: what came between is done
    again. Raises as `Writer` does, and `IndexDamaged` if there is no whole state file."""
    writer = Writer(build)
    try:
        state = build.read_state()
    except (OSError, ValueError, KeyError, TypeError) as error:
        writer.close()
        raise IndexDamaged(f"its state file can't be read: {error}") from error
    saved = writer.rows_state
    if saved and (saved.position, saved.released_until) < (state.position, state.released_until):
        state = saved
    return Follower(writer, state)


def _keep_up(follower: Follower, stop: Callable[[], bool], *, sequence: Callable[[], object], channel: str) -> None:
    """Catch up and wait, until `stop()` or another index takes this one's place."""
    filling = Filling() if settings.SEARCH_BY_MEANING else None
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {connection.ops.quote_name(channel)}")
    while not stop():
        if not follower.is_current():
            return
        follower.check_database()
        follower.catch_up(sequence, stop=stop)
        if stop():
            return
        follower.writer.save_rows()
        wait = follower.seconds_to_next_release()
        if filling and filling.go_on(follower.writer.searcher(), seconds=_FILLING):
            wait = 0
        with connection.wrap_database_errors:
            assert connection.connection is not None
            for _ in connection.connection.notifies(timeout=wait, stop_after=1):
                pass


def _judge(error: IndexDamaged, suspect: str) -> str:
    """Give an index up at its second failure: the first may pass, and a full disk says nothing against it."""
    build = current_build()
    if build is None or "No space left" in str(error):
        logger.error("The search index can't be written (%s): trying again.", error)
        return suspect
    if build.name != suspect:
        logger.warning("The search index failed (%s): opening it again.", error)
        return build.name
    logger.error("The search index is damaged (%s): building it anew.", error)
    abandon()
    return ""


def abandon() -> None:
    """Mark the current index as not to be followed; readers go on using what they have open until there is another."""
    build = current_build()
    if build:
        build.damage_path.touch()


def _sleep(seconds: float, stop: Callable[[], bool]) -> float:
    """Wait, looking often whether to stop; returns how long to wait if the next try fails too."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop():
        time.sleep(0.05)
    return min(seconds * 2, _LONGEST_PAUSE)
