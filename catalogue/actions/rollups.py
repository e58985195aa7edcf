"""Keeping quality in numbers: as it stands, day by day, and frozen by quarters."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from catalogue.actions import changes, rows
from catalogue.enums import RollupScope
from catalogue.models import Change, Dataset, QualityDay, QualityRollup, QualitySnapshot, Topic
from catalogue.quality.days import day_of
from catalogue.quality.figures import Figures
from catalogue.quality.quarters import last_day_of, next_quarter, quarter_before, quarter_of
from catalogue.quality.rollups import WHOLE, Cell, Scope, count_cells, scopes_of
from catalogue.quality.score import RULES_VERSION
from catalogue.quality.sealing import first_broken, seal
from publishers.models import Publisher

#: How long changes alone are followed before everything is counted again: this finds what no change tells of, such as
#: the publisher whom a dataset left.
COUNT_ALL_EVERY: Final = datetime.timedelta(minutes=15)

#: With more publishers touched than this, counting everything is no dearer.
_FEW_PUBLISHERS: Final = 100

#: One refresh at a time in a database.
_LOCK: Final = 0x7175616C

_SET: Final = ("datasets", "figures", "rules_version", "as_of", "is_kept", "changes_seen", "counted_all_at")


@dataclass(frozen=True, slots=True)
class Refreshed:
    publishers: int | None
    """Publishers that were counted anew; None: all."""
    written: int
    """Rolled-up rows that changed, cells left aside."""
    frozen: tuple[str, ...] = ()
    """Quarters that were frozen."""


def refresh(*, now: datetime.datetime, everything: bool = False) -> Refreshed | None:
    """Bring the rolled-up rows to what stands: of the publishers whose datasets changed, now and then of all.

    None where another process is at it. Freezes quarters that have ended. The day's history waits while reports of
    earlier rules are left: figures that mix two sets of rules can be compared with nothing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return None
        changes.assign_positions()
        whole = QualityRollup.objects.filter(scope=RollupScope.WHOLE).first()
        position = Change.objects.aggregate(last=Max("position"))["last"] or 0
        touched = None if everything else _touched(whole, now=now)
        written = 0
        if touched is None or touched:
            written = _roll_up(_cells(touched, now=now), now=now)
        looked = {"as_of": now, "changes_seen": position}
        if touched is None:
            looked["counted_all_at"] = now
        QualityRollup.objects.filter(scope=RollupScope.WHOLE).update(**looked)
        _keep_day(now=now)
        frozen = _freeze_ended_quarters(now=now)
    return Refreshed(None if touched is None else len(touched), written, frozen)


def _touched(whole: QualityRollup | None, *, now: datetime.datetime) -> set[UUID] | None:
    """Publishers whose datasets changed or were released since the last look; None where all are to be counted."""
    if whole is None or whole.counted_all_at is None or whole.counted_all_at <= now - COUNT_ALL_EVERY:
        return None
    changed = Change.objects.filter(position__gt=whole.changes_seen).values("dataset_id")
    released = Q(release_at__gt=whole.as_of, release_at__lte=now)
    found = Dataset.objects.filter(Q(id__in=changed) | released).order_by().values_list("publisher_id", flat=True)
    publisher_ids = set(found.distinct()[: _FEW_PUBLISHERS + 1])
    return publisher_ids if len(publisher_ids) <= _FEW_PUBLISHERS else None


def _cells(touched: set[UUID] | None, *, now: datetime.datetime) -> dict[Cell, Figures]:
    """All cells as they stand now; of publishers that weren't touched, as they were stored. Stores what changed."""
    stored = {
        _cell(key): (key, figures)
        for key, figures in QualityRollup.objects.filter(scope=RollupScope.CELL).values_list("key", "figures")
    }
    counted = count_cells(now=now, publisher_ids=touched)
    kept = {
        cell: Figures.from_json(figures)
        for cell, (_, figures) in stored.items()
        if touched is not None and cell[0] not in touched
    }
    gone = [key for cell, (key, _) in stored.items() if cell not in counted and cell not in kept]
    QualityRollup.objects.filter(scope=RollupScope.CELL, key__in=gone).delete()
    fresh = [
        _row((RollupScope.CELL, f"{publisher_id}/{topic}"), figures, now=now)
        for (publisher_id, topic), figures in counted.items()
        if stored.get((publisher_id, topic), ("", None))[1] != figures.to_json()
    ]
    rows.upsert(QualityRollup, fresh, unique=("scope", "key"), names=_SET)
    return kept | counted


def _cell(key: str) -> Cell:
    publisher_id, _, topic = key.partition("/")
    return UUID(publisher_id), topic


