"""Telling publishers' people, once a night, of links that broke and of data that has become due an update.

One notice a publisher and kind, however many entries it is about: a dead server that breaks a thousand links fills
nobody's letter box. What was told is not told again; `publishers.actions.notices` gathers the notices into digests.
"""

import datetime
from collections import defaultdict
from typing import Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from catalogue.attention import needing
from catalogue.enums import BROKEN_LINK_STATES, ChangeKind
from catalogue.models import Change, Dataset, LinkCheck
from catalogue.quality.days import day_of
from publishers.actions.notices import notify
from publishers.enums import NoticeKind
from publishers.models import Notice, Publisher

#: How far back news is looked for: before that it was somebody's news already.
_LONGEST: Final = datetime.timedelta(days=7)

#: A link that broke was failing before: the first failure is confirmed by a second, an hour later or more.
_CONFIRMED_WITHIN: Final = datetime.timedelta(days=2)

#: Entries that a notice names; the list that it leads to has them all.
_NAMED: Final = 5

_LIST: Final = "/admin/catalogue/dataset/?needs={need}&publisher={publisher}"


def remind(*, now: datetime.datetime) -> int:
    """Note what publishers' people are to be told; return how many people were told of something."""
    with transaction.atomic():
        since = _since(NoticeKind.BROKEN_LINKS, now)
        told = _tell(NoticeKind.BROKEN_LINKS, "links", _newly_broken(since, now), now)
        since = _since(NoticeKind.OVERDUE, now)
        return told + _tell(NoticeKind.OVERDUE, "overdue", _newly_overdue(since, now), now)


def _since(kind: NoticeKind, now: datetime.datetime) -> datetime.datetime:
    """When such news was last told. Nights without any leave it where it was: there was nothing to tell."""
    last: datetime.datetime | None = Notice.objects.filter(kind=kind).aggregate(last=Max("created_at"))["last"]
    return max(last, now - _LONGEST) if last else now - _LONGEST


def _newly_broken(since: datetime.datetime, now: datetime.datetime) -> QuerySet[Dataset]:
    """Published entries with links that work no more since then."""
    news = Change.objects.filter(dataset_id=OuterRef("pk"), kind=ChangeKind.LINKS, at__gt=since, at__lte=now)
    broke = LinkCheck.objects.filter(
        resource__dataset=OuterRef("pk"),
        state__in=BROKEN_LINK_STATES,
        failing_since__gt=since - _CONFIRMED_WITHIN,
    )
    return needing("links", Dataset.objects.all(), now).filter(Exists(news), Exists(broke))


def _newly_overdue(since: datetime.datetime, now: datetime.datetime) -> QuerySet[Dataset]:
    """Entries that are late today and were not then."""
    return needing("overdue", Dataset.objects.filter(standing__late_after__gte=day_of(since)), now)


def _tell(kind: NoticeKind, need: str, entries: QuerySet[Dataset], now: datetime.datetime) -> int:
    by_publisher = defaultdict(list)
    for publisher_id, title in entries.order_by("publisher__title", "title", "id").values_list("publisher_id", "title"):
        by_publisher[publisher_id].append(title)
    publishers = Publisher.objects.in_bulk(by_publisher)
    return sum(
        notify(
            kind,
            publisher=publishers[publisher_id],
            subject=_subject(kind, publishers[publisher_id].title, len(titles)),
            text=_named(titles),
            path=_LIST.format(need=need, publisher=publishers[publisher_id].slug),
            key=f"publisher {publisher_id} {now:%Y-%m-%d}",
            now=now,
        )
        for publisher_id, titles in by_publisher.items()
    )


def _subject(kind: NoticeKind, publisher: str, count: int) -> str:
    entries = "1 entry" if count == 1 else f"{count:,} entries"
    if kind == NoticeKind.BROKEN_LINKS:
        return f"{publisher}: links of {entries} have broken"
    return f"{publisher}: the data of {entries} is due an update"


def _named(titles: list[str]) -> str:
    left = len(titles) - _NAMED
    return "\n".join(titles[:_NAMED]) + (f"\nand {left:,} more" if left > 0 else "")
