"""Reads about sources, runs and their problems."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalogue.models import Dataset
from harvest.models import Problem, Record, Run, Source


def sources_for_status() -> list[Source]:
    """Every source with `last_run` (or None) and `dataset_count`, in two queries."""
    public = Dataset.objects.public()
    counts = (
        Record.objects.filter(source=OuterRef("pk"), dataset__in=public)
        .order_by()
        .values("source")
        .annotate(count=Count("pk"))
        .values("count")
    )
    latest = Run.objects.filter(source=OuterRef("pk")).order_by("-created_at", "-id").values("pk")[:1]
    sources: list[Any] = list(
        Source.objects.select_related("publisher").annotate(
            dataset_count=Coalesce(Subquery(counts), 0), last_run_id=Subquery(latest)
        )
    )
    runs = Run.objects.in_bulk([source.last_run_id for source in sources if source.last_run_id])
    for source in sources:
        source.last_run = runs.get(source.last_run_id)
    return sources


def runs_of(source: Source, *, limit: int = 50) -> list[Run]:
    """The latest runs of a source."""
    return list(Run.objects.filter(source=source)[:limit])


def public_problems(run: Run) -> QuerySet[Problem]:
    """What was wrong in a run, less what was said of entries that not everybody may see."""
    known = Record.objects.filter(source=run.source_id, guid=OuterRef("guid"), dataset__isnull=False)
    open_to_all = known.filter(Q(dataset__in=Dataset.objects.public()) | Q(dataset__in=Dataset.objects.tombstones()))
    return Problem.objects.filter(~Exists(known) | Exists(open_to_all), run=run)


def problems_by_kind(problems: QuerySet[Problem]) -> list[tuple[str, str, int]]:
    """(kind, severity, how many), commonest first."""
    kinds = problems.order_by().values_list("kind", "severity").annotate(count=Count("pk"))
    return sorted(kinds, key=lambda row: (-row[2], row[0]))


def runs_for_api() -> QuerySet[Run]:
    """Runs with their source."""
    return Run.objects.select_related("source")
