"""Making the dumps of the whole catalogue: every file in one walk, none of it kept in memory."""

import datetime
import hashlib
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Max

from catalogue.actions.changes import assign_positions
from catalogue.dumps.formats import FILES, DumpFile
from catalogue.dumps.kept import KeptFile, Manifest, root, write_manifest
from catalogue.dumps.parquet import write_parquet
from catalogue.models import Change, Dataset
from catalogue.serializers.entries import walk

#: Advisory lock of whoever makes a dump.
_LOCK: Final = 0x64756D70


class AlreadyRunning(Exception):
    """Another process makes a dump at this moment."""


def make(*, now: datetime.datetime, progress: Callable[[int], object] = lambda count: None) -> Manifest:
    """Write the files of a dump, then put it in the place of the one before, which is deleted.

    Raises `AlreadyRunning`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
    try:
        return _make(now, progress)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _make(now: datetime.datetime, progress: Callable[[int], object]) -> Manifest:
    while assign_positions():
        pass
    position = Change.objects.aggregate(highest=Max("position"))["highest"] or 0
    folder = root() / f"{now:%Y-%m-%dT%H%M%S.%fZ}"
    folder.mkdir(parents=True)
    try:
        count = _write(folder, progress)
        for file in FILES:
            if file.sink is None:
                write_parquet(folder, file.name.partition(".")[0])
        shutil.rmtree(folder / "spill", ignore_errors=True)
        files = tuple(_kept(folder, file) for file in FILES)
        manifest = Manifest(folder.name, now, position, count, files)
        write_manifest(manifest)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_others(folder)
    return manifest


def _write(folder: Path, progress: Callable[[int], object]) -> int:
    count = 0
    with ExitStack() as stack:
        sinks = []
        for file in FILES:
            if file.sink is not None:
                sink = file.sink(folder / file.name, settings.SITE_URL)
                stack.callback(sink.close)
                sinks.append(sink)
        for entry in walk(Dataset.objects.public()):
            for sink in sinks:
                sink.add(entry)
            count += 1
            progress(1)
    return count


def _kept(folder: Path, file: DumpFile) -> KeptFile:
    path = folder / file.name
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return KeptFile(file.name, file.title, file.media_type, path.stat().st_size, digest)


def _remove_others(folder: Path) -> None:
    """A copy that is no longer served holds what may have been withdrawn since. Who is reading it reads on."""
    for other in root().iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)
