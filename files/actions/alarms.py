"""Alarms of personal data: raised by a profile, settled by the publisher."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse

from files.actions.queue import look_again
from files.enums import AlarmState
from files.models import Alarm, ResourceFile
from publishers.actions import notices
from publishers.enums import NoticeKind
from publishers.models import User


def record(file: ResourceFile, tables: Sequence[dict[str, Any]], *, now: datetime.datetime) -> list[Alarm]:
    """Keep what a profile found; return the alarms that are new. Those that it no longer found are gone."""
    new: list[Alarm] = []
    seen: list[int] = []
    for table in tables:
        for found in table["alarms"]:
            alarm, is_new = Alarm.objects.get_or_create(
                file=file,
                kind=found["kind"],
                table=table["name"][:300],
                columns=found["columns"],
                defaults={"count": found["count"], "found_at": now, "last_found_at": now},
            )
            if not is_new:
                alarm.count, alarm.last_found_at = found["count"], now
                if alarm.state == AlarmState.GONE:
                    alarm.state, is_new = AlarmState.OPEN, True
                alarm.save(update_fields=["count", "last_found_at", "state"])
            seen.append(alarm.pk)
            if is_new:
                new.append(alarm)
    Alarm.objects.filter(file=file, state=AlarmState.OPEN).exclude(pk__in=seen).update(state=AlarmState.GONE)
    if new:
        _tell(file, new, now=now)
    return new


def _tell(file: ResourceFile, new: Sequence[Alarm], *, now: datetime.datetime) -> None:
    """The publisher, and nobody else. Mails name columns, never what stands in them."""
    dataset = file.resource.dataset
    notices.notify(
        NoticeKind.PERSONAL_DATA,
        publisher=dataset.publisher,
        subject=f"A file of “{dataset.title}” may hold data about persons",
        text="\n".join(
            f"{alarm.get_kind_display()}, in {', '.join(alarm.columns)}: the preview leaves these columns out."
            for alarm in new
        ),
        path=reverse("admin:files_alarm_changelist"),
        key=str(file.pk),
        now=now,
    )


def allowed_columns(file: ResourceFile) -> dict[str, list[str]]:
    """Columns that the publisher means to publish though they look personal, by the name of their table."""
    allowed: dict[str, list[str]] = {}
    for table, columns in file.alarms.filter(state=AlarmState.DISMISSED).values_list("table", "columns"):
        allowed.setdefault(table, []).extend(columns)
    return allowed


def dismiss(alarms: Sequence[Alarm], *, by: User, now: datetime.datetime) -> int:
    """These columns are meant to be public: they will be shown once their files have been looked into again."""
    with transaction.atomic():
        open_ones = [alarm for alarm in alarms if alarm.state == AlarmState.OPEN]
        for alarm in open_ones:
            alarm.state, alarm.settled_at, alarm.settled_by = AlarmState.DISMISSED, now, by
            alarm.save(update_fields=["state", "settled_at", "settled_by"])
        look_again([alarm.file_id for alarm in open_ones], now=now)
    return len(open_ones)
