"""What undoing a merger would bring: what came with it goes back, what was made or changed since stays. Reads only.

`Merger.came` holds, by kind: `entries`, `bodies` and `mergers` (bodies that had been merged into the old one) by id,
`names` by slug, `rows` by model and key, `people` as [user, role there, role at the other body before], `closed_on`.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from catalogue.mergers import MOVED
from catalogue.models import Dataset
from publishers.models import Merger, Publisher, PublisherName, User
from publishers.models.publisher import ids_under

#: How many keys one question of the database names.
AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Return:
    """What would go back, in numbers and names."""

    entries: int
    staying: int
    """Entries that came with the merger and have gone to a third body since."""
    new_since: int
    """Entries that the other body has beside those: its own, and those made since."""
    bodies: list[str]
    moved: dict[str, int]
    names: list[str]
    people: list[tuple[str, str]]
    """(person, role) of those who would work for the old body again."""


def return_of(merger: Merger) -> Return:
    entries = sum(entries_of(merger, part).count() for part in parts(merger.came["entries"]))
    people = {user: role for user, role, _ in merger.came["people"]}
    users = {one.pk: str(one) for one in User.objects.filter(pk__in=people)}
    return Return(
        entries=entries,
        staying=len(merger.came["entries"]) - entries,
        new_since=Dataset.objects.filter(publisher=merger.new).count() - entries,
        bodies=list(bodies_of(merger).order_by("title").values_list("title", flat=True)),
        moved={name: count for label in MOVED for name, count in [_count(merger, label)] if count},
        names=sorted(names_of(merger).values_list("slug", flat=True)),
        people=sorted((users[user], role) for user, role in people.items() if user in users),
    )


def objections(merger: Merger) -> list[str]:
    """Why it can't be undone as things stand, in sentences that say what to do; empty where it can."""
    old, new = merger.old, merger.new
    if merger.undone_at:
        return [f"The merger of {old} into {new} was undone already."]
    if old.merged_into_id != new.pk:
        return [f"{new} was itself merged into {old.merged_into}: undo that merger first."]
    if old.parent_id in ids_under(UUID(key) for key in merger.came["bodies"]):
        return [f"{old} stands below a body that came with it: give it its place in the tree first."]
    return []


def entries_of(merger: Merger, ids: list[str]) -> QuerySet[Dataset]:
    """Those of these entries that are still the other body's."""
    return Dataset.objects.filter(id__in=ids, publisher=merger.new)


def bodies_of(merger: Merger) -> QuerySet[Publisher]:
    return Publisher.objects.filter(pk__in=merger.came["bodies"], parent=merger.new)


def names_of(merger: Merger) -> QuerySet[PublisherName]:
    return PublisherName.objects.filter(slug__in=merger.came["names"], publisher=merger.new)


def rows_of(merger: Merger, label: str) -> QuerySet[Any]:
    """Rows of this model that came with the merger and are still the other body's."""
    model = apps.get_model(label)
    return model._default_manager.filter(pk__in=merger.came["rows"].get(label, []), **{MOVED[label]: merger.new})


def parts(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _count(merger: Merger, label: str) -> tuple[str, int]:
    count, meta = rows_of(merger, label).count(), apps.get_model(label)._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural), count
