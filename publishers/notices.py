"""What each kind of notice is for: who is told, and how often unless they choose otherwise. Pure.

Kinds, and what `publishers.actions.notices.notify` is given with each:

- BROKEN_LINKS: links of a publisher's entries broke. `path` leads to their list; `key` is the publisher and the day.
- REVIEW_REQUEST: an entry waits for an approver. `path` leads to the review; `key` is the dataset's id.
- COMMENT: somebody commented on or decided about an entry; name those who take part with `to`.
- HARVEST_PROBLEM: a harvest failed, was held back or found problems. `key` is the source's id.
- PERSONAL_DATA: columns of a file look like data about persons. `key` is the file's id.
- WEBHOOK_PAUSED: a webhook is called no more. Its owner is told, or operators where that can't be. `key` is its id.
- OVERDUE: data is due an update by its stated frequency. `path` and `key` as for broken links.
"""

import datetime
from typing import Final

from publishers.enums import NoticeKind, NoticePace

#: How often people are told who have chosen nothing.
DEFAULT_PACE: Final[dict[NoticeKind, NoticePace]] = {
    NoticeKind.BROKEN_LINKS: NoticePace.WEEKLY,
    NoticeKind.REVIEW_REQUEST: NoticePace.AT_ONCE,
    NoticeKind.COMMENT: NoticePace.AT_ONCE,
    NoticeKind.HARVEST_PROBLEM: NoticePace.DAILY,
    NoticeKind.OVERDUE: NoticePace.WEEKLY,
    NoticeKind.PERSONAL_DATA: NoticePace.AT_ONCE,
    NoticeKind.WEBHOOK_PAUSED: NoticePace.AT_ONCE,
}

#: The local hour at which digests go out; weekly ones on Mondays.
DIGEST_HOUR: Final = 7


def digest_due(pace: NoticePace, *, oldest: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a digest that holds a notice made at `oldest` is to be sent at `now`. Both in local time.

    A digest goes out at the first DIGEST_HOUR (of a Monday, for weekly ones) after its oldest notice; one that was
    missed because nothing ran goes out as soon as something does.
    """
    match pace:
        case NoticePace.AT_ONCE:
            return True
        case NoticePace.NEVER:
            return False
    next_time = oldest.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if next_time <= oldest:
        next_time += datetime.timedelta(days=1)
    if pace == NoticePace.WEEKLY:
        next_time += datetime.timedelta(days=(7 - next_time.weekday()) % 7)
    return now >= next_time
