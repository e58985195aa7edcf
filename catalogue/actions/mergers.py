"""Merging a publisher into another, as when departments are merged: its entries, its names and what hangs on it.

The old body stays as a closed row without entries, whose names lead to the new one. Permission is the caller's to
check.
"""

import datetime
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction

from catalogue import unmerging
from catalogue.actions.entry import By, Entry
from catalogue.actions.store import upsert_many
from catalogue.mergers import MOVED, objections
from catalogue.models import Dataset, Resource
from catalogue.quality.days import day_of
from catalogue.snapshots import draft_from, snapshot
from publishers import actions as publishers
from publishers.actions import audit, members
from publishers.enums import AuditAction, Role
from publishers.models import Membership, Merger, Publisher, PublisherName, User

_AT_ONCE = 500


class CannotMerge(Exception):
    """The two can't be merged as they stand. The message says why, and what to do."""


def merge(old: Publisher, new: Publisher, *, by: By, now: datetime.datetime, people_move: bool) -> int:
    """Give all that `old` has to `new`, all or nothing; return how many entries that were.

    Each entry has a revision of it. Contacts that entries took from the old body are from now on the new one's.
    `people_move`: whoever worked for the old body works for the new one, in the higher of both roles; else only the
    new body's own people do. Raises `CannotMerge`.
    """
    with transaction.atomic():
        locked = Publisher.objects.select_for_update().filter(pk__in=[old.pk, new.pk]).order_by("pk").in_bulk()
        old, new = locked[old.pk], locked[new.pk]
        if objected := objections(old, new):
            raise CannotMerge(" ".join(objected))
        who = audit.Who(by.user, label=by.label)
        came = _came(old, new)
        moved = _move_entries(old, new, by=replace(by, comment=f"{old} was merged into {new}", in_bulk=True), now=now)
        _move_bodies(Publisher.objects.filter(parent=old), new)
        for label, field in MOVED.items():
            apps.get_model(label)._default_manager.filter(**{field: old}).update(**{field: new})
        _move_people(old, new, who=who, now=now, people_move=people_move)
        _move_names(old, new)
        Merger.objects.create(old=old, new=new, at=now, by=by.user, came=came)
        old.merged_into, old.closed_on = new, old.closed_on or day_of(now)
        old.save(update_fields=["merged_into", "closed_on", "modified_at"])
        detail = {"entries": moved, "people_move": people_move}
        _record(AuditAction.PUBLISHER_MERGED, old, new, detail, who=who, now=now)
        return moved


def undo(merger: Merger, *, by: By, now: datetime.datetime) -> int:
    """Give back what came with a merger and is where it put it, all or nothing; return how many entries that were.

    What was made since, and what somebody has given to a third body or changed, stays. Raises `CannotMerge`.
    """
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        both = [merger.old_id, merger.new_id]
        locked = Publisher.objects.select_for_update().filter(pk__in=both).order_by("pk").in_bulk()
        merger.old, merger.new = old, new = locked[merger.old_id], locked[merger.new_id]
        if objected := unmerging.objections(merger):
            raise CannotMerge(" ".join(objected))
        who = audit.Who(by.user, label=by.label)
        old.merged_into = None
        old.closed_on = datetime.date.fromisoformat(merger.came["closed_on"]) if merger.came["closed_on"] else None
        old.save(update_fields=["merged_into", "closed_on", "modified_at"])
        comment = replace(by, comment=f"{old} is separate from {new} again", in_bulk=True)
        ids = [key for part in unmerging.parts(merger.came["entries"]) for key in _ids(merger, part)]
        _give(ids, old, by=comment, now=now)
        _move_bodies(unmerging.bodies_of(merger), old)
        for label, field in MOVED.items():
            unmerging.rows_of(merger, label).update(**{field: old})
        unmerging.names_of(merger).update(publisher=old)
        Publisher.objects.filter(pk__in=merger.came["mergers"], merged_into=new).update(merged_into=old)
        _return_people(merger, who=who, now=now)
        Merger.objects.filter(pk=merger.pk).update(undone_at=now)
        _record(AuditAction.PUBLISHER_UNMERGED, old, new, {"entries": len(ids)}, who=who, now=now)
        return len(ids)


def _ids(merger: Merger, part: list[str]) -> list[UUID]:
    return list(unmerging.entries_of(merger, part).order_by("id").values_list("id", flat=True))


