"""Reads about sources, runs and their problems."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalogue.models import Dataset
from harvest.enums import ACTIVE_RUN_STATES, Health, RecordState, RunState, Stage
from harvest.health import LastRun, health_of
from harvest.models import Problem, Record, Run, Source
from harvest.progress import Progress, progress


def sources_for_status(*, now: datetime.datetime) -> list[Source]:
    """Every source with `last_run` (or None), `health`, `last_success_at` and `dataset_count`, in two queries."""
    public = Dataset.objects.public()
    counts = (
        Record.objects.filter(source=OuterRef("pk"), dataset__in=public)
        .order_by()
        .values("source")
        .annotate(count=Count("pk"))
        .values("count")
    )
    ended = Run.objects.filter(source=OuterRef("pk")).order_by("-created_at", "-id")
    sources: list[Any] = list(
        Source.objects.select_related("publisher").annotate(
            dataset_count=Coalesce(Subquery(counts), 0),
            last_run_id=Subquery(ended.values("pk")[:1]),
            last_ended_id=Subquery(ended.exclude(state__in=ACTIVE_RUN_STATES).values("pk")[:1]),
            last_success_at=Subquery(ended.filter(state=RunState.COMPLETED).values("finished_at")[:1]),
        )
    )
    ids = {number for source in sources for number in (source.last_run_id, source.last_ended_id) if number}
    runs = Run.objects.in_bulk(list(ids))
    for source in sources:
        source.last_run = runs.get(source.last_run_id)
        last = runs.get(source.last_ended_id)
        source.health = health_of(
            LastRun(RunState(last.state), last.failed) if last else None,
            is_paused=source.is_paused,
            next_run_at=source.next_run_at,
            now=now,
        )
    return sources


def health_counts(sources: Iterable[Any]) -> list[tuple[Health, int]]:
    """How many of these sources do how well, worst first, those that nobody is in left out."""
    counts = Counter(source.health for source in sources)
    worst_first = (*(Health.FAILING, Health.WAITING, Health.OVERDUE, Health.PROBLEMS), *(Health.WORKING, Health.NEW))
    return [(health, counts[health]) for health in (*worst_first, Health.PAUSED) if counts[health]]


def run_progress(run: Run, *, now: datetime.datetime) -> Progress:
    """How far a run is."""
    return progress(seen=run.seen, expected=run.expected, started_at=run.started_at, now=now)


def runs_of(source: Source, *, limit: int = 50) -> list[Run]:
    """The latest runs of a source."""
    return list(Run.objects.filter(source=source)[:limit])


def public_problems(run: Run) -> QuerySet[Problem]:
    """What was wrong in a run, less what was said of entries that not everybody may see."""
    return _shown(Problem.objects.filter(run=run), run.source_id)


def outstanding_problems(source: Source, last: Run | None) -> QuerySet[Problem]:
    """What is wrong with a source now, as far as anybody may see it.

    That is what the last run said of the source itself, and of each record what was said when it was last read: one
    that is unchanged since then has the same problems still.
    """
    reads = Record.objects.filter(source=source, guid=OuterRef("guid"), read_run=OuterRef("run"))
    still = Exists(reads.exclude(state=RecordState.RETIRED))
    problems = Problem.objects.filter(run__source=source).filter(
        Q(stage=Stage.RECORD) & still | Q(stage=Stage.GATHER, run=last)
    )
    return _shown(problems, source.pk)


def _shown(problems: QuerySet[Problem], source_id: int) -> QuerySet[Problem]:
    known = Record.objects.filter(source=source_id, guid=OuterRef("guid"), dataset__isnull=False)
    open_to_all = known.filter(Q(dataset__in=Dataset.objects.public()) | Q(dataset__in=Dataset.objects.tombstones()))
    return problems.filter(~Exists(known) | Exists(open_to_all))


PROBLEM_COLUMNS = ("record", "severity", "kind", "field", "what is wrong", "what the source says")


def problem_lines(problems: QuerySet[Problem]) -> Iterator[tuple[str, ...]]:
    """The names of the columns, then a line for each problem."""
    yield PROBLEM_COLUMNS
    for problem in problems.iterator(2_000):
        yield problem.guid, problem.severity, problem.kind, problem.field, problem.message, problem.value


def public_records(source: Source) -> QuerySet[Record]:
    """A source's records whose entries anybody may read."""
    return Record.objects.filter(source=source, dataset__in=Dataset.objects.public())


def record_numbers(source: Source, guids: Iterable[str]) -> dict[str, int]:
    """The numbers of these records, as far as there is a public page of them."""
    return dict(public_records(source).filter(guid__in=set(guids)).values_list("guid", "pk"))


def problems_of_record(record: Record) -> list[Problem]:
    """What was said of a record when it was last read."""
    return list(Problem.objects.filter(run=record.read_run_id, guid=record.guid)) if record.read_run_id else []


def problems_by_kind(problems: QuerySet[Problem]) -> list[tuple[str, str, int]]:
    """(kind, severity, how many), commonest first."""
    kinds = problems.order_by().values_list("kind", "severity").annotate(count=Count("pk"))
    return sorted(kinds, key=lambda row: (-row[2], row[0]))


def runs_for_api() -> QuerySet[Run]:
    """Runs with their source."""
    return Run.objects.select_related("source")