def _roll_up(cells: Mapping[Cell, Figures], *, now: datetime.datetime) -> int:
    """Store the sums of cells that are no longer what they were, and how many those are."""
    sums = scopes_of(cells)
    stored = {
        (row.scope, row.key): (row.figures, row.rules_version)
        for row in QualityRollup.objects.exclude(scope=RollupScope.CELL)
    }
    sums |= {scope: Figures() for scope in stored if scope not in sums}  # what had datasets, and has none
    fresh = []
    for scope, figures in sums.items():
        before, rules = stored.get(scope, (None, RULES_VERSION))
        row = _row(scope, figures, now=now, rules_version=rules if figures.outdated else RULES_VERSION)
        if (row.figures, row.rules_version) != (before, rules):
            fresh.append(row)
    rows.upsert(QualityRollup, fresh, unique=("scope", "key"), names=_SET[:5])
    return len(fresh)


def _row(
    scope: Scope, figures: Figures, *, now: datetime.datetime, rules_version: int = RULES_VERSION
) -> QualityRollup:
    return QualityRollup(
        scope=scope[0],
        key=scope[1],
        datasets=figures.datasets,
        figures=figures.to_json(),
        rules_version=rules_version,
        as_of=now,
    )


def _keep_day(*, now: datetime.datetime) -> None:
    """Note in the day's history what changed since the last note."""
    fresh = QualityRollup.objects.filter(is_kept=False).exclude(scope=RollupScope.CELL)
    whole = QualityRollup.objects.filter(scope=RollupScope.WHOLE).first()
    if whole is None or Figures.from_json(whole.figures).outdated:
        return
    day = day_of(now)
    noted = [
        QualityDay(scope=row.scope, key=row.key, day=day, rules_version=row.rules_version, figures=row.figures)
        for row in fresh
    ]
    rows.upsert(QualityDay, noted, unique=("scope", "key", "day", "rules_version"), names=["figures"])
    fresh.update(is_kept=True)


# Quarters


def _freeze_ended_quarters(*, now: datetime.datetime) -> tuple[str, ...]:
    """Freeze each quarter that has ended and isn't frozen, from the first of which anything is known."""
    last_ended = quarter_before(day_of(now))
    last_frozen = QualitySnapshot.objects.order_by("-number").values_list("quarter", flat=True).first()
    if last_frozen == last_ended:
        return ()
    if last_frozen:
        quarter = next_quarter(last_frozen)
    else:
        first_day = QualityDay.objects.aggregate(first=Min("day"))["first"]
        quarter = quarter_of(first_day or day_of(now))
    frozen = []
    while quarter <= last_ended:
        _freeze(quarter, now=now)
        frozen.append(quarter)
        quarter = next_quarter(quarter)
    return tuple(frozen)


def _freeze(quarter: str, *, now: datetime.datetime) -> None:
    """Append the quarter's last figures of everything to the chain."""
    ended = QualityDay.objects.filter(day__lte=last_day_of(quarter))
    latest = ended.order_by("scope", "key", "-day", "-rules_version").distinct("scope", "key")
    titles = _titles()
    head = QualitySnapshot.objects.order_by("-number").values("number", "digest").first()
    number, previous = (head["number"], head["digest"]) if head else (0, "")
    frozen: list[QualitySnapshot] = []
    for row in sorted(latest, key=lambda row: (_ORDER[row.scope], row.key)):
        number += 1
        content: dict[str, Any] = {
            "number": number,
            "quarter": quarter,
            "scope": row.scope,
            "key": row.key,
            "title": titles.get((row.scope, row.key), "")[:300],
            "day": row.day,
            "rules_version": row.rules_version,
            "figures": row.figures,
            "previous": previous,
        }
        previous = seal(content)
        frozen.append(QualitySnapshot(**content, digest=previous, frozen_at=now))
    QualitySnapshot.objects.bulk_create(frozen, batch_size=500)


_ORDER: Final = {scope: place for place, scope in enumerate(RollupScope.values)}


def _titles() -> dict[Scope, str]:
    titles: dict[Scope, str] = {WHOLE: str(RollupScope.WHOLE.label)}
    for publisher_id, title in Publisher.objects.values_list("id", "title"):
        titles[RollupScope.PUBLISHER, str(publisher_id)] = title
        titles[RollupScope.FAMILY, str(publisher_id)] = title
    titles |= {(RollupScope.TOPIC, slug): title for slug, title in Topic.objects.values_list("slug", "title")}
    return titles


def first_altered() -> int | None:
    """The number of the first frozen row that is no longer what was frozen; None if history stands unaltered."""
    names = ("number", "quarter", "scope", "key", "title", "day", "rules_version", "figures", "previous", "digest")
    return first_broken(QualitySnapshot.objects.order_by("number").values(*names).iterator(chunk_size=1_000))
