"""The addresses of the running servers, as their supervisor wrote them for every other process to read."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.folders import Folders, write_private
from config.embedded.processes import start_mark


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where PostgreSQL and Valkey answer; None for a server that is not run by us."""

    database_url: str | None
    redis_url: str | None

    def environment(self) -> dict[str, str]:
        """The same as environment variables."""
        named = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return {name: value for name, value in named.items() if value}


def addresses(var_dir: Path) -> Addresses | None:
    """The servers that a live supervisor runs for `var_dir`; None when there is no live one."""
    written = _read(Folders(var=var_dir))
    if not written or start_mark(written["pid"]) != written["mark"]:
        return None
    return Addresses(database_url=written["database_url"], redis_url=written["redis_url"])


def publish(folders: Folders, found: Addresses, *, ports: dict[str, int]) -> None:
    """Say that this process's servers are ready."""
    content = {
        "pid": os.getpid(),
        "mark": start_mark(os.getpid()),
        "database_url": found.database_url,
        "redis_url": found.redis_url,
        "ports": ports,
    }
    write_private(folders.address_file, json.dumps(content, indent=1))


def withdraw(folders: Folders) -> None:
    """Say that they are not (any longer); the ports stay on record."""
    if written := _read(folders):
        write_private(folders.address_file, json.dumps(written | {"pid": 0, "mark": ""}, indent=1))


def last_ports(folders: Folders) -> dict[str, int]:
    """The ports used last, by server: used again, they let a process that outlived a supervisor reach the next."""
    written = _read(folders)
    return dict(written["ports"]) if written else {}


def _read(folders: Folders) -> dict[str, Any] | None:
    try:
        written = json.loads(folders.address_file.read_text())
        if not isinstance(written["pid"], int) or not isinstance(written["ports"], dict):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return written if {"mark", "database_url", "redis_url"} <= set(written) else None
