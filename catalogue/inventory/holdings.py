"""How much a publisher holds, in numbers: what it says of data that nobody outside may see."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from catalogue.enums import Access, State, Visibility
from catalogue.models import Dataset
from catalogue.models.visibility import released
from publishers.models import Publisher


@dataclass(frozen=True, slots=True)
class Holdings:
    """Registered datasets by who may have the data. Drafts, and what awaits its release, are not counted."""

    held: int = 0
    open: int = 0
    restricted: int = 0
    internal: int = 0
    not_released: int = 0
    listed: int = 0
    """How many of them have a page that everybody may read."""

    @property
    def parts(self) -> list[tuple[int, str]]:
        """(count, words) for each access that occurs."""
        counted = (
            (self.open, "open"),
            (self.restricted, "restricted"),
            (self.internal, "internal to government"),
            (self.not_released, "not released"),
        )
        return [(count, words) for count, words in counted if count]


def holdings_of(publisher: Publisher, now: datetime.datetime | None = None) -> Holdings:
    """What this publisher has registered, without the bodies below it; empty if it keeps its numbers to itself."""
    if not publisher.shows_holdings:
        return Holdings()
    registered = Dataset.objects.filter(released(now or timezone.now()), publisher=publisher, state=State.PUBLISHED)
    counts = registered.aggregate(
        held=Count("id"),
        listed=Count("id", filter=Q(visibility=Visibility.PUBLIC)),
        **{access.value: Count("id", filter=Q(access=access)) for access in Access},
    )
    return Holdings(**counts)
