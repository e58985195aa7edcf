"""The files app's background work. A task is only a nudge: what is to be done stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from files.actions import run

logger = logging.getLogger(__name__)


@shared_task(expires=15, soft_time_limit=900, time_limit=960)
def profile_due_files() -> None:
    """Look into files that are due, for most of a minute. A message that nobody takes is replaced by the next."""
    with run.only_one() as is_ours:
        if not is_ours:
            return
        states = run.profile_due(now=timezone.now, seconds=40)
    if states:
        logger.info("Looked into %d files.", states.total())
