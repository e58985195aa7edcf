import io
import math
import subprocess
from pathlib import Path

import pytest

from config.embedded.output import Output
from config.embedded.processes import start


class Telling(io.StringIO):
    """Tells a program by a file that something was shown."""

    def __init__(self, sign: Path) -> None:
        super().__init__()
        self.sign = sign

    def write(self, text: str) -> int:
        self.sign.touch()
        return super().write(text)


def shown(command: str, folder: Path) -> list[str]:
    stream = Telling(folder / "shown")
    output = Output(stream)
    child = start(["sh", "-c", command], name="web", records=folder, folder=folder, output=subprocess.PIPE)
    output.attach(child)
    while not child.has_ended():
        output.pump(0.05)
    output.drain()
    return stream.getvalue().splitlines()


def test_each_line_is_behind_its_process_name(tmp_path: Path) -> None:
    assert shown(r"echo one; printf 't\303\251l\303\251\n'; echo three >&2; printf end", tmp_path) == [
        "web          | one",
        "web          | télé",
        "web          | three",
        "web          | end",
    ]


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path: Path) -> None:
    assert shown(r"printf 'a\377b\n'", tmp_path) == ["web          | a\ufffdb"]


def test_progress_bar_shows_now_and_then_and_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.embedded.output.PROGRESS_EVERY", math.inf)
    first = r"printf '\r10 per cent\r20 per cent\r'; until [ -e shown ]; do sleep 0.01; done"
    rest = r"for n in 3 4 5 6; do printf '\r%s0 per cent' $n; sleep 0.01; done; printf '\rdone\n'"
    assert shown(f"{first}; {rest}", tmp_path) == ["web          | 20 per cent", "web          | done"]
