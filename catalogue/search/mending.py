"""Asking the follower to read some entries again: only it may write the index while it runs.

A request is a file in the index's folder. The follower does what it says, commits, and deletes it.
"""

import contextlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from catalogue.search.location import Build


@dataclass(frozen=True, slots=True)
class MendRequest:
    path: Path
    ids: tuple[UUID, ...]


def ask(build: Build, ids: Iterable[UUID]) -> MendRequest:
    """Leave a request for these entries. It is settled once its file is gone."""
    wanted = tuple(ids)
    path = build.folder / f"mend-{secrets.token_hex(6)}"
    draft = path.with_name(f".{path.name}")
    draft.write_text("\n".join(str(dataset_id) for dataset_id in wanted))
    draft.replace(path)
    return MendRequest(path, wanted)


def requested(build: Build) -> list[MendRequest]:
    """Requests that wait. Lines that are no UUID are passed over."""
    requests = []
    for path in sorted(build.folder.glob("mend-*")):
        ids = []
        for line in path.read_text().splitlines():
            with contextlib.suppress(ValueError):
                ids.append(UUID(line))
        requests.append(MendRequest(path, tuple(ids)))
    return requests


def settle(request: MendRequest) -> None:
    request.path.unlink(missing_ok=True)
