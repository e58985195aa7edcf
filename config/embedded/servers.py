"""PostgreSQL and Valkey as this process's own children: start, keep, stop."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from config.embedded import address_file, processes
from config.embedded.address_file import Addresses
from config.embedded.folders import Folders, Say, ServersError, take_lock, wait_until
from config.embedded.kept import Kept
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

Server = Postgres | Valkey

READY_WITHIN = 60.0  # seconds; replaying the log of a killed PostgreSQL can take a while
PORT_ATTEMPTS = 5
LOG_TAIL = 5  # lines of a server's log in the message that says it would not start

VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
ENDINGS = {Valkey.name: Valkey.ending, Postgres.name: Postgres.ending}


def needed(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """The servers that the environment does not name, and that we therefore run ourselves."""
    return frozenset(name for name, variable in VARIABLES.items() if not environment.get(variable, "").strip())


class OwnServers:
    """The servers of one VAR_DIR, owned by this process. At most one process owns them: the lock says which."""

    def __init__(
        self,
        folders: Folders,
        *,
        names: frozenset[str],
        durable: bool,
        say: Say,
        lock: int,
        leftovers: Sequence[processes.Leftover],
    ) -> None:
        self.folders = folders
        self.say = say
        self._lock = lock
        self._ports = address_file.last_ports(folders)
        self._kept: dict[str, Kept] = {}
        self.addresses = Addresses(database_url=None, redis_url=None)
        address_file.withdraw(folders)
        self._recover(leftovers)
        try:
            servers: dict[str, Server] = {}
            if Postgres.name in names:
                servers[Postgres.name] = Postgres(folders, durable=durable, say=say)
            if Valkey.name in names:
                servers[Valkey.name] = Valkey(folders)
            for server in servers.values():
                self._start(server)
        except BaseException:
            self.stop()
            raise
        urls = {name: server.url(port=self._ports[name]) for name, server in servers.items()}
        self.addresses = Addresses(database_url=urls.get(Postgres.name), redis_url=urls.get(Valkey.name))
        address_file.publish(folders, self.addresses, ports=self._ports)

    @classmethod
    def open(
        cls,
        folders: Folders,
        *,
        names: frozenset[str],
        durable: bool,
        say: Say,
        leftovers: Sequence[processes.Leftover] = (),
    ) -> "OwnServers | None":
        """Become the owner and start the servers; None when another process is the owner.

        `leftovers` is what the caller found of an earlier run's other processes, to be told in the same line.
        """
        lock = take_lock(folders.supervisor_lock)
        if lock is None:
            return None
        return cls(folders, names=names, durable=durable, say=say, lock=lock, leftovers=leftovers)

    def look(self) -> None:
        """Start again what has died. Call this a few times a second."""
        for kept in self._kept.values():
            kept.look()

    def stop(self) -> None:
        """Valkey first, then PostgreSQL; then let another process own them."""
        address_file.withdraw(self.folders)
        for kept in reversed(self._kept.values()):
            kept.child.stop()
        self._kept = {}
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _recover(self, leftovers: Sequence[processes.Leftover]) -> None:
        found = [*leftovers, *processes.stop_leftovers(self.folders.server_records, endings=ENDINGS)]
        if found:
            stopped = ", ".join(f"{one.name} (process {one.pid})" for one in found if one.is_alive)
            what = f"stopped what it left behind: {stopped}." if stopped else "none of its processes is left."
            self.say(f"Recovered: the last run here did not stop in order; {what}")

    def _start(self, server: Server) -> None:
        server.prepare()
        log = _new_log(self.folders.log / f"{server.name}.log")
        for attempt in range(PORT_ATTEMPTS):
            port = self._ports[server.name] = free_port(self._ports.get(server.name) if attempt == 0 else None)
            child = server.launch(port=port, output=log)
            try:
                ready = wait_until(
                    lambda child=child, port=port: child.has_ended() or server.answers(port=port),  # type: ignore[misc]
                    seconds=READY_WITHIN,
                )
                if ready and not child.has_ended():
                    break
            except BaseException:
                child.stop()
                raise
            child.stop()
            # It ended: another program took the port first, or an old server's last processes are still ending
            time.sleep(0.2 * (attempt + 1))
        else:
            lines = Path(log.name).read_text(errors="replace").splitlines()[-LOG_TAIL:]
            raise ServersError(f"{server.title} does not start. The end of {log.name}:\n" + "\n".join(lines))
        again = partial(self._launch_again, server, log)
        self._kept[server.name] = Kept(title=server.title, child=child, launch=again, say=self.say)

    def _launch_again(self, server: Server, log: IO[bytes]) -> processes.Child:
        if isinstance(server, Postgres):
            server.clear_lock()
        return server.launch(port=self._ports[server.name], output=log)


def free_port(preferred: int | None) -> int:
    """`preferred` if nothing listens there, else any free port of the loopback interface."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise ServersError("No port of 127.0.0.1 is free.")


def _new_log(path: Path) -> IO[bytes]:
    """A fresh log; the one before is kept beside it."""
    if path.exists():
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")
