"""The pins agree with `pyproject.toml`, as far as can be told without a package index."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.embedded.client import PROJECT

DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())
RUNTIME = DECLARED["project"]["dependencies"]
DEVELOPMENT = DECLARED["dependency-groups"]["dev"]
ANEW = "run `make requirements`"


def pins(name: str) -> dict[str, str]:
    """Version by package."""
    lines = (PROJECT / name).read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in found}


def wanted_by_project(name: str) -> set[str]:
    """The packages that a requirements file says are there for the project itself."""
    package, found = "", set()
    for line in (PROJECT / name).read_text().splitlines():
        if not line.startswith(" "):
            package = canonicalize_name(Requirement(line).name)
        elif "domesday (pyproject.toml" in line:
            found.add(package)
    return found


def test_each_declared_dependency_is_pinned_within_its_bounds() -> None:
    for declared, name in ((RUNTIME, "requirements.txt"), (RUNTIME + DEVELOPMENT, "requirements-dev.txt")):
        pinned = pins(name)
        outside = [
            text
            for text in map(Requirement, declared)
            if not text.specifier.contains(pinned.get(canonicalize_name(text.name), "0"), prereleases=True)
        ]
        assert outside == [], f"{name} lags behind pyproject.toml: {ANEW}"


def test_no_pin_is_left_of_a_dependency_that_is_no_longer_declared() -> None:
    assert wanted_by_project("requirements.txt") == {canonicalize_name(Requirement(one).name) for one in RUNTIME}, ANEW


def test_development_and_running_use_the_same_versions() -> None:
    for fewer in (pins("requirements.txt"), pins("requirements-s3.txt")):
        development = pins("requirements-dev.txt")
        assert {name: development.get(name) for name in fewer} == fewer, ANEW


def test_pins_name_no_package_index() -> None:
    for name in ("requirements.txt", "requirements-s3.txt", "requirements-dev.txt"):
        text = (PROJECT / name).read_text()
        assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|file:", text) == []
