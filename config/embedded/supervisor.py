"""`make serve` and `make demo`: the servers, then every process of the Procfile, kept running until Ctrl-C."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from config.embedded import processes
from config.embedded.address_file import Addresses, addresses
from config.embedded.client import PROJECT, ensure, let_go
from config.embedded.demo import Demo
from config.embedded.folders import Folders, ServersError, take_lock
from config.embedded.kept import Kept
from config.embedded.output import Output
from config.embedded.servers import OwnServers, needed
from config.embedded.site import Site
from config.embedded.stopping import Stopped, StopSignals

TICK = 0.2  # seconds between two looks at the children
RELEASE = "release"
PORT_FREE_WITHIN = 5.0  # seconds that the web process of a killed supervisor is given to end
WEB_SLOW_AFTER = 60.0  # seconds after which we say that the web process takes long


def supervise(var_dir: Path, *, commands: dict[str, str], demo: Demo | None = None, parent: int | None = None) -> int:
    """Run `commands` (the Procfile's) until a signal comes, or until the process `parent` is gone.

    Returns the exit code. `release` runs first and to its end; the others are kept running.
    """
    folders = Folders(var=var_dir)
    folders.create()
    lock = take_lock(folders.run_lock)
    if lock is None:
        raise ServersError(
            f"Domesday already runs on {var_dir}: stop it first, or give this one a VAR_DIR and a PORT of its own."
        )
    try:
        return _Supervisor(folders, commands=commands, demo=demo, parent=parent).run()
    finally:
        os.close(lock)


class _Supervisor:
    def __init__(self, folders: Folders, *, commands: dict[str, str], demo: Demo | None, parent: int | None) -> None:
        self.folders = folders
        self.parent = parent
        self.output = Output(sys.stdout)
        self.site = Site.from_environment()
        self.demo = demo
        self.release = commands.get(RELEASE)
        extra = demo.processes if demo else {}
        self.commands = extra | {name: command for name, command in commands.items() if name != RELEASE}
        self.servers: OwnServers | None = None
        self.addresses = Addresses(database_url=None, redis_url=None)
        self.kept: list[Kept] = []
        self.running: processes.Child | None = None  # a command that is to end by itself
        self.signals = StopSignals()

    def run(self) -> int:
        try:
            leftovers = processes.stop_leftovers(self.folders.process_records)
            self.site.check_port(seconds=PORT_FREE_WITHIN if leftovers else 0.0)
            self._open_servers(leftovers=leftovers)
            if self.release:
                self._run_to_end(RELEASE, self.release)
            self._start_processes()
            self._wait_for_web()
            if self.demo:
                self._wait(self.demo.is_serving)
                self._run_to_end("demo", self.demo.loader)
            self.output.say(f"Domesday is ready: {self.site.address} (Ctrl-C stops it)")
            while True:
                self._tick()
        except Stopped:
            return 0
        finally:
            self._stop()

    def _open_servers(self, *, leftovers: list[processes.Leftover]) -> None:
        """Own the servers; or use those of a transient supervisor, which cannot stop while we hold its lock."""
        self.servers = OwnServers.open(
            self.folders, names=needed(), durable=True, say=self.output.say, leftovers=leftovers
        )
        self.addresses = self.servers.addresses if self.servers else ensure(self.folders.var)

    def _start_processes(self) -> None:
        for name, command in self.commands.items():
            launch = partial(self._launch, name, command)
            self.kept.append(Kept(title=name, child=launch(), launch=launch, say=self.output.say))

    def _launch(self, name: str, command: str) -> processes.Child:
        child = processes.start(
            ["sh", "-c", command],
            name=name,
            records=self.folders.process_records,
            folder=PROJECT,
            environment=self._environment(),
            output=subprocess.PIPE,
        )
        self.output.attach(child)
        return child

    def _environment(self) -> dict[str, str]:
        return (
            os.environ
            | self.addresses.environment()
            | self.site.environment()
            | (self.demo.environment() if self.demo else {})
            | {
                "VAR_DIR": str(self.folders.var),
                "PYTHONUNBUFFERED": "1",
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            }
        )

    def _run_to_end(self, name: str, command: str) -> None:
        self.running = self._launch(name, command)
        self._wait(self.running.has_ended)
        self.output.drain()
        if self.running.process.returncode != 0:
            raise ServersError(f"“{command}” failed ({self.running.end}); its output above says why.")
        self.running = None

    def _wait_for_web(self) -> None:
        begin = time.monotonic()
        warned = False
        while not self.site.answers():
            self._tick()
            if not warned and time.monotonic() - begin > WEB_SLOW_AFTER:
                self.output.say(f"{self.site.address}/healthz does not answer yet; still waiting.")
                warned = True

    def _wait(self, is_true: processes.Condition) -> None:
        while not is_true():
            self._tick()

    def _tick(self) -> None:
        self.output.pump(TICK)
        if self.parent is not None and os.getppid() != self.parent:
            self.output.say(f"Process {self.parent}, which started this, is gone.")
            self.signals.stop()
        if self.servers:
            self.servers.look()
        elif needed() and addresses(self.folders.var) is None:
            self._replace_servers()
        for kept in self.kept:
            kept.look()

    def _replace_servers(self) -> None:
        """The transient supervisor whose servers we used was killed: run them ourselves."""
        self.output.say("The supervisor of the servers was killed; starting them again.")
        let_go(self.folders)
        before = self.addresses
        self._open_servers(leftovers=[])
        if self.addresses != before:
            for kept in self.kept:
                kept.child.ask_to_stop()  # it is started again, with the new addresses

    def _stop(self) -> None:
        """Processes first, then what they talk to."""
        self.signals.close()
        children = [kept.child for kept in self.kept] + ([self.running] if self.running else [])
        children = [child for child in children if not child.has_ended()]
        if children:
            self.output.say("Stopping.")
        for child in children:
            child.ask_to_stop()
        end = time.monotonic() + processes.GENTLE.steps[0][1]
        while not all(child.has_ended() for child in children):
            if time.monotonic() > end or self.signals.hurry:
                break
            self.output.pump(TICK / 4)
        for child in children:
            child.kill()
        self.output.drain()
        if self.servers:
            self.servers.stop()
        self.output.say("Stopped.")
