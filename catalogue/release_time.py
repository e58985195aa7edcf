"""When something may be released: at a whole minute, such as 9:30. Pure.

Whatever caches keep of public answers they keep until the minute is over, and so never across a release.
"""

import datetime


def whole_minute(moment: datetime.datetime | None) -> datetime.datetime | None:
    """The minute in which a moment lies: official statistics are released at 9:30, not at some second of it."""
    return moment.replace(second=0, microsecond=0) if moment else None


def seconds_left(moment: datetime.datetime) -> int:
    """Seconds until the minute is over, rounded up: 1 to 60."""
    return 60 - moment.second
