"""A VAR_DIR to try, with the programs that a test starts on it."""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.embedded import addresses
from config.embedded.client import PROJECT
from config.embedded.folders import Folders
from config.embedded.processes import start_mark
from config.env import KNOWN
from tests.waiting import PATIENCE, until

#: Shows what a command sees: the addresses, and that both servers answer with them.
PROBE = """
import json, os, sys
import psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    def ask(query):
        return connection.execute(query).fetchone()[0]
    print(json.dumps({
        "server": str(ask("SELECT pg_postmaster_start_time()")),
        "user": ask("SELECT current_user"),
        "superuser": ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
        "encoding": ask("SHOW server_encoding"),
        "fsync": ask("SHOW fsync"),
        "ping": redis.Redis.from_url(os.environ["REDIS_URL"]).ping(),
    }))
sys.stdout.flush()
sys.stdin.read()
"""


def is_alive(pid: int) -> bool:
    return start_mark(pid) is not None


def kill(supervisor: int, *others: int) -> None:
    """Kill a supervisor and more at one moment: none of them sees another's end, and acts on it, before its own."""
    os.kill(supervisor, signal.SIGSTOP)
    for pid in (*others, supervisor):
        os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens at. Not one that the system chose: those it gives to any connection meanwhile."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Instance:
    """One VAR_DIR, and the programs that a test starts on it."""

    def __init__(self, var_dir: Path) -> None:
        self.folders = Folders(var=var_dir)
        self.port = free_port()
        self.started: list[subprocess.Popen[str]] = []

    def environment(self, **extra: str) -> dict[str, str]:
        """As on a fresh machine: no variable of the project is set but those given."""
        kept = {name: value for name, value in os.environ.items() if name not in KNOWN}
        return kept | {"VAR_DIR": str(self.folders.var), "PORT": str(self.port)} | extra

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=PROJECT,
            env=self.environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def start_probe(self, **environment: str) -> "subprocess.Popen[str]":
        """A command that uses the servers until its input ends."""
        return self.start("-m", "config.embedded", "exec", sys.executable, "-c", PROBE, **environment)

    def query(self, statement: str) -> "subprocess.CompletedProcess[str]":
        """Run SQL by a command of its own; the first column of the first row is printed."""
        code = (
            "import os, sys, psycopg\n"
            "with psycopg.connect(os.environ['DATABASE_URL']) as connection:\n"
            "    cursor = connection.execute(sys.argv[1])\n"
            "    print(cursor.fetchone()[0] if cursor.description else 'done')\n"
        )
        process = self.start("-m", "config.embedded", "exec", sys.executable, "-c", code, statement)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def written(self) -> dict[str, Any]:
        """The address file."""
        content: dict[str, Any] = json.loads(self.folders.address_file.read_text())
        return content

    def pids(self) -> dict[str, int]:
        """What runs, by name, as the supervisors recorded it."""
        found = {}
        for record in [*self.folders.server_records.glob("*.pid"), *self.folders.process_records.glob("*.pid")]:
            with contextlib.suppress(FileNotFoundError):  # it ends in this very moment
                found[record.stem] = json.loads(record.read_text())["pid"]
        return found

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def wait_until_stopped(self) -> None:
        until(lambda: not self.pids() and addresses(self.folders.var) is None, what="the servers to stop")

    def close(self) -> None:
        """Whatever the test did, nothing of it stays."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=PATIENCE)
        for pid in [*self.pids().values(), self.written()["pid"] if self.folders.address_file.exists() else 0]:
            if pid and is_alive(pid):
                with contextlib.suppress(ProcessLookupError):  # it ends in this very moment
                    os.kill(pid, signal.SIGKILL)
