"""The catalogue's background work. A task is only a nudge: what is to be done stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from catalogue.actions import quality

logger = logging.getLogger(__name__)


@shared_task
def rescore_due() -> None:
    """Rescore datasets whose score no longer holds. Delivered twice, the second finds nothing to do."""
    counts = quality.rescore_due(now=timezone.now())
    if counts.scored:
        logger.info("Rescored %d datasets; the score of %d changed.", counts.scored, counts.changed)
