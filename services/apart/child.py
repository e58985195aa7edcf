"""What a program that runs apart begins with: its arguments, its limits, and lines to write."""

import json
import resource
import sys
from typing import Any


def begin() -> dict[str, Any]:
    """The arguments that `process.run_apart` gave, once the limits among them hold."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    _limit(resource.RLIMIT_CPU, arguments["seconds"])
    _limit(resource.RLIMIT_AS, arguments["memory"])
    _limit(resource.RLIMIT_CORE, 0)
    if arguments.get("file_size") is not None:
        _limit(resource.RLIMIT_FSIZE, arguments["file_size"])
    return arguments


def say(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said))
    sys.stdout.write("\n")


def _limit(which: int, most: int) -> None:
    _, hardest = resource.getrlimit(which)
    allowed = most if hardest == resource.RLIM_INFINITY else min(most, hardest)
    try:
        resource.setrlimit(which, (allowed, hardest))
    except (ValueError, OSError):  # macOS knows the limit of memory and refuses to set it
        return
