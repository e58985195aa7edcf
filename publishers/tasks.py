"""The background work about people. A task is only a nudge: what is to be done stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from publishers.actions import idempotency, notices, sign_in

logger = logging.getLogger(__name__)


@shared_task(expires=50, soft_time_limit=240, time_limit=300)
def send_notices() -> None:
    """Send the mails that are due. Delivered twice, the second finds nothing to send."""
    sent = notices.send_due(now=timezone.now())
    if sent:
        logger.info("Sent %d mails.", sent)


@shared_task
def tidy() -> None:
    """Forget what need not be remembered any more."""
    now = timezone.now()
    idempotency.forget_old(now=now)
    sign_in.forget_old(now=now)
