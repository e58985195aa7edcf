"""A child process that is started again when it ends by itself."""

import time
from collections.abc import Callable

from config.embedded.folders import Say
from config.embedded.processes import Child

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
#: A child that ran this long is taken to be well: the next pause is the first one again.
WELL_AFTER = 60.0


class Kept:
    """Keeps `child` running by calling `launch`; its owner calls `look` a few times a second."""

    def __init__(self, *, title: str, child: Child, launch: Callable[[], Child], say: Say) -> None:
        self.title = title
        self.child = child
        self.launch = launch
        self.say = say
        self._started = time.monotonic()
        self._pause = FIRST_PAUSE
        self._due: float | None = None  # when to start it again; None while it runs

    def look(self) -> None:
        now = time.monotonic()
        if self._due is None:
            if self.child.has_ended():
                self._pause = FIRST_PAUSE if now - self._started > WELL_AFTER else self._pause
                self.say(f"{self.title} ended ({self.child.end}); starting it again in {self._pause:g} s.")
                self._due = now + self._pause
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif now >= self._due:
            self.child = self.launch()
            self._started = now
            self._due = None
