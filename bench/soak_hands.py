"""Processes that share the runs of large sources, and are killed amid them."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: From how many new or changed records on runs are shared, by how many processes beside the worker, in what portions,
#: and how many of a hundred portions are the last that a process gets.
WORTHWHILE, HANDS, PORTION, HANDS_KILLED = 100, 2, 25, 0.05


@dataclass
class Sharing:
    """How often a process joined a run, and how many of them were killed."""

    shared: int = 0
    killed: int = 0


@contextmanager
def mortal_hands(rng: random.Random) -> Iterator[Sharing]:
    """Large runs are shared, and now and then a process that shares one is killed, amid its portion or soon after."""
    from django.conf import settings

    from harvest.pipeline import crew, gather

    say, portion, worthwhile, hands = crew._Hand._say, crew.BATCH, crew.WORTHWHILE, settings.HARVEST_HANDS
    read = gather.READ_BATCH

    sharing = Sharing()

    def say_and_kill(hand: crew._Hand, words: object) -> None:
        say(hand, words)
        sharing.shared += isinstance(words, crew.Task)
        if isinstance(words, tuple) and rng.random() < HANDS_KILLED:
            threading.Timer(rng.random() / 4, hand._process.kill).start()
            sharing.killed += 1

    crew._Hand._say, crew.BATCH, crew.WORTHWHILE = say_and_kill, PORTION, WORTHWHILE  # type: ignore[method-assign, assignment]
    settings.HARVEST_HANDS, gather.READ_BATCH = HANDS, WORTHWHILE
    try:
        yield sharing
    finally:
        crew._Hand._say, crew.BATCH, crew.WORTHWHILE = say, portion, worthwhile  # type: ignore[method-assign]
        settings.HARVEST_HANDS, gather.READ_BATCH = hands, read
