"""Reads about sources, runs and their problems."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from catalogue.models import Dataset
from harvest.enums import ACTIVE_RUN_STATES, Health, RunState
from harvest.health import LastRun, health_of
from harvest.models import Problem, ProblemCount, Record, Run, Source
from harvest.progress import Progress, progress


def sources_for_status(*, now: datetime.datetime) -> list[Source]:
    """Every source with `last_run` (or None), `health`, `last_success_at` and `dataset_count`, in three queries."""
    public = Record.objects.filter(dataset__in=Dataset.objects.public()).order_by()
    # Of all at once: source by source takes longer
    counts = dict(public.values_list("source").annotate(count=Count("pk")))
    runs_of_source = _runs_of_source()
    sources: list[Any] = list(
        with_last_ended(Source.objects.select_related("publisher")).annotate(
            last_run_id=Subquery(runs_of_source.values("pk")[:1]),
            last_success_at=Subquery(runs_of_source.filter(state=RunState.COMPLETED).values("finished_at")[:1]),
        )
    )
    runs = Run.objects.in_bulk([source.last_run_id for source in sources if source.last_run_id])
    for source in sources:
        source.last_run = runs.get(source.last_run_id)
        source.health = source_health(source, now=now)
        source.dataset_count = counts.get(source.pk, 0)
    return sources


def with_last_ended(sources: QuerySet[Source]) -> QuerySet[Source]:
    """The same sources with what `source_health` judges them by."""
    ended = _runs_of_source().exclude(state__in=ACTIVE_RUN_STATES)
    return sources.annotate(
        last_ended_state=Subquery(ended.values("state")[:1]), last_ended_failed=Subquery(ended.values("failed")[:1])
    )


def source_health(source: Any, *, now: datetime.datetime) -> Health:
    """How a source of `with_last_ended` is doing."""
    state = source.last_ended_state
    return health_of(
        LastRun(RunState(state), source.last_ended_failed) if state else None,
        is_paused=source.is_paused,
        next_run_at=source.next_run_at,
        now=now,
    )


def _runs_of_source() -> QuerySet[Run]:
    return Run.objects.filter(source=OuterRef("pk")).order_by("-created_at", "-id")


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


def outstanding_problems(source: Source) -> Iterator[Problem]:
    """What was wrong with a source when a harvest of it last ended, as far as anybody may see it.

    Run by run, each by an index in its order: to sort half a million of them takes longer than to write them down.
    """
    told = ProblemCount.objects.filter(run__source=source, outstanding__gt=0).order_by("run_id")
    for run_id in told.values_list("run_id", flat=True).distinct():
        outstanding = Problem.objects.filter(run=run_id, is_outstanding=True)
        yield from in_portions(_shown(outstanding, source.pk))


def _outstanding(source: Source) -> QuerySet[Problem]:
    """What a run under way has told of so far is not among them: it is counted at its end."""
    counted = Run.objects.filter(source=source, counted_at__isnull=False).order_by()
    return Problem.objects.filter(run__in=counted.values("pk"), is_outstanding=True)


def _shown(problems: QuerySet[Problem], source_id: int) -> QuerySet[Problem]:
    return problems.filter(~_is_of_concealed(source_id))


def _is_of_concealed(source_id: int) -> Exists:
    """True of problems of records whose entries are not for everybody, and never were."""
    concealed = Dataset.objects.concealed()
    return Exists(Record.objects.filter(source=source_id, guid=OuterRef("guid"), dataset__in=concealed))


def in_portions(problems: QuerySet[Problem], *, size: int = 2_000) -> Iterator[Problem]:
    """Those of one run, in their order. Outside of a transaction a cursor of PostgreSQL's would first copy them all."""
    portion = list(problems.order_by("id")[:size])
    while portion:
        yield from portion
        portion = list(problems.filter(id__gt=portion[-1].pk).order_by("id")[:size]) if len(portion) == size else []


PROBLEM_COLUMNS = ("record", "severity", "kind", "field", "what is wrong", "what the source says")


def problem_lines(problems: Iterable[Problem]) -> Iterator[tuple[str, ...]]:
    """The names of the columns, then a line for each problem."""
    yield PROBLEM_COLUMNS
    for problem in problems:
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


class ProblemCounts:
    """How many problems there are of a kind and severity, as far as anybody may see them.

    `by_run` has them by (run, kind, severity). They come from what was counted when a harvest ended, less the few that
    not everybody may see now: a source may have half a million.
    """

    def __init__(self, counted: Iterable[tuple[int, str, str, int]], concealed: QuerySet[Problem]) -> None:
        self.by_run: Counter[tuple[int, str, str]] = Counter()
        for run_id, kind, severity, count in counted:
            self.by_run[run_id, kind, severity] += count
        for run_id, kind, severity, count in _grouped(concealed):
            self.by_run[run_id, kind, severity] -= count
        self.by_run = +self.by_run

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """(kind, severity, how many), commonest first."""
        kinds: Counter[tuple[str, str]] = Counter()
        for (_, kind, severity), count in self.by_run.items():
            kinds[kind, severity] += count
        return sorted(((*key, count) for key, count in kinds.items()), key=lambda row: (-row[2], row[0], row[1]))

    def of_runs(self, kind: str = "") -> list[tuple[int, int]]:
        """(run, how many), earliest first, of one kind or of all."""
        runs: Counter[int] = Counter()
        for (run_id, name, _), count in self.by_run.items():
            if not kind or name == kind:
                runs[run_id] += count
        return sorted(runs.items())


def problem_counts(run: Run) -> ProblemCounts:
    """Of all that a run told."""
    told = Problem.objects.filter(run=run)
    counted = ProblemCount.objects.filter(run=run).values_list("run_id", "kind", "severity", "told")
    return ProblemCounts(
        counted if run.counted_at else _grouped(told),  # one under way is counted as it stands
        told.filter(_is_of_concealed(run.source_id)),
    )


def outstanding_counts(source: Source) -> ProblemCounts:
    """Of all that is outstanding."""
    counted = ProblemCount.objects.filter(run__source=source, outstanding__gt=0)
    return ProblemCounts(
        counted.values_list("run_id", "kind", "severity", "outstanding"),
        _outstanding(source).filter(_is_of_concealed(source.pk)),
    )


def first_problems(run: Run, kind: str, *, limit: int) -> list[Problem]:
    """The first of those that a run told, of one kind or of all."""
    return list(_of_kind(public_problems(run), kind).order_by("id")[:limit])


def first_outstanding(source: Source, counts: ProblemCounts, kind: str, *, limit: int) -> list[Problem]:
    """The first of those that are outstanding, of one kind or of all, by the runs that told of them.

    Asked for by the runs that have them, so that each is found by an index in its order: in two queries.
    """
    problems = _of_kind(_shown(Problem.objects.filter(is_outstanding=True), source.pk), kind).order_by("run_id", "id")
    whole: list[int] = []
    room = limit
    for run_id, count in counts.of_runs(kind):
        if count > room:
            return [*problems.filter(run__in=whole), *problems.filter(run=run_id).order_by("id")[:room]]
        whole.append(run_id)
        room -= count
    return list(problems.filter(run__in=whole))


def _of_kind(problems: QuerySet[Problem], kind: str) -> QuerySet[Problem]:
    return problems.filter(kind=kind) if kind else problems


def _grouped(problems: QuerySet[Problem]) -> QuerySet[Problem, tuple[int, str, str, int]]:
    return problems.order_by().values_list("run_id", "kind", "severity").annotate(count=Count("pk"))


def runs_for_api() -> QuerySet[Run]:
    """Runs with their source."""
    return Run.objects.select_related("source")
