import io
import subprocess
from pathlib import Path

from config.embedded.output import Output
from config.embedded.processes import start


def shown(command: str, folder: Path) -> list[str]:
    stream = io.StringIO()
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


def test_progress_bar_shows_now_and_then_and_at_its_end(tmp_path: Path) -> None:
    bar = r"for n in 1 2 3 4 5 6 7 8 9; do printf '\r%s0 per cent' $n; sleep 0.02; done; printf '\rdone\n'"
    lines = shown(bar, tmp_path)
    assert lines[-1] == "web          | done"
    assert len(lines) == 2
