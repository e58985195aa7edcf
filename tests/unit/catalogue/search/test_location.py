import datetime
from pathlib import Path
from typing import Any

import pytest

from catalogue.search.location import (
    Build,
    BuildRunning,
    State,
    building,
    current_build,
    home,
    make_current,
    new_build,
    remove_old_builds,
)

MOMENT = datetime.datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.SEARCH_DIR = tmp_path


def test_a_state_is_read_as_it_was_written() -> None:
    with building():
        build = new_build()
    for state in (State(7, 9, MOMENT, MOMENT), State(0, None, None, MOMENT)):
        build.write_state(state)
        assert build.read_state() == state


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"position": "x"}', "null"])
def test_a_torn_state_is_an_error_and_not_a_beginning(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        State.from_json(text)


def test_there_is_no_current_build_until_one_is_made_current() -> None:
    assert current_build() is None
    with building():
        build = new_build()
        assert current_build() is None
        make_current(build)
    assert current_build() == build


def test_a_pointer_to_a_folder_that_is_gone_points_to_nothing() -> None:
    with building():
        make_current(Build(home() / "gone"))
    assert current_build() is None


def test_only_one_builds_at_a_time() -> None:
    with building(), pytest.raises(BuildRunning), building():
        pass
    with building():
        pass


def test_old_builds_are_removed_but_not_while_one_is_being_built() -> None:
    with building():
        old, new = new_build(), new_build()
        make_current(new)
        remove_old_builds()
        assert old.folder.is_dir()
    remove_old_builds()
    assert (old.folder.exists(), new.folder.is_dir()) == (False, True)
