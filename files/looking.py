"""Having a file looked into by a process of its own, and gathering what that process says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from services.apart.process import Crashed, Limits, run_apart

#: What one process may take: less than half a gigabyte of memory, whatever comes.
_RESIDENT: Final = 400 * 1024**2
_ADDRESSES: Final = 4 * 1024**3
_FILE_SIZE: Final = 2 * 1024**3
#: Processor time: some for starting, and some for each megabyte.
_SECONDS: Final = 40
_SECONDS_PER_MB: Final = 0.5


@dataclass
class Looked:
    """What is in a file."""

    format: dict[str, Any] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    """Why there is nothing to preview."""
    crash: str = ""
    """Why the process did not come to its end. What it had said before counts all the same."""


def limits_for(path: Path) -> Limits:
    return Limits(
        seconds=int(_SECONDS + _SECONDS_PER_MB * path.stat().st_size / 1024**2),
        memory=_ADDRESSES,
        resident=_RESIDENT,
        file_size=_FILE_SIZE,
    )


def look_into(path: Path, *, name: str, folder: Path, allowed: Mapping[str, list[str]] | None = None) -> Looked:
    """`folder`: an empty one, where Parquet files and maps are put. `allowed`: see `files.apart.profile`."""
    looked = Looked()
    arguments = {"path": str(path), "name": name, "folder": str(folder), "allowed": dict(allowed or {})}
    try:
        for line in run_apart("files.apart.profile", arguments, limits=limits_for(path)):
            for what, said in line.items():
                match what:
                    case "format":
                        looked.format = said
                    case "table":
                        looked.tables.append(said)
                    case "sheet":
                        looked.sheets.append(said)
                    case "document":
                        looked.document = said
                    case "archive":
                        looked.members = said["members"]
                    case "reason":
                        looked.reason = said
    except Crashed as crashed:
        looked.crash = f"{str(crashed)[:1].upper()}{str(crashed)[1:]}"
    return looked
