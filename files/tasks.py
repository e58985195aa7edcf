"""The files app's background work. A task is only a nudge: what is to be done stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from files.actions import run

logger = logging.getLogger(__name__)


@shared_task(expires=9, soft_time_limit=900, time_limit=960)
def profile_due_files() -> None:
    """Look into files that are due, for most of a minute. Beat's next message finds a worker that is free, if any is;
    who had something to do nudges itself, so that as many as there are stay at it until nothing is left."""
    states = run.profile_due(now=timezone.now, seconds=40)
    if states:
        logger.info("Looked into %d files.", states.total())
        profile_due_files.delay()
