"""Waiting for what must happen. How soon it does is nobody's proof: a busy machine is no reason to fail."""

import time
from collections.abc import Callable
from typing import Final

#: Seconds after which something that is waited for won't come. Long: it costs nothing where all is well.
PATIENCE: Final = 300.0


def until(condition: Callable[[], object], *, what: str = "it") -> None:
    """Wait until the condition is true."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, f"Waited {PATIENCE:g} seconds in vain for {what}."
        time.sleep(0.02)
