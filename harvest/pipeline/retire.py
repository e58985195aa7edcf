"""Withdrawing what a source no longer lists: only after a whole gather, never many at once without a person's word."""

import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalogue.actions.datasets import withdraw_many
from catalogue.actions.entry import By
from catalogue.enums import Route, State
from harvest.enums import RecordState
from harvest.models import Record, Run, Source
from harvest.pipeline.claim import Tally
from harvest.pipeline.job import Job
from harvest.pipeline.reidentify import reunite

#: Entries withdrawn in one transaction.
BATCH = 200

#: So few may always vanish without anybody being asked.
ALWAYS_ALLOWED = 10


def missing(run: Run) -> QuerySet[Record]:
    """Records that a whole gather did not find, whose entries are still in the catalogue."""
    return (
        Record.objects.filter(source_id=run.source_id)
        .exclude(state=RecordState.RETIRED)
        .exclude(last_run=run)
        .exclude(dataset=None)
        .exclude(dataset__state=State.WITHDRAWN)
    )


def retire_missing(job: Job) -> str:
    """Withdraw what vanished; or, if that is suspiciously much, mark it and return the question for a person.

    Raises LeaseLost. Returns "" where nobody need be asked.
    """
    now = job.clock()
    _forget(job.run)
    gone = missing(job.run)
    if gone.exists():
        reunite(job)
    count = gone.count()
    if not count:
        return ""
    gone.filter(missing_since=None).update(missing_since=now)
    gone.update(state=RecordState.VANISHED)
    found = Record.objects.filter(source=job.source, last_run=job.run).count()
    if not found or (count > ALWAYS_ALLOWED and count > job.source.retire_share * (count + found)):
        return (
            f"{count:,} of {count + found:,} records are no longer at the source. Nothing was withdrawn:"
            " say whether they are really gone, or leave them until the source lists them again."
        )
    days = int(job.source.config.get("grace_days", 0))
    overdue = gone.filter(missing_since__lte=now - datetime.timedelta(days=days))
    while ids := list(overdue.order_by("id").values_list("id", flat=True)[:BATCH]):
        with transaction.atomic():
            retired = retire(ids, source=job.source, by=By(route=Route.HARVEST, label=job.source.title), now=now)
            tally = Tally(retired=retired)
            job.advance(tally)
        job.advanced(tally)
    return ""


def retire(record_ids: list[int], *, source: Source, by: By, now: datetime.datetime) -> int:
    """Withdraw the entries of these records, in the caller's transaction; return how many were withdrawn."""
    rows = list(Record.objects.select_for_update().filter(id__in=record_ids).order_by("id"))
    by_day: dict[datetime.date, list[Record]] = {}
    for record in rows:
        by_day.setdefault(timezone.localdate(record.missing_since or now), []).append(record)
    withdrawn = 0
    for day, records in by_day.items():
        reason = f"No longer listed by {source.title} since {day.day} {day:%B %Y}."
        ids = [record.dataset_id for record in records if record.dataset_id]
        withdrawn += len(withdraw_many(ids, reason=reason, by=by, now=now))
    Record.objects.filter(id__in=[record.id for record in rows]).update(state=RecordState.RETIRED)
    return withdrawn


def _forget(run: Run) -> None:
    """Records without an entry, which could never be used and are gone now, have nothing to withdraw."""
    Record.objects.filter(Q(dataset=None), source_id=run.source_id).exclude(last_run=run).delete()
