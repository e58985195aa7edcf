"""Quarters of the calendar year, by which history is frozen. Pure."""

import datetime


def quarter_of(day: datetime.date) -> str:
    """`2026-Q3`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def last_day_of(quarter: str) -> datetime.date:
    year, number = int(quarter[:4]), int(quarter[6])
    first_of_next = datetime.date(year + 1, 1, 1) if number == 4 else datetime.date(year, 3 * number + 1, 1)
    return first_of_next - datetime.timedelta(days=1)


def next_quarter(quarter: str) -> str:
    return quarter_of(last_day_of(quarter) + datetime.timedelta(days=1))


def quarter_before(day: datetime.date) -> str:
    """The last quarter that had ended by this day."""
    return quarter_of(datetime.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1) - datetime.timedelta(days=1))


def quarter_in_words(quarter: str) -> str:
    """`July to September 2026`."""
    months = ("January to March", "April to June", "July to September", "October to December")
    return f"{months[int(quarter[6]) - 1]} {quarter[:4]}"
