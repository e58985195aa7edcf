"""Which problems of a source are so still, and how many of each kind: found out anew whenever a harvest of it ends.

A source may have half a million of them, and comparing each with its record takes a second: its page reads the counts.
They are never added to, only made anew from the problems and records as these stand, so that they can't drift from
them; and a run whose process was killed before it was counted is counted by the next beat (`count_ended`).
"""

import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from harvest.enums import ACTIVE_RUN_STATES, RecordState, Stage
from harvest.models import Problem, ProblemCount, Record, Run, Source

_KEY = ("run_id", "stage", "kind", "severity")


def count_ended(*, now: datetime.datetime) -> None:
    """Count the problems of the runs that ended and were not counted."""
    for source in Source.objects.filter(id__in=_to_count().values("source")).order_by("id"):
        count_problems(source, now=now)


def count_problems(source: Source, *, now: datetime.datetime) -> None:
    """Count those of its runs that ended, and what of all that was told is so still."""
    with transaction.atomic():
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)  # one at a time
        last = _ended().filter(source=source).order_by("-id").values_list("id", flat=True).first()
        if last is None:
            return
        _settle(source, last)
        new = list(_to_count().filter(source=source).values_list("id", flat=True))
        told = _counted(Problem.objects.filter(run__in=new))
        outstanding = _counted(_told_until(source, last).filter(is_outstanding=True))
        ProblemCount.objects.filter(run__source=source, outstanding__gt=0).update(outstanding=0)
        _store({key: {"told": count, "outstanding": outstanding.pop(key, 0)} for key, count in told.items()})
        _store({key: {"outstanding": count} for key, count in outstanding.items()})
        Run.objects.filter(id__in=new).update(counted_at=now)


def _settle(source: Source, last: int) -> None:
    """Mark what is so no longer.

    What is so still is what the last run said of the source itself, and of each record what was said when it was last
    read: one that is unchanged since then has the same problems still.
    """
    outstanding = _told_until(source, last).filter(is_outstanding=True)
    outstanding.filter(stage=Stage.GATHER).exclude(run=last).update(is_outstanding=False)
    reads = Record.objects.filter(source=source, guid=OuterRef("guid"), read_run=OuterRef("run"))
    outstanding.filter(~Exists(reads.exclude(state=RecordState.RETIRED)), stage=Stage.RECORD).update(
        is_outstanding=False
    )


def _ended() -> QuerySet[Run]:
    return Run.objects.filter(started_at__isnull=False).exclude(state__in=ACTIVE_RUN_STATES).order_by()


def _to_count() -> QuerySet[Run]:
    return _ended().filter(counted_at=None)


def _told_until(source: Source, last: int) -> QuerySet[Problem]:
    runs = Run.objects.filter(source=source, id__lte=last).order_by()
    return Problem.objects.filter(run__in=runs.values("id"))


def _counted(problems: QuerySet[Problem]) -> dict[tuple[int, str, str, str], int]:
    groups = problems.order_by().values_list(*_KEY).annotate(count=Count("id"))
    return {(run_id, stage, kind, severity): count for run_id, stage, kind, severity, count in groups}


def _store(counts: dict[tuple[int, str, str, str], dict[str, int]]) -> None:
    if not counts:
        return
    rows = [ProblemCount(**dict(zip(_KEY, key, strict=True)), **numbers) for key, numbers in counts.items()]
    names = list(next(iter(counts.values())))
    unique = ["run", "stage", "kind", "severity"]
    ProblemCount.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=names)
