"""Merging a publisher into another, as when departments are merged: its entries, its names and what hangs on it.

The old body stays as a closed row without entries, whose names lead to the new one. Permission is the caller's to
check.
"""

import datetime
from dataclasses import replace
from uuid import UUID

from django.apps import apps
from django.db import transaction

from catalogue.actions.store import By, Entry, upsert_many
from catalogue.mergers import MOVED, objections
from catalogue.models import Dataset, Resource
from catalogue.quality.days import day_of
from catalogue.snapshots import draft_from, snapshot
from publishers import actions as publishers
from publishers.actions import audit, members
from publishers.enums import AuditAction, Role
from publishers.models import Membership, Publisher, PublisherName

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
        moved = _move_entries(old, new, by=replace(by, comment=f"{old} was merged into {new}", in_bulk=True), now=now)
        for body in Publisher.objects.select_for_update().filter(parent=old).order_by("pk"):
            body.parent = new
            body.save(update_fields=["parent", "modified_at"])
            publishers.note_name(body, changed=["parent"])
        for label, field in MOVED.items():
            apps.get_model(label)._default_manager.filter(**{field: old}).update(**{field: new})
        _move_people(old, new, who=who, now=now, people_move=people_move)
        _move_names(old, new)
        old.merged_into, old.closed_on = new, old.closed_on or day_of(now)
        old.save(update_fields=["merged_into", "closed_on", "modified_at"])
        for publisher in (old, new):  # whoever reads the log of either reads of it
            audit.record(
                AuditAction.PUBLISHER_MERGED,
                who=who,
                now=now,
                publisher=publisher,
                object_id=old.pk,
                object_label=f"{old} into {new}",
                detail={"entries": moved, "people_move": people_move},
            )
        return moved


def _move_entries(old: Publisher, new: Publisher, *, by: By, now: datetime.datetime) -> int:
    ids = list(Dataset.objects.filter(publisher=old).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        part = Dataset.objects.select_for_update().filter(id__in=ids[start : start + _AT_ONCE]).order_by("id")
        datasets = list(part)
        files: dict[UUID, list[Resource]] = {dataset.id: [] for dataset in datasets}
        for file in Resource.objects.filter(dataset_id__in=files).order_by("position", "id"):
            files[file.dataset_id].append(file)
        entries = [
            Entry(
                draft_from(snapshot(dataset, files[dataset.id], name=dataset.name)).with_changes(publisher_id=new.pk),
                dataset.id,
            )
            for dataset in datasets
        ]
        upsert_many(entries, by=by, now=now)
    return len(ids)


def _move_people(old: Publisher, new: Publisher, *, who: audit.Who, now: datetime.datetime, people_move: bool) -> None:
    has = dict(Membership.objects.filter(publisher=new).values_list("user_id", "role"))
    order = list(Role.values)
    for member in Membership.objects.filter(publisher=old).select_related("user").order_by("pk"):
        if people_move:
            role = max(member.role, has.get(member.user_id, member.role), key=order.index)
            members.put(member.user, new, Role(role), who=who, now=now)
        members.remove(member.user, old, who=who, now=now)


def _move_names(old: Publisher, new: Publisher) -> None:
    """Every name that the old body ever had leads to the new one, with the title that it had then."""
    PublisherName.objects.update_or_create(slug=old.slug, defaults={"publisher": old, "title": old.title})
    PublisherName.objects.filter(publisher=old).update(publisher=new)
    Publisher.objects.filter(merged_into=old).update(merged_into=new)
