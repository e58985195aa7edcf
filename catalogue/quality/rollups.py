"""Reads of quality in numbers: counted from the reports, and as the rolled-up rows hold it.

Pages read rolled-up rows, since counting 300,000 reports takes seconds. Only where nothing was rolled up yet (a
catalogue that was just set up) is it counted at once, at most once a minute.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import CharField, Count, F, Func, Q, Sum
from django.utils import timezone

from catalogue.enums import BROKEN_LINK_STATES, Band, LinkState, RollupScope
from catalogue.models import Dataset, LinkCheck, QualityRollup
from catalogue.quality.figures import STATES, CriterionCounts, Figures, total
from catalogue.quality.league import Entrant
from catalogue.quality.mqa import MQA_BANDS, MQA_POINTS
from catalogue.quality.score import CRITERIA, RULES_VERSION
from publishers.models import Publisher
from publishers.models.publisher import ids_under, parent_map

#: A publisher's id and a topic's slug, which is empty for datasets without one.
Cell = tuple[UUID, str]
Scope = tuple[str, str]
"""Scope and key of a rolled-up row."""

WHOLE: Scope = (RollupScope.WHOLE, "")

#: How long figures counted on the spot may be old, in seconds.
_COUNTED_AGE = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Figures, and when they were taken."""

    figures: Figures
    as_of: datetime.datetime
    rules_version: int = RULES_VERSION


