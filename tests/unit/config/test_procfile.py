from pathlib import Path

import pytest

from config.embedded import procfile
from config.embedded.client import PROJECT


def test_projects_own_procfile_names_its_processes() -> None:
    commands = procfile.read(PROJECT / "Procfile")
    assert list(commands) == ["web", "worker", "files", "beat", "search", "release"]
    assert "--config python:config.web_server" in commands["web"]
    assert commands["search"] == "exec python manage.py follow_search"


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# web: not this\n\nweb: serve --port ${PORT:-8000}\n")
    assert procfile.read(path) == {"web": "serve --port ${PORT:-8000}"}


def test_line_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("serve\n")
    with pytest.raises(ValueError, match="has a line that is not “name: command”: serve"):
        procfile.read(path)
