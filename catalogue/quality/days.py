"""Days of the calendar in London, which is where "overdue" begins and what reasons speak of. Pure."""

import datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

# Not strftime's %B, which speaks the language of the machine.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_of(instant: datetime.datetime) -> datetime.date:
    """The day in London at an (aware) instant."""
    return instant.astimezone(LONDON).date()


def start_of(day: datetime.date) -> datetime.datetime:
    """The instant at which a day begins in London, in UTC."""
    return datetime.datetime.combine(day, datetime.time(), tzinfo=LONDON).astimezone(datetime.UTC)


def in_words(day: datetime.date) -> str:
    """`3 May 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
