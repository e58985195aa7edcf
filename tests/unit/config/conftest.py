"""Supervisors and commands run as programs of their own, each on a scratch VAR_DIR."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.config.instance import Instance


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What PostgreSQL makes of a new VAR_DIR, made once: it takes longer than most of what is proved with it."""
    instance = Instance(tmp_path_factory.mktemp("made-once") / "var")
    try:
        assert instance.query("SELECT 1").stdout == "1\n"
        instance.wait_until_stopped()
    finally:
        instance.close()
    return instance.folders.postgres


@pytest.fixture
def new_instances(tmp_path: Path) -> Iterator[Callable[[str], Instance]]:
    """Of folders that nothing is in yet."""
    made: list[Instance] = []

    def make(name: str) -> Instance:
        made.append(Instance(tmp_path / name))
        return made[-1]

    yield make
    for instance in made:
        instance.close()


@pytest.fixture
def instances(new_instances: Callable[[str], Instance], empty_database: Path) -> Callable[[str], Instance]:
    """Of folders that were used before."""

    def make(name: str) -> Instance:
        instance = new_instances(name)
        instance.folders.var.mkdir(parents=True)
        copy = [shutil.which("cp") or "cp", "-a", str(empty_database), str(instance.folders.postgres)]
        subprocess.run(copy, check=True)  # the data belongs to PostgreSQL's own user
        return instance

    return make


@pytest.fixture
def instance(instances: Callable[[str], Instance]) -> Instance:
    return instances("var")


@pytest.fixture
def new_instance(new_instances: Callable[[str], Instance]) -> Instance:
    return new_instances("var")
