"""Series: which one an entry is part of, and which entries a series has, as a reader may see them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import F

from catalogue import queries
from catalogue.enums import DatasetKind, State
from catalogue.models import Dataset

#: A series' page lists so many of its members; a longer list is for search.
MOST_MEMBERS: Final = 100


class NoSuchSeries(ValueError):
    """What was named can't be the entry's series; the message says why."""


def _chosen(found: Dataset | None, *, member: UUID | None) -> Dataset:
    if found is None or found.state != State.PUBLISHED:
        raise NoSuchSeries("There is no published series with this address or name: copy the address of its page.")
    if found.id == member:
        raise NoSuchSeries("An entry can’t be part of itself: name another series, or leave this empty.")
    if found.kind != DatasetKind.SERIES:
        raise NoSuchSeries("The entry with this address is no series: give the address of one whose kind is “series”.")
    return found


def visible(series_id: UUID | None, user: queries.Reader) -> Dataset | None:
    """The series of this UUID, if `user` may see it."""
    if series_id is None:
        return None
    return Dataset.objects.visible_to(user).filter(id=series_id, kind=DatasetKind.SERIES).order_by().first()


def wished(key: str, user: queries.Reader, *, member: UUID | None, current: UUID | None) -> UUID | None:
    """The series that an entry should be part of, where `user` wrote `key`: its address, UUID or name, or nothing.

    `member` is the entry, where it is there already, and `current` the series that it is in. That one stays where the
    user repeats it, and also where they leave it out and may not see it: it was not shown to them.
    Raises `NoSuchSeries`.
    """
    if not key:
        return current if current and visible(current, user) is None else None
    found = queries.dataset_at(key, user)
    if current and (key == str(current) or (found and found.id == current)):
        return current
    return _chosen(found, member=member).id


def titles(ids: Iterable[str], user: queries.Reader) -> dict[str, str]:
    """Title by id, of the series that `user` may see."""
    found = Dataset.objects.visible_to(user).filter(id__in=ids).order_by().values_list("id", "title")
    return {str(key): title for key, title in found}


def members(series: Dataset, user: queries.Reader) -> list[Dataset]:
    """Entries of this series that `user` may see, the latest period first, at most `MOST_MEMBERS`."""
    if series.kind != DatasetKind.SERIES:
        return []
    found = Dataset.objects.visible_to(user).filter(in_series=series, state=State.PUBLISHED)
    ordered = found.order_by(F("temporal_start").desc(nulls_last=True), "title", "id")
    return list(ordered.only("name", "title")[:MOST_MEMBERS])
