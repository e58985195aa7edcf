"""Supervisors and commands run as programs of their own, each on a scratch VAR_DIR."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.config.instance import Instance


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[Callable[[str], Instance]]:
    made: list[Instance] = []

    def make(name: str) -> Instance:
        made.append(Instance(tmp_path / name))
        return made[-1]

    yield make
    for instance in made:
        instance.close()


@pytest.fixture
def instance(instances: Callable[[str], Instance]) -> Instance:
    return instances("var")
