"""Many processes' output on one terminal: each line behind the name of who wrote it."""

import math
import os
import selectors
import time
from typing import IO, TextIO

from config.embedded.processes import Child

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)  # ANSI foregrounds that read on light and dark
NAME_WIDTH = 12
#: A progress bar rewrites its line many times a second; one such line in this many seconds is shown.
PROGRESS_EVERY = 1.0
OWN_NAME = "domesday"


class Output:
    """Collects the lines of `Child` processes whose output is a pipe, and writes them to `stream`."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._selector = selectors.DefaultSelector()
        self._colours: dict[str, int] = {}
        self._pending: dict[IO[bytes], bytes] = {}
        self._progress_shown: dict[IO[bytes], float] = {}

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        for line in text.splitlines() or [""]:
            self._write(OWN_NAME, line)

    def attach(self, child: Child) -> None:
        assert child.output
        os.set_blocking(child.output.fileno(), False)
        self._selector.register(child.output, selectors.EVENT_READ, child.name)

    def pump(self, seconds: float) -> None:
        """Show what comes within `seconds`; returns after the first that comes."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            received = pipe.read(65536)
            if received is None:
                continue
            if not received:
                self._selector.unregister(pipe)
                if pipe in self._pending:
                    self._show(key.data, pipe, b"\n")
                pipe.close()
                continue
            self._show(key.data, pipe, received)

    def drain(self) -> None:
        """Show what is there already."""
        while self._selector.get_map() and self._selector.select(0):
            self.pump(0)

    def _show(self, name: str, pipe: IO[bytes], received: bytes) -> None:
        *lines, rest = (self._pending.pop(pipe, b"") + received).split(b"\n")
        for line in lines:
            # What a progress bar overwrote before the end of its line need not be shown
            last = line.rstrip(b"\r").rpartition(b"\r")[2]
            self._write(name, last.decode(errors="replace"))
        if b"\r" in rest:
            shown, _, rest = rest.rpartition(b"\r")
            now = time.monotonic()
            latest = shown.rpartition(b"\r")[2].strip()
            if latest and now - self._progress_shown.get(pipe, -math.inf) >= PROGRESS_EVERY:
                self._progress_shown[pipe] = now
                self._write(name, latest.decode(errors="replace"))
        if rest:
            self._pending[pipe] = rest

    def _write(self, name: str, line: str) -> None:
        label = f"{name:<{NAME_WIDTH}} |"
        if self.coloured:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            label = f"\033[{colour}m{label}\033[0m"
        try:
            self.stream.write(f"{label} {line}\n")
            self.stream.flush()
        except (BrokenPipeError, OSError):  # whoever read our output is gone; the work goes on
            pass
