"""A Git forge on loopback: the list of a repository's files as GitHub's API gives it, and the files."""

import asyncio
import datetime
import hashlib
import json
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.replies import answer


@dataclass
class FakeForge:
    """Serves the repository `county/open-data`, branch `main`; change its `files` (path → value) between two harvests.

    `is_cut`: the list of files says that it is not complete. `instead` are paths of files that answer something else.
    """

    server: FaultyServer
    files: dict[str, Any] = field(default_factory=dict)
    is_cut: bool = False
    instead: dict[str, Reply] = field(default_factory=dict)
    clock: datetime.datetime = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)

    def __post_init__(self) -> None:
        self.server.replies["*"] = self._reply()

    @property
    def url(self) -> str:
        return self.server.url("/county/open-data/tree/main/datasets")

    @property
    def files_asked(self) -> list[str]:
        paths = [unquote(path) for _, path in self.server.asked]
        return [path.partition("/raw/main/")[2] for path in paths if "/raw/main/" in path]

    def _reply(self) -> Reply:
        async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            return await self._answer(unquote(request.path))(request, writer)

        return reply

    def _answer(self, path: str) -> Reply:
        headers = {"Date": format_datetime(self.clock, usegmt=True)}
        if path.startswith("/api/v3/repos/county/open-data/git/trees/main"):
            return answer(json.dumps(self._tree()).encode(), headers=headers | {"Content-Type": "application/json"})
        name = path.partition("/county/open-data/raw/main/")[2]
        if name in self.instead:
            return self.instead[name]
        if name in self.files:
            return answer(_bytes(self.files[name]), headers=headers | {"Content-Type": "text/plain"})
        return answer(b'{"message": "Not Found"}', status=404, headers=headers)

    def _tree(self) -> dict[str, Any]:
        folders = {path.rpartition("/")[0] for path in self.files if "/" in path}
        entries = [{"path": folder, "mode": "040000", "type": "tree", "sha": "0" * 40} for folder in sorted(folders)]
        entries += [
            {"path": path, "mode": "100644", "type": "blob", "sha": hashlib.sha1(_bytes(value)).hexdigest()}
            for path, value in self.files.items()
        ]
        return {"sha": "f" * 40, "tree": entries, "truncated": self.is_cut}


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()
