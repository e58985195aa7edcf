"""Whether data is as fresh as its publisher promised, and when that answer will next change. Pure."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from catalogue.enums import Frequency
from catalogue.quality.criterion import Finding, criterion
from catalogue.quality.days import in_words
from catalogue.quality.dimensions import Dimension
from catalogue.quality.facts import DatasetFacts
from catalogue.vocabularies.frequencies import PERIODS

_LEAST_GRACE: Final = datetime.timedelta(days=2)
_MOST_GRACE: Final = datetime.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Days around the last update. `due` and what follows are None where no regular update was promised."""

    updated: datetime.date | None = None
    due: datetime.date | None = None
    """The day by which the next update was promised."""
    late_after: datetime.date | None = None
    """Due, and a fair time of grace."""
    very_late_after: datetime.date | None = None
    """Late, and a whole further period missed."""


def timeliness(facts: DatasetFacts, today: datetime.date) -> Timeliness:
    """Where the data stands today. A date in the future says nothing of the last update, so it isn't believed yet."""
    updated = max((day for day in _update_days(facts) if day <= today), default=None)
    if updated is None and facts.issued and facts.issued <= today:
        updated = facts.issued
    period = PERIODS[Frequency(facts.frequency)]
    if updated is None or period is None:
        return Timeliness(updated)
    grace = grace_of(period)
    return Timeliness(updated, updated + period, updated + period + grace, updated + 2 * period + 2 * grace)


def grace_of(period: datetime.timedelta) -> datetime.timedelta:
    """How long after an update was due it is not yet called late."""
    return max(_LEAST_GRACE, min(period / 4, _MOST_GRACE))


def next_change(facts: DatasetFacts, today: datetime.date) -> datetime.date | None:
    """The next day on which time alone may change what is found; None if no such day will come."""
    stands = timeliness(facts, today)
    days = [day + datetime.timedelta(days=1) for day in (stands.late_after, stands.very_late_after) if day]
    days += [*_update_days(facts), *([facts.issued] if facts.issued else [])]
    return min((day for day in days if day > today), default=None)


def _update_days(facts: DatasetFacts) -> Iterator[datetime.date]:
    if facts.modified:
        yield facts.modified
    for resource in facts.resources:
        if resource.updated and resource.is_data:
            yield resource.updated


@criterion("up_to_date", "Up to date", out_of=12, dimension=Dimension.TIMELINESS)
def up_to_date(facts: DatasetFacts, today: datetime.date) -> Finding:
    if not facts.is_released:
        return Finding(None, "This doesn't count: the data isn't released.", field="modified")
    stands = timeliness(facts, today)
    how_often = Frequency(facts.frequency)
    if stands.updated is None:
        return _without_date(facts, is_promised=how_often is not Frequency.UNKNOWN)
    last = in_words(stands.updated)
    if how_often is Frequency.UNKNOWN:
        reason = f"It was last updated on {last}, but doesn't say how often it is updated."
        return Finding(
            4, reason, "Say how often the data is updated: “irregularly” and “never” are answers too.", "frequency"
        )
    if stands.due is None or stands.late_after is None or stands.very_late_after is None:
        return Finding(12, f"It was last updated on {last}, and promises no regular update.", field="modified")
    due = in_words(stands.due)
    if today <= stands.late_after:
        return Finding(12, f"It was last updated on {last}, and the next update is due by {due}.", field="modified")
    reason = f"An update was due by {due}, but the last was on {last}."
    fix = "Update the data and its date, or say how often it is really updated."
    return Finding(8 if today <= stands.very_late_after else 4, reason, fix, "modified")


def _without_date(facts: DatasetFacts, *, is_promised: bool) -> Finding:
    claimed = max(_update_days(facts), default=facts.issued)
    lack = (
        f"its date of last update, {in_words(claimed)}, is yet to come" if claimed else "not when it was last updated"
    )
    fix = "Give the date when the data was last updated"
    if is_promised:
        return Finding(4, f"It says how often it is updated, but {lack}.", f"{fix}.", "modified")
    reason = "It says neither when it was last updated nor how often."
    if claimed:
        reason = f"It doesn't say how often it is updated, and {lack}."
    return Finding(0, reason, f"{fix}, and how often.", "modified")
