"""Signals that ask a supervisor to stop."""

import signal
from types import FrameType


class Stopped(BaseException):
    """The supervisor was asked to stop. Not an Exception, so that no handler of errors swallows it."""


class StopSignals:
    """The first signal raises `Stopped` wherever the program is; any further one only means: hurry."""

    def __init__(self) -> None:
        self._received = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, and a shell's background jobs, ignore some
                signal.signal(number, self._receive)

    @property
    def hurry(self) -> bool:
        return self._received > 1

    def stop(self) -> None:
        """As if a signal had come."""
        self._received += 1
        raise Stopped

    def close(self) -> None:
        """From here on a signal does not interrupt."""
        self._received = max(self._received, 1)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received += 1
        if self._received == 1:
            raise Stopped
