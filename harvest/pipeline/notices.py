"""Telling a source's people how its harvests go: when that changes, and never so as to fail the work."""

import logging

from django.db import DatabaseError, transaction

from harvest.enums import NotifyAbout, RunState
from harvest.models import Run
from harvest.pipeline.job import Job
from publishers.actions.notices import concerned, notify
from publishers.enums import NoticeKind
from publishers.models import User

logger = logging.getLogger(__name__)

_TOLD = {RunState.FAILED: "the harvest failed", RunState.QUARANTINED: "a decision is needed"}


def tell_people(job: Job, state: RunState, message: str) -> None:
    """Note what the source's people should hear of this run. What the run before it said already isn't told again."""
    source = job.source
    if source.notify_about == NotifyAbout.NOTHING:
        return
    before = Run.objects.filter(source=source, id__lt=job.run.id, finished_at__isnull=False).order_by("-id").first()
    if state in _TOLD:
        if before and before.state == state:
            return
        what = _TOLD[state]
    elif source.notify_about == NotifyAbout.PROBLEMS and job.tally.failed > (before.failed if before else 0):
        count = job.tally.failed
        what = f"{count:,} {'record' if count == 1 else 'records'} can't be used"
    else:
        return
    people = concerned(NoticeKind.HARVEST_PROBLEM, source.publisher)
    if source.contact:
        people += User.objects.filter(email__iexact=source.contact, is_active=True)
    try:
        with transaction.atomic():
            notify(
                NoticeKind.HARVEST_PROBLEM,
                publisher=source.publisher,
                subject=f"{source.title}: {what}",
                text=message,
                path=f"/harvest/{source.slug}?run={job.run.pk}",
                key=f"source {source.pk} {state}",
                now=job.clock(),
                to=people,
            )
    except DatabaseError:
        logger.exception("Nobody could be told about run %s.", job.run.pk)
