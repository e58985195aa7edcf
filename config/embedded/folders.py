"""Where the supervisor keeps what it writes, and the locks that live there."""

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]


class ServersError(Exception):
    """The servers cannot be started or reached; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The supervisor's part of VAR_DIR."""

    var: Path

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def server_records(self) -> Path:
        """Which servers run: written by their owner."""
        return self.run / "servers"

    @property
    def process_records(self) -> Path:
        """Which of the Procfile's processes run."""
        return self.run / "processes"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def data(self) -> Path:
        return self.postgres / "data"

    @property
    def passwords(self) -> Path:
        return self.postgres / "passwords.json"

    @property
    def address_file(self) -> Path:
        return self.run / "addresses.json"

    @property
    def supervisor_lock(self) -> Path:
        """Held by whoever owns the servers of this folder."""
        return self.run / "supervisor.lock"

    @property
    def clients_lock(self) -> Path:
        """Shared by every command that uses a transient supervisor, which stops once nobody holds it."""
        return self.run / "clients.lock"

    @property
    def run_lock(self) -> Path:
        """Held by the one `make serve` or `make demo` of this folder."""
        return self.run / "processes.lock"

    def create(self) -> None:
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            for folder in (self.run, self.server_records, self.process_records, self.log, self.postgres):
                folder.mkdir(mode=0o700, exist_ok=True)
            for lock in (self.supervisor_lock, self.clients_lock, self.run_lock):
                os.close(_open(lock))
        except OSError as error:
            raise ServersError(
                f"Cannot write to {error.filename} ({error.strerror}). It may belong to another user: "
                "run as that user, or set VAR_DIR to a folder of your own."
            ) from error


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file that only its owner can read."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def take_lock(path: Path, *, shared: bool = False, wait: bool = False) -> int | None:
    """Lock `path`, and return the descriptor whose closing frees it; None when another process has it.

    The kernel frees it when the process dies, however it dies. Programs that the holder starts do not inherit it.
    """
    descriptor = _open(path)
    flags = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        fcntl.flock(descriptor, flags)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def wait_until(is_true: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Ask again and again; False when `seconds` have passed in vain."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
