"""What needs somebody's work: entries with broken links, of poor quality, overdue, half done. Defined here alone.

The home page of the workplace counts these, and its lists are narrowed to them.
"""

import datetime
from typing import Any, Final

from django.db.models import Case, DateField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from catalogue.enums import BROKEN_LINK_STATES, Access, Band, Frequency, ResourceKind, State
from catalogue.models import Dataset, LinkCheck, Resource
from catalogue.quality.timeliness import grace_of
from catalogue.vocabularies.frequencies import PERIODS

#: What can be asked for → what the lists call it.
NEEDS: Final = {
    "review": "Waiting for review",
    "draft": "Drafts",
    "links": "Broken links",
    "overdue": "Overdue for an update",
    "quality": "Poor quality",
    "embargo": "Waiting for their release",
}


#: Counts go no further: of more than this nobody wants to know by how many.
MOST_COUNTED: Final = 10_000


def bounded_count(entries: QuerySet[Any]) -> int:
    """How many there are, at most MOST_COUNTED."""
    return entries.order_by()[:MOST_COUNTED].count()


def needing(need: str, entries: QuerySet[Dataset], now: datetime.datetime) -> QuerySet[Dataset]:
    """Those of these entries that need this. Raises `KeyError` for what is none of `NEEDS`."""
    match need:
        case "review":
            return entries.filter(state=State.IN_REVIEW)
        case "draft":
            return entries.filter(state=State.DRAFT)
        case "links":
            broken = LinkCheck.objects.filter(resource__dataset=OuterRef("pk"), state__in=BROKEN_LINK_STATES)
            return entries.filter(Exists(broken), state=State.PUBLISHED)
        case "overdue":
            return _overdue(entries, now.date())
        case "quality":
            return entries.filter(quality__band=Band.POOR, state=State.PUBLISHED)
        case "embargo":
            return entries.filter(state=State.PUBLISHED, release_at__gt=now)
    raise KeyError(need)


def _overdue(entries: QuerySet[Dataset], today: datetime.date) -> QuerySet[Dataset]:
    """Entries whose publisher promised an update and is late with it, as `quality.timeliness` reckons."""
    late = {
        frequency: today - period - grace_of(period)
        for frequency, period in ((frequency, PERIODS[frequency]) for frequency in Frequency)
        if period is not None
    }
    due = Case(*(When(frequency=key, then=Value(day)) for key, day in late.items()), output_field=DateField())
    newer = Resource.objects.filter(
        Q(modified__gte=OuterRef("due_by")) | Q(issued__gte=OuterRef("due_by")), dataset=OuterRef("pk")
    ).exclude(kind=ResourceKind.DOCUMENT)
    return (
        entries.filter(state=State.PUBLISHED, frequency__in=list(late))
        .exclude(access=Access.NOT_RELEASED)
        .alias(due_by=due, last=Coalesce("modified", "issued"))
        .filter(last__lt=due)
        .filter(~Exists(newer))
    )
