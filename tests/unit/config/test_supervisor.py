"""`make serve` and `make demo`, with small processes in the place of the project's own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded.demo import Demo
from config.embedded.folders import Folders, ServersError, take_lock
from config.embedded.supervisor import supervise
from harvest.demo.server import demo_hosts
from tests.unit.config.instance import Instance, is_alive, kill
from tests.waiting import PATIENCE, until

#: Answers /healthz, and says at the start and at the end whether its servers answer.
WEB = """
import http.server, os, signal, sys
import psycopg, redis
def servers():
    psycopg.connect(os.environ["DATABASE_URL"]).close()
    redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
def leave(*_):
    servers()
    print("servers were there to the last", flush=True)
    sys.exit(0)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
servers()
signal.signal(signal.SIGTERM, leave)
http.server.HTTPServer((os.environ["BIND_ADDRESS"], int(os.environ["PORT"])), Handler).serve_forever()
"""


class Supervisor:
    """A supervisor in the foreground of nothing: its output goes to a file."""

    def __init__(self, instance: Instance, *options: str, web: str = "", release: str = "echo prepared") -> None:
        folder = instance.folders.var.parent
        script = folder / f"web-{instance.port}.py"
        script.write_text(WEB)
        procfile = folder / f"Procfile-{instance.port}"
        procfile.write_text(f"web: {web or f'exec python {script}'}\nworker: exec sleep 600\nrelease: {release}\n")
        self.instance = instance
        self.log = folder / f"{len(instance.started)}-{instance.port}.log"
        words = ["-m", "config.embedded", "run", f"--procfile={procfile}", *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                cwd=Path(__file__).resolve().parents[3],
                env=instance.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        instance.started.append(self.process)

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def wait_for(self, text: str) -> str:
        def found() -> list[str]:
            assert self.process.poll() is None or any(text in line for line in self.lines()), self.log.read_text()
            return [line for line in self.lines() if text in line]

        until(found, what=f"“{text}”")
        return found()[0]

    def wait_until_ready(self) -> None:
        self.wait_for("Domesday is ready")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


def test_start_shows_each_step_and_stop_leaves_nothing(new_instance: Instance) -> None:
    instance = new_instance
    supervisor = Supervisor(instance)
    supervisor.wait_until_ready()
    pids = instance.pids()
    assert sorted(pids) == ["postgres", "valkey", "web", "worker"]
    assert supervisor.stop() == 0
    assert supervisor.lines() == [
        "release      | prepared",
        f"domesday     | Domesday is ready: http://127.0.0.1:{instance.port} (Ctrl-C stops it)",
        "domesday     | Stopping.",
        "web          | servers were there to the last",
        "domesday     | Stopped.",
    ]
    assert [name for name, pid in pids.items() if is_alive(pid)] == []
    assert instance.pids() == {}
    assert not instance.answers()


def test_commands_use_the_servers_of_the_supervisor(instance: Instance) -> None:
    supervisor = Supervisor(instance)
    supervisor.wait_until_ready()
    server = instance.pids()["postgres"]
    assert instance.query("CREATE TABLE kept AS SELECT 1 AS value").stderr == ""
    assert instance.pids()["postgres"] == server
    supervisor.stop(signal.SIGTERM)
    again = Supervisor(instance)
    again.wait_until_ready()
    assert instance.query("SELECT value FROM kept").stdout == "1\n"


@pytest.mark.parametrize("name", ["web", "valkey", "postgres"])
def test_killed_child_is_started_again(instance: Instance, name: str) -> None:
    supervisor = Supervisor(instance)
    supervisor.wait_until_ready()
    before = instance.pids()[name]
    os.kill(before, signal.SIGKILL)
    title = {"web": "web", "valkey": "Valkey", "postgres": "PostgreSQL"}[name]
    supervisor.wait_for(f"{title} ended (killed by SIGKILL); starting it again in 0.5 s.")
    until(lambda: instance.pids().get(name, before) != before, what=f"another {name}")
    until(instance.answers, what="the web process")
    until(lambda: '"ping": true' in instance.start_probe().communicate(timeout=PATIENCE)[0], what="both servers")
    assert supervisor.stop() == 0
    assert supervisor.lines()[-2:] == ["web          | servers were there to the last", "domesday     | Stopped."]


def test_after_the_supervisor_is_killed_the_next_start_recovers_and_says_so(instance: Instance) -> None:
    first = Supervisor(instance)
    first.wait_until_ready()
    instance.query("CREATE TABLE kept AS SELECT 1086 AS year")
    pids = instance.pids()
    first.process.kill()
    second = Supervisor(instance)
    second.wait_until_ready()
    assert second.lines()[0].startswith("domesday     | Recovered: the last run here did not stop in order;")
    assert [name for name, pid in pids.items() if is_alive(pid)] == []
    assert instance.query("SELECT year FROM kept").stdout == "1086\n"


def test_after_everything_is_killed_the_next_start_recovers_and_says_so(instance: Instance) -> None:
    first = Supervisor(instance)
    first.wait_until_ready()
    kill(first.process.pid, *instance.pids().values())
    second = Supervisor(instance)
    second.wait_until_ready()
    assert second.lines()[0] == (
        "domesday     | Recovered: the last run here did not stop in order; none of its processes is left."
    )


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells children that their parent died.")
def test_children_of_a_killed_supervisor_end_by_themselves(instance: Instance) -> None:
    supervisor = Supervisor(instance)
    supervisor.wait_until_ready()
    pids = instance.pids()
    supervisor.process.kill()
    until(lambda: not [pid for pid in pids.values() if is_alive(pid)], what="the children to end")


def test_two_instances_live_side_by_side(instances: Callable[[str], Instance]) -> None:
    one, two = Supervisor(instances("one")), Supervisor(instances("two"))
    one.wait_until_ready()
    two.wait_until_ready()
    assert one.stop() == 0
    assert two.instance.answers()
    assert two.stop() == 0


def test_second_supervisor_of_one_folder_is_refused(instance: Instance) -> None:
    Supervisor(instance).wait_until_ready()
    second = Supervisor(instance)
    assert second.process.wait(timeout=PATIENCE) == 1
    assert second.lines() == [
        f"Domesday already runs on {instance.folders.var}: stop it first, or give this one a VAR_DIR and a PORT of its "
        "own."
    ]


def test_taken_port_is_refused_with_a_sentence(instance: Instance) -> None:
    with socket.create_server(("127.0.0.1", instance.port)):
        supervisor = Supervisor(instance)
        assert supervisor.process.wait(timeout=PATIENCE) == 1
    assert supervisor.lines()[-1] == (
        f"Port {instance.port} is in use by another program: stop that, or set PORT to a free port, as in "
        f"`PORT={instance.port + 1} make serve`."
    )


def test_failed_release_stops_the_start(instance: Instance) -> None:
    supervisor = Supervisor(instance, release="echo cannot migrate; exit 3")
    assert supervisor.process.wait(timeout=PATIENCE) == 1
    assert supervisor.lines() == [
        "release      | cannot migrate",
        "domesday     | Stopped.",
        "“echo cannot migrate; exit 3” failed (exit code 3); its output above says why.",
    ]
    assert instance.pids() == {}


def test_process_that_keeps_failing_is_started_ever_later(instance: Instance) -> None:
    supervisor = Supervisor(instance, web="echo no luck; exit 1")
    supervisor.wait_for("web ended (exit code 1); starting it again in 2 s.")
    said = [line for line in supervisor.lines() if line.startswith("domesday")]
    assert said[:3] == [
        f"domesday     | web ended (exit code 1); starting it again in {n} s." for n in ("0.5", "1", "2")
    ]
    assert supervisor.stop() == 0


def test_supervisor_stops_with_the_process_that_started_it(instance: Instance) -> None:
    """As when `make` itself is killed."""
    procfile = instance.folders.var.parent / "Procfile"
    script = instance.folders.var.parent / "web.py"
    script.write_text(WEB)
    procfile.write_text(f"web: exec python {script}\n")
    command = f"{sys.executable} -m config.embedded run --stop-with-parent --procfile={procfile}; true"
    with subprocess.Popen(
        ["sh", "-c", command], env=instance.environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as shell:
        assert shell.stdout
        assert "Domesday is ready" in shell.stdout.readline()
        shell.kill()
        assert [line.split(" | ")[1].strip() for line in shell.stdout] == [
            f"Process {shell.pid}, which started this, is gone.",
            "Stopping.",
            "servers were there to the last",
            "Stopped.",
        ]
    assert instance.pids() == {}


def test_supervisor_shares_the_servers_of_a_running_command_and_outlives_it(instance: Instance) -> None:
    command = instance.start_probe()
    assert command.stdout
    assert json.loads(command.stdout.readline())["ping"] is True
    transient = instance.written()["pid"]
    supervisor = Supervisor(instance)
    supervisor.wait_until_ready()
    assert instance.written()["pid"] == transient
    command.communicate(timeout=PATIENCE)
    assert instance.query("SELECT 3").stdout == "3\n"
    os.kill(transient, signal.SIGKILL)
    supervisor.wait_for("The supervisor of the servers was killed; starting them again.")
    until(lambda: instance.written()["pid"] == supervisor.process.pid, what="the supervisor to own the servers")
    assert instance.query("SELECT 4").stdout == "4\n"
    assert supervisor.stop() == 0
    assert supervisor.lines()[-2:] == ["web          | servers were there to the last", "domesday     | Stopped."]


def test_demo_sources_keep_their_port_and_may_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_SOURCES_PORT", raising=False)
    monkeypatch.setenv("OUTBOUND_ALLOW_HOSTS", "data.example:8080")
    first, second = Demo(tmp_path), Demo(tmp_path)
    assert first.port == second.port
    environment = second.environment()
    allowed = environment.pop("OUTBOUND_ALLOW_HOSTS").split(",")
    assert environment == {"DEMO_SOURCES_PORT": str(first.port)}
    assert allowed == ["data.example:8080", *(f"{host}:{first.port}" for host in demo_hosts())]


def test_a_start_that_is_refused_leaves_the_port_of_the_demo_sources_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_SOURCES_PORT", raising=False)
    folders = Folders(var=tmp_path)
    folders.create()
    running = Demo(tmp_path).port
    lock = take_lock(folders.run_lock)
    assert lock is not None
    try:
        with socket.create_server(("127.0.0.1", running)):
            with pytest.raises(ServersError, match="already runs"):
                supervise(tmp_path, commands={}, demo=Demo(tmp_path))
            assert (tmp_path / "demo_sources_port").read_text() == f"{running}\n"
    finally:
        os.close(lock)
    assert Demo(tmp_path).port == running
