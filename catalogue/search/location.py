"""Where indexes lie, which of them is the current one, and how far it has followed the change log.

    SEARCH_DIR/<schema hash>/current          the name of the current build
    SEARCH_DIR/<schema hash>/<build>/index/   Tantivy's files
    SEARCH_DIR/<schema hash>/<build>/state.json
    SEARCH_DIR/<schema hash>/build.lock       held while an index is being built

A version of the code with another schema has a folder of its own, so that two can run side by side during an upgrade.
"""

import datetime
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from catalogue.search.schema import SCHEMA_HASH

#: How old an index must be for a reader's report to have another built in its place.
REPORTS_HEEDED_AFTER = datetime.timedelta(hours=1)

#: Seconds for which clearing away old indexes may hold the right to build, after the new one is in use already.
CLEARING_S = 10.0


class BuildRunning(Exception):
    """Another process is building an index here."""


@dataclass(frozen=True, slots=True)
class State:
    """How far an index has come.

    `position` is that of the last change in it, 0 for none; `change_id` and `change_at` are that change's identity, by
    which a database that was restored from an older dump is recognised. Releases up to `released_until` are in it.
    """

    position: int
    change_id: int | None
    change_at: datetime.datetime | None
    released_until: datetime.datetime

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=lambda moment: moment.isoformat())

    @classmethod
    def from_json(cls, text: str) -> "State":
        """Raises `ValueError`, `KeyError` or `TypeError` if the file isn't what `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        at = found["change_at"]
        return cls(
            position=int(found["position"]),
            change_id=found["change_id"],
            change_at=datetime.datetime.fromisoformat(at) if at else None,
            released_until=datetime.datetime.fromisoformat(found["released_until"]),
        )


@dataclass(frozen=True, slots=True)
class Build:
    """One index in its folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def index_path(self) -> str:
        return str(self.folder / "index")

    @property
    def state_path(self) -> Path:
        return self.folder / "state.json"

    @property
    def rows_path(self) -> Path:
        """The bitmaps by which broad questions are counted."""
        return self.folder / "rows"

    @property
    def damage_path(self) -> Path:
        """The follower leaves this file when it has given the index up: another is to be built."""
        return self.folder / "damaged"

    @property
    def report_path(self) -> Path:
        """A reader leaves this file when it can't read the index."""
        return self.folder / "reported"

    @property
    def is_damaged(self) -> bool:
        """Given up, or reported by a reader. A report of a new index is not heeded yet: should some question ever make
        the engine fail, asking it again and again must not keep the node busy with building."""
        if self.damage_path.exists():
            return True
        return self.report_path.exists() and self.age > REPORTS_HEEDED_AFTER

    @property
    def age(self) -> datetime.timedelta:
        return datetime.datetime.now(datetime.UTC) - datetime.datetime.strptime(f"{self.name[:15]}Z", "%Y%m%dT%H%M%S%z")

    def read_state(self) -> State:
        """Raises `OSError`, `ValueError`, `KeyError` or `TypeError` if there is no whole state file."""
        return State.from_json(self.state_path.read_text())

    def write_state(self, state: State) -> None:
        write_whole(self.state_path, state.to_json().encode())


def home() -> Path:
    """The folder of this schema's indexes."""
    return Path(settings.SEARCH_DIR) / SCHEMA_HASH


def current_build() -> Build | None:
    """The index that is to be read and kept up, if there is one."""
    try:
        name = (home() / "current").read_text().strip()
    except OSError:
        return None
    return Build(home() / name) if name and (home() / name).is_dir() else None


def new_build() -> Build:
    """An empty folder for an index. Made under `building()`."""
    name = f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    build = Build(home() / name)
    Path(build.index_path).mkdir(parents=True)
    return build


def make_current(build: Build) -> None:
    """From now on readers and followers use this one."""
    write_whole(home() / "current", build.name.encode())


@contextmanager
def building(*, patience_s: float = 0) -> Iterator[None]:
    """Hold the right to build here. Raises `BuildRunning` if another process still has it after `patience_s` seconds;
    its death frees it."""
    home().mkdir(parents=True, exist_ok=True)
    give_up_at = time.monotonic() + patience_s
    with open(home() / "build.lock", "w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= give_up_at:
                    raise BuildRunning(
                        "Another process is building the search index: wait until it is done."
                    ) from error
                time.sleep(0.05)
        yield


def remove_old_builds() -> None:
    """Delete every build but the current one, unless one is being built now. Readers keep the files they have open."""
    try:
        with building():
            current = current_build()
            for folder in home().iterdir():
                if folder.is_dir() and (current is None or folder != current.folder):
                    shutil.rmtree(folder, ignore_errors=True)
    except BuildRunning:
        pass


def write_whole(path: Path, *content: bytes) -> None:
    """Replace a file so that a crash leaves the old one or the new."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(3)}")
    with open(draft, "wb") as file:
        file.writelines(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
