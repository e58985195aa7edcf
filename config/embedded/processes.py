"""Child processes that die with their parent, and that the next start recognises when they did not."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded.account import Account
from config.embedded.folders import wait_until, write_private

Condition = Callable[[], bool]

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a kind of process is asked to stop: signals in order, each with the seconds it is given."""

    steps: tuple[tuple[signal.Signals, float], ...]

    @property
    def first(self) -> signal.Signals:
        return self.steps[0][0]


#: For everything but PostgreSQL.
GENTLE = Ending(steps=((signal.SIGTERM, 10.0),))
#: PostgreSQL's “fast” shutdown, then “immediate”, from which it recovers by its log.
FAST_SHUTDOWN = Ending(steps=((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0)))


class Child:
    """A running program, leader of its own process group, known by a file in the run folder."""

    def __init__(self, *, name: str, process: "subprocess.Popen[bytes]", record: Path, ending: Ending) -> None:
        self.name = name
        self.process = process
        self.record = record
        self.ending = ending

    @property
    def output(self) -> IO[bytes] | None:
        return self.process.stdout

    def has_ended(self) -> bool:
        """True once the program is gone; whatever it left in its group is then killed."""
        if self.process.poll() is None:
            return False
        if self.record.exists():
            _signal_group(self.process.pid, signal.SIGKILL)
            self.record.unlink(missing_ok=True)
        return True

    @property
    def end(self) -> str:
        """How it ended, for people."""
        code = self.process.returncode
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def ask_to_stop(self) -> None:
        if not self.has_ended():
            self.process.send_signal(self.ending.first)

    def kill(self) -> None:
        if not self.has_ended():
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.has_ended()

    def stop(self) -> None:
        """Ask, wait, insist."""
        for number, seconds in self.ending.steps:
            if self.has_ended():
                return
            self.process.send_signal(number)
            if wait_until(self.has_ended, seconds=seconds):
                return
        self.kill()


def start(
    command: Sequence[str],
    *,
    name: str,
    records: Path,
    ending: Ending = GENTLE,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    output: IO[bytes] | int | None = None,
    typed: bytes | None = None,
) -> Child:
    """Start `command` in `folder`; under `account`'s user if given. `typed` is what it reads from its input."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that a terminal's Ctrl-C reaches the supervisor alone, which stops them in order
        preexec_fn=_die_with_parent(ending.first),
        **(account.popen_options if account else {}),
    )
    record = records / f"{name}.pid"
    write_private(record, json.dumps({"pid": process.pid, "mark": start_mark(process.pid)}))
    if typed is not None and process.stdin:
        with process.stdin:
            process.stdin.write(typed)
    return Child(name=name, process=process, record=record, ending=ending)


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """What a supervisor that was killed left: a record and, where `is_alive`, a process."""

    name: str
    pid: int
    is_alive: bool


def stop_leftovers(records: Path, *, endings: Mapping[str, Ending] | None = None) -> list[Leftover]:
    """Stop every process that an earlier supervisor recorded and did not stop, and forget the records.

    A process is ours only if it began when the record says: a number that was given to another process since is let be.
    """
    found = []
    for record in sorted(records.glob("*.pid"), reverse=True):  # Valkey before PostgreSQL
        try:
            known = json.loads(record.read_text())
            pid, mark = int(known["pid"]), known["mark"]
        except (ValueError, KeyError, TypeError):
            record.unlink(missing_ok=True)
            continue
        is_alive = mark is not None and start_mark(pid) == mark
        if is_alive:
            stop_process(pid, ending=(endings or {}).get(record.stem, GENTLE))
        found.append(Leftover(name=record.stem, pid=pid, is_alive=is_alive))
        record.unlink(missing_ok=True)
    return found


def stop_process(pid: int, *, ending: Ending) -> None:
    """Stop a process that is no child of ours."""
    mark = start_mark(pid)

    def is_gone() -> bool:
        return mark is None or start_mark(pid) != mark

    for number, seconds in ending.steps:
        if is_gone():
            return
        os.kill(pid, number)
        if wait_until(is_gone, seconds=seconds):
            return
    _signal_group(pid, signal.SIGKILL)
    wait_until(is_gone, seconds=5)


def start_mark(pid: int) -> str | None:
    """What tells a live process from any other that ever has the same number; None when none is alive."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else start_mark_by_ps(pid)
    started = fields[18]  # clock ticks since boot: field 22 of proc(5)
    return None if state in "ZX" else f"{_boot()} {started}"


def start_mark_by_ps(pid: int) -> str | None:
    """For systems without /proc, such as macOS."""
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown boot"


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Linux sends `number` to the child when the supervisor dies; elsewhere the next start clears up."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a zombie's group
        os.killpg(leader, number)
