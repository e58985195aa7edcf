"""How far a run is, how fast it goes and how long it may take still. Pure: the clock is passed in."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`rate`: records a second; `share` (0 to 1) and `seconds_left` None where the source announced no number."""

    seen: int
    expected: int | None
    rate: float
    share: float | None
    seconds_left: int | None

    @property
    def words(self) -> str:
        """“1,200 of 5,000 records, 240 a second, about 16 seconds left”."""
        parts = [f"{self.seen:,} records" if self.share is None else f"{self.seen:,} of {self.expected:,} records"]
        if self.rate:
            parts.append(f"{self.rate:,.0f} a second" if self.rate >= 1 else "less than one a second")
        if self.seconds_left is not None:
            parts.append(f"about {_duration(self.seconds_left)} left")
        return ", ".join(parts)


def progress(
    *, seen: int, expected: int | None, started_at: datetime.datetime | None, now: datetime.datetime
) -> Progress:
    """`expected`: how many records the source said that it has."""
    seconds = (now - started_at).total_seconds() if started_at else 0.0
    rate = seen / seconds if seconds > 0 else 0.0
    share = min(1.0, seen / expected) if expected and seen else None
    left = round((expected - seen) / rate) if expected and rate and expected > seen else None
    return Progress(seen, expected, rate, share, left)


def _duration(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} hours"
