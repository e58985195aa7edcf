"""The Procfile: which processes the project consists of."""

import re
from pathlib import Path

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")


def read(path: Path) -> dict[str, str]:
    """Shell command by process name, in the file's order."""
    found = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(f"{path} has a line that is not “name: command”: {line}")
        found[match[1]] = match[2]
    return found