def _record(
    action: AuditAction,
    old: Publisher,
    new: Publisher,
    detail: dict[str, Any],
    *,
    who: audit.Who,
    now: datetime.datetime,
) -> None:
    for publisher in (old, new):  # whoever reads the log of either reads of it
        audit.record(
            action,
            who=who,
            now=now,
            publisher=publisher,
            object_id=old.pk,
            object_label=f"{old} into {new}",
            detail=detail,
        )


def _came(old: Publisher, new: Publisher) -> dict[str, Any]:
    """All that `old` has, before it goes: see `catalogue.unmerging`."""

    def keys(rows: Any) -> list[str]:
        return [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]

    has = dict(Membership.objects.filter(publisher=new).values_list("user_id", "role"))
    people = Membership.objects.filter(publisher=old).order_by("pk").values_list("user_id", "role")
    return {
        "entries": keys(Dataset.objects.filter(publisher=old)),
        "bodies": keys(Publisher.objects.filter(parent=old)),
        "mergers": keys(Publisher.objects.filter(merged_into=old)),
        "names": [*keys(PublisherName.objects.filter(publisher=old).exclude(slug=old.slug)), old.slug],
        "rows": {
            label: keys(apps.get_model(label)._default_manager.filter(**{field: old})) for label, field in MOVED.items()
        },
        "people": [[user, role, has.get(user)] for user, role in people],
        "closed_on": str(old.closed_on) if old.closed_on else None,
    }


def _move_bodies(bodies: Any, parent: Publisher) -> None:
    for body in bodies.select_for_update().order_by("pk"):
        body.parent = parent
        body.save(update_fields=["parent", "modified_at"])
        publishers.note_name(body, changed=["parent"])


def _move_entries(old: Publisher, new: Publisher, *, by: By, now: datetime.datetime) -> int:
    ids = list(Dataset.objects.filter(publisher=old).order_by("id").values_list("id", flat=True))
    _give(ids, new, by=by, now=now)
    return len(ids)


def _give(ids: list[UUID], publisher: Publisher, *, by: By, now: datetime.datetime) -> None:
    """Make these entries a publisher's."""
    for start in range(0, len(ids), _AT_ONCE):
        part = Dataset.objects.select_for_update().filter(id__in=ids[start : start + _AT_ONCE]).order_by("id")
        datasets = list(part)
        files: dict[UUID, list[Resource]] = {dataset.id: [] for dataset in datasets}
        for file in Resource.objects.filter(dataset_id__in=files).order_by("position", "id"):
            files[file.dataset_id].append(file)
        entries = [
            Entry(
                draft_from(snapshot(dataset, files[dataset.id], name=dataset.name)).with_changes(
                    publisher_id=publisher.pk
                ),
                dataset.id,
            )
            for dataset in datasets
        ]
        upsert_many(entries, by=by, now=now)


def _move_people(old: Publisher, new: Publisher, *, who: audit.Who, now: datetime.datetime, people_move: bool) -> None:
    has = dict(Membership.objects.filter(publisher=new).values_list("user_id", "role"))
    order = list(Role.values)
    for member in Membership.objects.filter(publisher=old).select_related("user").order_by("pk"):
        if people_move:
            role = max(member.role, has.get(member.user_id, member.role), key=order.index)
            members.put(member.user, new, Role(role), who=who, now=now)
        members.remove(member.user, old, who=who, now=now)


def _return_people(merger: Merger, *, who: audit.Who, now: datetime.datetime) -> None:
    """Roles as they were, but for those that somebody has given or taken at the other body since."""
    order = list(Role.values)
    has = dict(Membership.objects.filter(publisher=merger.new).values_list("user_id", "role"))
    for user in User.objects.filter(pk__in=[user for user, _, _ in merger.came["people"]]).order_by("pk"):
        role, had = next((role, had) for key, role, had in merger.came["people"] if key == user.pk)
        if has.get(user.pk) == max(role, had or role, key=order.index):
            if had:
                members.put(user, merger.new, Role(had), who=who, now=now)
            else:
                members.remove(user, merger.new, who=who, now=now)
        members.put(user, merger.old, Role(role), who=who, now=now)


def _move_names(old: Publisher, new: Publisher) -> None:
    """Every name that the old body ever had leads to the new one, with the title that it had then."""
    PublisherName.objects.update_or_create(slug=old.slug, defaults={"publisher": old, "title": old.title})
    PublisherName.objects.filter(publisher=old).update(publisher=new)
    Publisher.objects.filter(merged_into=old).update(merged_into=new)