def count_cells(*, now: datetime.datetime, publisher_ids: Collection[UUID] | None = None) -> dict[Cell, Figures]:
    """Count what anybody may see at `now`, in three queries; of these publishers, or of all."""
    public = Dataset.objects.public(now).order_by()
    if publisher_ids is not None:
        public = public.filter(publisher_id__in=publisher_ids)
    by_cell = public.values("publisher_id", "topic_id")
    counted: dict[Cell, dict[str, object]] = {}
    row: Any
    for row in by_cell.annotate(**_NUMBERS, **_BANDS, **_MQA_BANDS, **_STARS):
        cell = (row["publisher_id"], row["topic_id"] or "")
        counted[cell] = {name: row[name] or 0 for name in _NUMBERS} | {
            "bands": _nonzero(row, _BANDS),
            "mqa_bands": _nonzero(row, _MQA_BANDS),
            "stars": _nonzero(row, _STARS),
            "criteria": {},
        }
    marks: dict[Cell, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    unnested = Func(F("quality__marks"), function="unnest", output_field=CharField())
    for publisher_id, topic, mark, count in (
        public.annotate(mark=unnested)
        .values("publisher_id", "topic_id", "mark")
        .annotate(count=Count("id"))
        .values_list("publisher_id", "topic_id", "mark", "count")
    ):
        key, _, state = mark.partition(":")
        if key in CRITERIA and state in STATES:
            marks[publisher_id, topic or ""][key][state] = count
    for cell, of_cell in marks.items():
        counted[cell]["criteria"] = {key: CriterionCounts(**states) for key, states in sorted(of_cell.items())}
    links = (
        LinkCheck.objects.filter(resource__dataset__in=public)
        .values("resource__dataset__publisher_id", "resource__dataset__topic_id")
        .annotate(**_LINKS)
    )
    for row in links:
        cell = (row["resource__dataset__publisher_id"], row["resource__dataset__topic_id"] or "")
        counted[cell] |= {name: row[name] for name in _LINKS}
    return {cell: Figures(**values) for cell, values in counted.items()}  # type: ignore[arg-type]


def _nonzero(row: dict[str, int], names: Collection[str]) -> dict[str, int]:
    return {name.rpartition("__")[2]: row[name] for name in names if row[name]}


_NUMBERS = {
    "datasets": Count("id"),
    "scored": Count("quality__score"),
    "score_sum": Sum("quality__score"),
    "mqa_scored": Count("quality__mqa"),
    "mqa_sum": Sum("quality__mqa"),
    "starred": Count("quality__stars"),
    "star_sum": Sum("quality__stars"),
    "format_star_sum": Sum("quality__format_stars"),
    "outdated": Count("id", filter=Q(quality__rules_version__lt=RULES_VERSION)),
}
_BANDS = {f"band__{band}": Count("id", filter=Q(quality__band=band)) for band in Band.values}
_MQA_BANDS = {
    f"mqa__{band}": Count("id", filter=Q(quality__mqa__gte=least, quality__mqa__lte=most))
    for (least, band), most in zip(MQA_BANDS, (MQA_POINTS, *(least - 1 for least, _ in MQA_BANDS)), strict=False)
}
_STARS = {f"stars__{number}": Count("id", filter=Q(quality__stars=number)) for number in range(6)}
_LINKS = {
    "resources": Count("resource_id"),
    "links_checked": Count("resource_id", filter=~Q(state__in=[LinkState.UNCHECKED, LinkState.UNKNOWN])),
    "links_working": Count("resource_id", filter=Q(state=LinkState.OK)),
    "links_broken": Count("resource_id", filter=Q(state__in=BROKEN_LINK_STATES)),
}


def scopes_of(cells: Mapping[Cell, Figures]) -> dict[Scope, Figures]:
    """Every sum of cells: the whole, publishers, topics, and the families of publishers that have bodies below them."""
    publishers: dict[UUID, Figures] = defaultdict(Figures)
    topics: dict[str, Figures] = defaultdict(Figures)
    for (publisher_id, topic), figures in cells.items():
        publishers[publisher_id] += figures
        topics[topic] += figures
    found: dict[Scope, Figures] = {WHOLE: total(topics.values())}
    found |= {(RollupScope.PUBLISHER, str(key)): figures for key, figures in publishers.items()}
    found |= {(RollupScope.TOPIC, topic): figures for topic, figures in topics.items() if topic}
    parents = parent_map()
    for parent in {above for key in publishers for above in _ancestors(key, parents)}:
        below = ids_under([parent], parents)
        found[RollupScope.FAMILY, str(parent)] = total(publishers[key] for key in below if key in publishers)
    return found


def _ancestors(publisher_id: UUID, parents: dict[UUID, UUID | None]) -> set[UUID]:
    found: set[UUID] = set()
    current = parents.get(publisher_id)
    while current is not None and current not in found:
        found.add(current)
        current = parents.get(current)
    return found


# As the rows hold it


def standing(scope: str = RollupScope.WHOLE, key: str = "") -> Standing:
    """How the whole, a publisher, a family or a topic stands. A family without bodies below it is the publisher.

    What didn't change keeps its row, so all stand as of when the whole was last looked at.
    """
    wanted = Q(scope=RollupScope.WHOLE) | Q(scope=scope, key=key)
    if scope == RollupScope.FAMILY:
        wanted |= Q(scope=RollupScope.PUBLISHER, key=key)
    rows = {(row.scope, row.key): row for row in QualityRollup.objects.filter(wanted)}
    if WHOLE in rows:
        row = rows.get((scope, key)) or rows.get((RollupScope.PUBLISHER, key))
        return _standing(row, rows[WHOLE].as_of) if row else Standing(Figures(), rows[WHOLE].as_of)
    counted, as_of = _counted()
    figures = counted.get((scope, key)) or counted.get((RollupScope.PUBLISHER, key)) or Figures()
    return Standing(figures, as_of)


def standings(scope: str, keys: Collection[str] | None = None) -> dict[str, Standing]:
    """How each publisher, family or topic stands, by its key; only those with these `keys`, where they are given."""
    wanted = Q(scope=scope) if keys is None else Q(scope=scope, key__in=keys)
    rows = list(QualityRollup.objects.filter(wanted | Q(scope=RollupScope.WHOLE)))
    as_of = next((row.as_of for row in rows if row.scope == RollupScope.WHOLE), None)
    if as_of is not None:
        return {row.key: _standing(row, as_of) for row in rows if row.scope == scope}
    counted, as_of = _counted()
    return {key: Standing(figures, as_of) for (of, key), figures in counted.items() if of == scope}


def _standing(row: QualityRollup, as_of: datetime.datetime) -> Standing:
    return Standing(Figures.from_json(row.figures), as_of, row.rules_version)


def _counted() -> tuple[dict[Scope, Figures], datetime.datetime]:
    """Counted on the spot, where nothing was rolled up yet."""
    found: tuple[dict[Scope, Figures], datetime.datetime] | None = cache.get("quality-counted")
    if found is None:
        now = timezone.now()
        found = scopes_of(count_cells(now=now)), now
        cache.set("quality-counted", found, _COUNTED_AGE)
    return found


def standing_of_publisher(publisher: Publisher, *, with_family: bool = False) -> Standing:
    return standing(RollupScope.FAMILY if with_family else RollupScope.PUBLISHER, str(publisher.id))


def entrants(*, with_below: bool = False) -> list[Entrant]:
    """Every publisher with figures, for the league table; `with_below`: each with the bodies below it."""
    found = standings(RollupScope.PUBLISHER)
    if with_below:
        found |= standings(RollupScope.FAMILY)
    publishers = Publisher.objects.filter(id__in=found.keys()).values_list("id", "title", "slug")
    return [Entrant(title, slug, found[str(key)].figures) for key, title, slug in publishers]


def publishers_with_datasets() -> int:
    """How many publishers have a public dataset."""
    if QualityRollup.objects.filter(scope=RollupScope.WHOLE).exists():
        return QualityRollup.objects.filter(scope=RollupScope.PUBLISHER, datasets__gt=0).count()
    return sum(1 for scope, _ in _counted()[0] if scope == RollupScope.PUBLISHER)
