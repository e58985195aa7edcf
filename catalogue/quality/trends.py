"""Reads of the history of quality: days, and frozen quarters."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from catalogue.models import QualityDay, QualitySnapshot
from catalogue.quality.days import day_of
from catalogue.quality.figures import Figures
from catalogue.quality.history import Comparison, Point, compare
from catalogue.quality.rollups import Standing

#: How far back trends are drawn.
_YEARS = datetime.timedelta(days=3 * 366)


def history_of(scope: str, key: str = "", *, today: datetime.date) -> list[Point]:
    """Days on which figures changed, oldest first."""
    rows = QualityDay.objects.filter(scope=scope, key=key, day__gte=today - _YEARS).order_by("day", "rules_version")
    return [Point(row.day, row.rules_version, Figures.from_json(row.figures)) for row in rows]


def last_quarter_of(scope: str, key: str = "") -> QualitySnapshot | None:
    """The figures that were frozen last."""
    return QualitySnapshot.objects.filter(scope=scope, key=key).order_by("-quarter").first()


def since_last_quarter(
    frozen: QualitySnapshot | None, standing: Standing, history: Sequence[Point]
) -> Comparison | None:
    """What moved since the last frozen quarter; None where none is frozen yet."""
    if frozen is None:
        return None
    then = Point(frozen.day, frozen.rules_version, Figures.from_json(frozen.figures))
    return compare(then, Point(day_of(standing.as_of), standing.rules_version, standing.figures), history)


def frozen_quarters() -> list[dict[str, Any]]:
    """Each frozen quarter with its number of rows, when it was frozen, and the digest of its last row; newest first."""
    heads = QualitySnapshot.objects.order_by("-quarter", "-number").distinct("quarter")
    return [dict(row) for row in heads.values("quarter", "number", "frozen_at", "digest")]


def rows_of_quarter(quarter: str) -> QuerySet[QualitySnapshot]:
    """The frozen rows of a quarter, written as 2026-Q3; none of anything else."""
    if not re.fullmatch(r"[0-9]{4}-Q[1-4]", quarter):
        return QualitySnapshot.objects.none()
    return QualitySnapshot.objects.filter(quarter=quarter).order_by("number")
