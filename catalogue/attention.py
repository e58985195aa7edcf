"""What needs somebody's work: entries with broken links, of poor quality, overdue, half done. Defined here alone.

The home page of the workplace counts these, and its lists are narrowed to them. What is broken or overdue was worked
out when the entry was last scored (`catalogue.models.standing`).
"""

import datetime
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from catalogue.enums import Band, State
from catalogue.models import Dataset, Standing
from catalogue.quality.days import day_of

#: What can be asked for → what the lists call it.
NEEDS: Final = {
    "review": "Waiting for review",
    "draft": "Drafts",
    "links": "Broken links",
    "overdue": "Overdue for an update",
    "quality": "Poor quality",
    "embargo": "Waiting for their release",
}

#: Counts of lists go no further: of more than this nobody wants to know by how many.
MOST_COUNTED: Final = 10_000


def bounded_count(rows: QuerySet[Any]) -> int:
    """How many there are, at most MOST_COUNTED."""
    return rows.order_by()[:MOST_COUNTED].count()


def needing(need: str, entries: QuerySet[Dataset], now: datetime.datetime) -> QuerySet[Dataset]:
    """Those of these entries that need this. Raises `KeyError` for what is none of `NEEDS`."""
    return entries.filter(_conditions(now, of="standing__")[need])


def counts_of(publisher_ids: Collection[UUID] | None, now: datetime.datetime) -> dict[str, int]:
    """How many entries of these publishers (None: of all) need each of `NEEDS`, in one query."""
    standings = Standing.objects.all()
    if publisher_ids is not None:
        standings = standings.filter(publisher_id__in=publisher_ids)
    return standings.aggregate(**{need: Count("pk", filter=true) for need, true in _conditions(now).items()})


def _conditions(now: datetime.datetime, *, of: str = "") -> dict[str, Q]:
    """What is true of the standing of an entry that needs something; `of` is the way to that standing."""
    wanted: dict[str, dict[str, Any]] = {
        "review": {"state": State.IN_REVIEW},
        "draft": {"state": State.DRAFT},
        "links": {"state": State.PUBLISHED, "broken_links__gt": 0},
        "overdue": {"state": State.PUBLISHED, "late_after__lt": day_of(now)},
        "quality": {"state": State.PUBLISHED, "band": Band.POOR},
        "embargo": {"state": State.PUBLISHED, "release_at__gt": now},
    }
    return {need: Q(**{f"{of}{name}": value for name, value in values.items()}) for need, values in wanted.items()}
