"""What a command does to have servers: use those that run, or start a transient supervisor."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config.embedded.address_file import Addresses, addresses
from config.embedded.folders import Folders, ServersError, take_lock
from config.embedded.servers import VARIABLES, needed
from config.embedded.transient import BUSY, FAILED, NOTE, READY

PROJECT = Path(__file__).resolve().parents[2]
WAIT_FOR_OTHER = 90.0  # seconds to wait for servers that another process is starting or stopping

_held: dict[Path, int] = {}


def ensure(var_dir: Path, *, durable: bool = True, environment: Mapping[str, str] = os.environ) -> Addresses:
    """The addresses of PostgreSQL and Valkey: those the environment names, else servers of our own in `var_dir`.

    Where no supervisor runs there, a transient one is started. It lives until the last process that called this has
    ended, however that ends. `durable=False` (for tests) trades the safety of the data for speed.
    """
    names = needed(environment)
    given = Addresses(
        database_url=environment.get("DATABASE_URL", "").strip() or None,
        redis_url=environment.get("REDIS_URL", "").strip() or None,
    )
    if not names:
        return given
    folders = Folders(var=var_dir.absolute())
    folders.create()
    hold(folders)
    end = time.monotonic() + WAIT_FOR_OTHER
    while (found := addresses(folders.var)) is None:
        if not _start(folders, names=names, durable=durable):
            if time.monotonic() > end:
                raise ServersError(
                    f"Another process is starting or stopping the servers in {folders.var} and does not finish. "
                    f"See {folders.log}, end that process, and try again."
                )
            time.sleep(0.05)
    own = found.environment()
    missing = [VARIABLES[name] for name in sorted(names) if VARIABLES[name] not in own]
    if missing:
        raise ServersError(
            f"The servers in {folders.var} were started by a command that had {' and '.join(missing)} set, and this "
            "one has not: set the same for all, or wait until that command has ended."
        )
    return Addresses(
        database_url=given.database_url or found.database_url, redis_url=given.redis_url or found.redis_url
    )


def hold(folders: Folders) -> None:
    """Keep a transient supervisor of `folders` alive until this process ends."""
    if folders.clients_lock not in _held:
        lock = take_lock(folders.clients_lock, shared=True, wait=True)
        assert lock is not None
        _held[folders.clients_lock] = lock


def let_go(folders: Folders) -> None:
    """Allow the transient supervisor to stop."""
    if (lock := _held.pop(folders.clients_lock, None)) is not None:
        os.close(lock)


def _start(folders: Folders, *, names: frozenset[str], durable: bool) -> bool:
    """Start a transient supervisor; False when another process owns the servers at the moment."""
    command = [sys.executable, "-m", "config.embedded", "servers", f"--var-dir={folders.var}", *sorted(names)]
    with (
        (folders.log / "supervisor.log").open("ab") as log,
        subprocess.Popen(
            command + ([] if durable else ["--not-durable"]),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # a Ctrl-C meant for the command must not stop other commands' servers
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            word, _, text = line.strip().partition(" ")
            if word == NOTE:
                sys.stderr.write(f"{text}\n")
            elif word == FAILED:
                raise ServersError(text)
            elif word in {READY, BUSY}:
                return word == READY
    raise ServersError(f"The servers did not start. See {log.name}.")
