"""When sources are harvested. Pure: the clock is passed in.

The moments of a schedule are fixed points, not so long after the last run: a late or long run shifts nothing.
"""

import datetime
from zoneinfo import ZoneInfo

from harvest.enums import Schedule

LONDON = ZoneInfo("Europe/London")

#: Sources without a time of their own are spread over this part of the night.
_NIGHT_STARTS = datetime.time(0, 30)
_NIGHT_MINUTES = 5 * 60

#: A prime, so that sources made one after the other do not run one after the other.
_SPREAD = 7919

_DAYS = {Schedule.DAILY: 1, Schedule.WEEKLY: 7, Schedule.MONTHLY: 28}

#: A Monday. Weeks are counted from here.
_FIRST_DAY = datetime.date(2024, 1, 1)

#: How soon to try again after a failure that may pass by itself: the first, the second and the third in a row.
RETRY_AFTER = (datetime.timedelta(minutes=15), datetime.timedelta(hours=1), datetime.timedelta(hours=4))


def next_run_at(
    schedule: Schedule | str, *, time_of_day: datetime.time | None, source_id: int, now: datetime.datetime
) -> datetime.datetime | None:
    """The first moment of the schedule after `now`; None where a source is harvested only when asked.

    `time_of_day` is London's, summer or winter; None gives each source its own minute of the night. A time that the
    clocks skip comes an hour later by the clock, one that they repeat comes once.
    """
    if schedule == Schedule.MANUAL:
        return None
    place = source_id * _SPREAD
    if schedule == Schedule.HOURLY:
        minute = place % 60 if time_of_day is None else time_of_day.minute
        moment = now.replace(minute=minute, second=0, microsecond=0)
        return moment if moment > now else moment + datetime.timedelta(hours=1)
    days = _DAYS[Schedule(schedule)]
    time = time_of_day or _minutes_after(_NIGHT_STARTS, place % _NIGHT_MINUTES)
    day = now.astimezone(LONDON).date()
    day -= datetime.timedelta(days=((day - _FIRST_DAY).days - place) % days)
    while (moment := _in_london(day, time)) <= now:
        day += datetime.timedelta(days=days)
    return moment


def retry_at(failures: int, *, now: datetime.datetime) -> datetime.datetime | None:
    """When to try again after so many passing failures in a row; None: not before the schedule says so."""
    return now + RETRY_AFTER[failures - 1] if 1 <= failures <= len(RETRY_AFTER) else None


def _minutes_after(time: datetime.time, minutes: int) -> datetime.time:
    return (datetime.datetime.combine(_FIRST_DAY, time) + datetime.timedelta(minutes=minutes)).time()


def _in_london(day: datetime.date, time: datetime.time) -> datetime.datetime:
    """That moment in UTC. Going through UTC gives a time that the clocks skip the offset of the hour before."""
    return datetime.datetime.combine(day, time.replace(tzinfo=None), LONDON).astimezone(datetime.UTC)
