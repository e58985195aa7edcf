"""Commands that have servers of their own for as long as they run."""

import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.embedded import Addresses, addresses, ensure
from config.embedded.processes import start_mark, start_mark_by_ps, stop_leftovers
from tests.unit.config.instance import Instance, free_port, is_alive, kill
from tests.waiting import PATIENCE, until


def seen(probe: "subprocess.Popen[str]") -> dict[str, Any]:
    assert probe.stdout
    line = probe.stdout.readline()
    assert line, probe.stderr and probe.stderr.read()
    found: dict[str, Any] = json.loads(line)
    return found


def finish(process: "subprocess.Popen[str]") -> tuple[str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out, err


@pytest.fixture
def bystander() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is none of ours, of the user that PostgreSQL runs as."""
    user = {"user": "nobody"} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], **user) as process:
        yield process
        process.kill()


def test_command_gets_servers_that_stop_with_it(new_instance: Instance) -> None:
    instance = new_instance
    probe = instance.start_probe()
    found = seen(probe)
    pids = instance.pids()
    assert found | {"server": ""} == {
        "server": "",
        "user": "domesday",
        "superuser": False,
        "encoding": "UTF8",
        "fsync": "on",
        "ping": True,
    }
    assert sorted(pids) == ["postgres", "valkey"]
    finish(probe)
    instance.wait_until_stopped()
    assert [pid for pid in pids.values() if is_alive(pid)] == []
    assert not (instance.folders.data / "postmaster.pid").exists()


def test_second_start_keeps_the_data_and_the_addresses(instance: Instance) -> None:
    instance.query("CREATE TABLE kept AS SELECT 1066 AS year")
    instance.wait_until_stopped()
    # Others than the system chose: those it gives to any connection meanwhile
    ports = {"postgres": free_port(), "valkey": free_port()}
    instance.folders.address_file.write_text(json.dumps(instance.written() | {"ports": ports}))
    again = instance.query("SELECT year FROM kept")
    assert (again.stdout, again.stderr) == ("1066\n", "")
    assert instance.written()["ports"] == ports


def test_commands_at_the_same_time_share_one_pair_of_servers(instance: Instance) -> None:
    first, second = instance.start_probe(), instance.start_probe()
    assert seen(first)["server"] == seen(second)["server"]
    finish(first)
    third = instance.start_probe()
    seen(third)
    finish(second)
    finish(third)
    instance.wait_until_stopped()


def test_killed_command_frees_the_servers(instance: Instance) -> None:
    probe = instance.start_probe()
    seen(probe)
    os.killpg(probe.pid, signal.SIGKILL)
    instance.wait_until_stopped()


def test_after_the_supervisor_is_killed_the_next_command_recovers_and_says_so(instance: Instance) -> None:
    instance.query("CREATE TABLE kept AS SELECT 1086 AS year")
    probe = instance.start_probe()
    seen(probe)
    os.kill(instance.written()["pid"], signal.SIGKILL)
    again = instance.query("SELECT year FROM kept")
    assert again.stdout == "1086\n"
    assert again.stderr.startswith("Recovered: the last run here did not stop in order;")
    assert len(again.stderr.splitlines()) == 1


def test_after_everything_is_killed_a_lock_that_names_another_program_is_removed(
    instance: Instance, bystander: "subprocess.Popen[bytes]"
) -> None:
    instance.query("CREATE TABLE kept AS SELECT 1215 AS year")
    probe = instance.start_probe()
    seen(probe)
    kill(instance.written()["pid"], *instance.pids().values(), probe.pid)
    lock = instance.folders.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")

    again = instance.query("SELECT year FROM kept")

    assert again.stdout == "1215\n"
    assert again.stderr.splitlines() == [
        "Recovered: the last run here did not stop in order; none of its processes is left.",
        f"Recovered: PostgreSQL's old lock named process {bystander.pid}, which is another program now; removed it.",
    ]
    assert bystander.poll() is None


def test_postgres_left_running_without_a_record_is_stopped(instance: Instance) -> None:
    probe = instance.start_probe()
    seen(probe)
    left = instance.pids()["postgres"]
    os.kill(left, signal.SIGSTOP)  # so that it outlives its supervisor
    os.kill(instance.written()["pid"], signal.SIGKILL)
    (instance.folders.server_records / "postgres.pid").unlink()
    (instance.folders.server_records / "valkey.pid").unlink(missing_ok=True)
    os.kill(left, signal.SIGCONT)
    again = instance.query("SELECT 1")
    assert again.stdout == "1\n"
    assert not is_alive(left)


def test_recorded_number_that_another_program_has_now_is_let_be(
    tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    (tmp_path / "web.pid").write_text(json.dumps({"pid": bystander.pid, "mark": "an earlier process"}))
    [found] = stop_leftovers(tmp_path)
    assert (found.name, found.is_alive) == ("web", False)
    assert bystander.poll() is None
    assert list(tmp_path.iterdir()) == []


def test_recorded_process_that_was_left_behind_is_stopped(tmp_path: Path, bystander: "subprocess.Popen[bytes]") -> None:
    (tmp_path / "web.pid").write_text(json.dumps({"pid": bystander.pid, "mark": start_mark(bystander.pid)}))
    [found] = stop_leftovers(tmp_path)
    assert (found.name, found.is_alive) == ("web", True)
    assert bystander.wait(timeout=PATIENCE) == -signal.SIGTERM


def test_systems_without_proc_tell_processes_apart_too(bystander: "subprocess.Popen[bytes]") -> None:
    mark = start_mark_by_ps(bystander.pid)
    assert mark is not None
    assert start_mark_by_ps(bystander.pid) == mark
    bystander.kill()
    until(lambda: start_mark(bystander.pid) is None, what="the process to be dead, though not yet waited for")
    assert start_mark_by_ps(bystander.pid) is None


def test_two_folders_have_separate_servers_however_deep_they_lie(instances: Callable[[str], Instance]) -> None:
    shallow, deep = instances("one"), instances("/".join(["a-folder-with-a-long-name"] * 8))
    first, second = shallow.start_probe(), deep.start_probe()
    assert seen(first)["server"] != seen(second)["server"]
    assert shallow.written()["database_url"] != deep.written()["database_url"]
    shallow.query("CREATE TABLE only_here AS SELECT 1 AS value")
    assert deep.query("SELECT to_regclass('only_here')").stdout == "None\n"
    finish(first)
    finish(second)


def test_only_the_server_that_is_not_named_is_started(new_instance: Instance) -> None:
    shown = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'].split('@')[0][:9])"
    words = ("-m", "config.embedded", "exec", sys.executable, "-c", shown)
    process = new_instance.start(*words, DATABASE_URL="postgresql://db.example/domesday")
    assert finish(process) == ("postgresql://db.example/domesday redis://:\n", "")
    assert not new_instance.folders.data.exists()


def test_nothing_is_started_or_written_where_both_are_named(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgresql://db.example/domesday", "REDIS_URL": "redis://broker.example:6379/0"}
    found = ensure(tmp_path / "var", environment=named)
    assert found == Addresses(database_url=named["DATABASE_URL"], redis_url=named["REDIS_URL"])
    assert not (tmp_path / "var").exists()


def test_address_file_of_a_dead_supervisor_counts_as_none(tmp_path: Path) -> None:
    content = {"pid": os.getpid(), "mark": "long ago", "database_url": "postgresql://", "redis_url": "", "ports": {}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "addresses.json").write_text(json.dumps(content))
    assert addresses(tmp_path) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to give PostgreSQL another user.")
def test_root_hands_only_the_data_folder_to_another_user(tmp_path: Path, new_instance: Instance) -> None:
    tmp_path.chmod(0o700)
    instance = new_instance
    assert instance.query("SELECT 1").stdout == "1\n"
    owner = pwd.getpwnam("nobody").pw_uid
    state = {path: path.stat() for path in (tmp_path, instance.folders.postgres, instance.folders.data)}
    assert {path.name: (found.st_uid, oct(found.st_mode & 0o777)) for path, found in state.items()} == {
        tmp_path.name: (0, "0o700"),
        "postgres": (0, "0o700"),
        "data": (owner, "0o700"),
    }


def test_unusable_folder_is_refused_with_a_sentence(tmp_path: Path, new_instances: Callable[[str], Instance]) -> None:
    (tmp_path / "file").write_text("")
    process = new_instances("file/var").start("manage.py", "check")
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert err == (
        f"Cannot write to {tmp_path}/file/var (Not a directory). It may belong to another user: "
        "run as that user, or set VAR_DIR to a folder of your own.\n"
    )
