"""Starts a parser in a process of its own, with bounded memory and processor time, and reads what it writes."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]

#: What the process is told of its surroundings: nothing of ours, secrets least of all.
_ENVIRONMENT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")

#: Seconds between two looks at how much memory a process holds.
_LOOK_EVERY = 0.1
#: A process may wait for the disk or a busy machine: this many times its processor time, and then it has hung.
_PATIENCE = 4


class Crashed(Exception):
    """The parser did not come to its end. `str(error)` goes on from "The source could not be read: "."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one process may take. Sizes in bytes."""

    seconds: int
    """Of processor time."""
    memory: int = 2 * 1024**3
    """Of address space, which the system holds it to."""
    resident: int | None = None
    """Of memory really held. Looked at ten times a second, where the system tells (Linux)."""
    file_size: int | None = None
    """Of any file that it writes."""


def run_apart(
    module: str, arguments: Mapping[str, Any], *, seconds: int | None = None, limits: Limits | None = None
) -> Iterator[dict[str, Any]]:
    """The objects that `python -m module` writes, a line each, as they come. Raises Crashed.

    `seconds` is short for limits that say no more than this. Closing the iterator ends the process.
    """
    if limits is None:
        if seconds is None:
            raise ValueError("Give seconds or limits.")
        limits = Limits(seconds=seconds)
    told = {"seconds": limits.seconds, "memory": limits.memory, "file_size": limits.file_size}
    command = [sys.executable, "-m", module, json.dumps({**arguments, **told})]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=_ROOT,
            env={**environment, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        with _Watch(process, limits) as watch:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if line.endswith(b"\n"):  # else it was cut off by the end of the process
                        yield json.loads(line)
                if process.wait():
                    raise Crashed(watch.found or _why(process.returncode, complaints, limits, module))
            finally:
                process.kill()
                process.communicate()


class _Watch:
    """Ends a process that holds more memory than it may, or that has hung."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.found = ""
        """Why it was ended."""
        self._process = process
        self._limits = limits
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="apart-watch", daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        deadline = time.monotonic() + _PATIENCE * self._limits.seconds + 10
        statm = Path(f"/proc/{self._process.pid}/statm")
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._is_over.wait(_LOOK_EVERY):
            if time.monotonic() > deadline:
                self.found = _too_long(self._limits.seconds)
            elif self._limits.resident is not None:
                try:
                    resident = int(statm.read_text().split()[1]) * page
                except (OSError, IndexError, ValueError):
                    continue
                if resident > self._limits.resident:
                    self.found = _too_large(self._limits.resident)
            if self.found:
                self._process.kill()
                return


def _why(code: int, complaints: IO[bytes], limits: Limits, module: str) -> str:
    complaints.seek(0)
    said = complaints.read(20_000).decode("utf-8", "replace")
    logger.warning("%s ended with %s: %s", module, code, said[-2_000:])
    if code == -signal.SIGXCPU:
        return _too_long(limits.seconds)
    if "memory allocation" in said or "MemoryError" in said or "Out of Memory" in said or code == -signal.SIGKILL:
        return _too_large(limits.memory)
    if code == -signal.SIGXFSZ:
        return "it unpacks to more than we take: it is too large, or made to be."
    return "it is nested too deeply, or damaged in a way that the reader could not bear."


def _too_long(seconds: int) -> str:
    return f"reading it took more than {seconds} seconds, far more than a file of its size should."


def _too_large(size: int) -> str:
    amount = f"{size // 1024**3} GB" if size >= 1024**3 else f"{size // 1024**2} MB"
    return f"reading it took more than {amount} of memory: it is too large, or made to be."
