"""The harvests' background work. A task is only a nudge: runs, leases and progress stand in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from harvest import actions
from harvest.pipeline import claim, counting, duplicates, run

logger = logging.getLogger(__name__)


@shared_task
def start_due_harvests() -> None:
    """Queue a run for every source that is due, nudge a worker for every run that has none, and count the problems of
    those that ended without."""
    queued = actions.queue_due(now=timezone.now())
    if queued:
        logger.info("Queued %d harvests.", queued)
    for run_id in actions.take_nudges(now=timezone.now()):
        run_harvest.delay(run_id)
    counting.count_ended(now=timezone.now())


@shared_task
def run_harvest(run_id: int) -> None:
    """Carry a run to its end. Delivered twice, the second finds it claimed or ended."""
    lease = claim.claim(run_id, now=timezone.now())
    if lease:
        run.run_harvest(lease)


@shared_task(expires=3600)
def find_duplicates() -> None:
    """Look for entries that two sources give. Delivered twice, the second finds the same."""
    count = duplicates.find(now=timezone.now())
    logger.info("%d likely duplicates wait for an operator's word.", count)
