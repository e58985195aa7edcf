"""Reads of the history of quality: days, and frozen quarters."""

import datetime
import re
from typing import Any, Final

from django.db.models import IntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth

from catalogue.enums import RollupScope
from catalogue.models import QualityDay, QualityRollup, QualitySnapshot
from catalogue.quality.chart import Value
from catalogue.quality.days import day_of
from catalogue.quality.figures import Figures
from catalogue.quality.history import Comparison, Mover, Point, Scores, compare, movers
from catalogue.quality.rollups import Standing
from publishers.models import Publisher

#: How far back trends are drawn.
_YEARS: Final = datetime.timedelta(days=3 * 366)

#: How many months a table behind a chart has.
_MONTHS: Final = 36

#: The two numbers of a row's figures of which a mean score is made.
_SCORES: Final = {
    "score_sum": Cast(KT("figures__score_sum"), IntegerField()),
    "scored": Cast(KT("figures__scored"), IntegerField()),
}


def history_of(scope: str, key: str = "", *, since: datetime.date) -> list[Point]:
    """Days on which figures changed, oldest first."""
    rows = QualityDay.objects.filter(scope=scope, key=key, day__gte=since).order_by("day", "rules_version")
    return [_point(row) for row in rows]


def monthly_of(scope: str, key: str = "") -> list[Point]:
    """The last figures of each month and version of the rules, the latest first."""
    rows = QualityDay.objects.filter(scope=scope, key=key).annotate(month=TruncMonth("day"))
    last = rows.order_by("-month", "-rules_version", "-day").distinct("month", "rules_version")
    return [_point(row) for row in last[:_MONTHS]]


def _point(row: QualityDay) -> Point:
    return Point(row.day, row.rules_version, Figures.from_json(row.figures))


def course_of(scope: str, key: str = "", *, today: datetime.date) -> list[Value]:
    """The mean score of each day on which figures changed, oldest first; of three years, without the other figures."""
    rows: QuerySet[Any] = QualityDay.objects.filter(scope=scope, key=key, day__gte=today - _YEARS)
    numbers = (
        rows.order_by("day", "rules_version")
        .annotate(**_SCORES)
        .values_list("day", "rules_version", "score_sum", "scored")
    )
    return [Value(day, (total or 0) / scored, version) for day, version, total, scored in numbers if scored]


def last_quarter_of(scope: str, key: str = "") -> QualitySnapshot | None:
    """The figures that were frozen last."""
    return QualitySnapshot.objects.filter(scope=scope, key=key).order_by("-quarter").first()


def since_last_quarter(frozen: QualitySnapshot | None, standing: Standing) -> Comparison | None:
    """What moved since the last frozen quarter; None where none is frozen yet."""
    if frozen is None:
        return None
    then = Point(frozen.day, frozen.rules_version, Figures.from_json(frozen.figures))
    now = Point(day_of(standing.as_of), standing.rules_version, standing.figures)
    # What lies between is asked for only where new rules took over there
    is_same = frozen.rules_version == standing.rules_version
    return compare(then, now, [] if is_same else history_of(frozen.scope, frozen.key, since=frozen.day))


def movers_since(frozen: QualitySnapshot | None, standing: Standing, *, most: int = 10) -> list[Mover]:
    """The publishers that moved the mean score of the whole most since the quarter was frozen; none across new rules,
    which moved each of them by themselves. Three queries."""
    if frozen is None or frozen.rules_version != standing.rules_version:
        return []
    before = QualitySnapshot.objects.filter(quarter=frozen.quarter, scope=RollupScope.PUBLISHER)
    now = QualityRollup.objects.filter(scope=RollupScope.PUBLISHER)
    found = movers(_scores_of(before), _scores_of(now))[:most]
    named = {str(each.id): each for each in Publisher.objects.filter(id__in=[mover.key for mover in found])}
    return [mover.named(named[mover.key].title, named[mover.key].slug) for mover in found if mover.key in named]


def _scores_of(rows: QuerySet[Any]) -> dict[str, Scores]:
    numbers = rows.annotate(**_SCORES).values_list("key", "score_sum", "scored")
    return {key: Scores(total or 0, scored or 0) for key, total, scored in numbers}


def frozen_quarters() -> list[dict[str, Any]]:
    """Each frozen quarter with its number of rows, when it was frozen, and the digest of its last row; newest first."""
    heads = QualitySnapshot.objects.order_by("-quarter", "-number").distinct("quarter")
    return [dict(row) for row in heads.values("quarter", "number", "frozen_at", "digest")]


def rows_of_quarter(quarter: str) -> QuerySet[QualitySnapshot]:
    """The frozen rows of a quarter, written as 2026-Q3; none of anything else."""
    if not re.fullmatch(r"[0-9]{4}-Q[1-4]", quarter):
        return QualitySnapshot.objects.none()
    return QualitySnapshot.objects.filter(quarter=quarter).order_by("number")
