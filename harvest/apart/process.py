"""Starts a parser in a process of its own, with bounded memory and processor time, and reads what it writes."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_MEMORY = 2 * 1024**3

#: What the process is told of its surroundings: nothing of ours, secrets least of all.
_ENVIRONMENT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class Crashed(Exception):
    """The parser did not come to its end. `str(error)` goes on from "The source could not be read: "."""


def run_apart(module: str, arguments: Mapping[str, Any], *, seconds: int) -> Iterator[dict[str, Any]]:
    """The objects that `python -m module` writes, a line each, as they come. Raises Crashed.

    `seconds` of processor time are allowed. Closing the iterator ends the process.
    """
    command = [sys.executable, "-m", module, json.dumps({**arguments, "seconds": seconds, "memory": _MEMORY})]
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
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.endswith(b"\n"):  # else it was cut off by the end of the process
                    yield json.loads(line)
            if process.wait():
                raise Crashed(_why(process.returncode, complaints, seconds, module))
        finally:
            process.kill()
            process.communicate()


def _why(code: int, complaints: IO[bytes], seconds: int, module: str) -> str:
    complaints.seek(0)
    said = complaints.read(20_000).decode("utf-8", "replace")
    logger.warning("%s ended with %s: %s", module, code, said[-2_000:])
    if code == -signal.SIGXCPU:
        return f"reading it took more than {seconds} seconds, far more than a file of its size should."
    if "memory allocation" in said or "MemoryError" in said or code == -signal.SIGKILL:
        return f"reading it took more than {_MEMORY // 1024**3} GB of memory: it is too large, or made to be."
    return "it is nested too deeply, or damaged in a way that the reader could not bear."
