"""The catalogue's background work. A task is only a nudge: what is to be done stands in the database."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from catalogue.actions import (
    dumps,
    landing_pages,
    link_locks,
    link_run,
    quality,
    reminders,
    rollups,
    virus_scans,
    webhook_calls,
    webhook_notes,
    webhooks,
)
from catalogue.api.ckan import facets
from catalogue.dumps import kept
from catalogue.models import Dataset
from catalogue.search.index import IndexDamaged, SearchUnavailable
from catalogue.search.verify import MendingUnanswered, verify_and_mend

logger = logging.getLogger(__name__)


@shared_task(expires=3600)
def verify_search() -> None:
    """Compare this machine's search index with the database, entry by entry, and mend what differs."""
    try:
        found, left = verify_and_mend()
    except SearchUnavailable:
        logger.info("There is no search index on this machine to verify.")
        return
    except (IndexDamaged, MendingUnanswered) as error:
        logger.error("The search index could not be verified: %s", error)
        return
    if found.differences.all or not found.counts_agree:
        logger.error(
            "The search index differed from the database: %s. Left: %d.", found.differences.counts(), len(left)
        )
    else:
        logger.info("The search index agrees with the database on all %d datasets.", found.datasets)


@shared_task(expires=3600)
def scan_waiting_files() -> None:
    """Have the virus scanner look at what was uploaded before there was one. Delivered twice, files are read twice."""
    if clean := virus_scans.scan_waiting(now=timezone.now()):
        logger.info("Scanned %d files for viruses that had not been.", clean)


@shared_task(expires=200)
def rescore_due() -> None:
    """Rescore datasets whose score no longer holds. Delivered twice, the second finds nothing to do."""
    counts = quality.rescore_all_due(clock=timezone.now, seconds=200)
    if counts.scored:
        logger.info("Rescored %d datasets; the score of %d changed.", counts.scored, counts.changed)


@shared_task(expires=50)
def refresh_quality_figures() -> None:
    """Bring quality in numbers up to date. Where another worker is at it, there is nothing to do."""
    refreshed = rollups.refresh(now=timezone.now())
    if refreshed and refreshed.frozen:
        logger.info("Froze the quality figures of %s.", ", ".join(refreshed.frozen))


@shared_task(expires=10, soft_time_limit=180, time_limit=200)
def check_due_links() -> None:
    """Check links that are due for most of a minute. A message that nobody takes at once is replaced by the next."""
    with link_locks.only_one() as is_ours:
        if not is_ours:
            return
        recorded = link_run.check_due(now=timezone.now, seconds=50).recorded
    if recorded.states:
        logger.info("Checked %d links; the state of %d changed.", recorded.states.total(), recorded.moved)


@shared_task(expires=115)  # just under the two minutes between nudges: waits its turn behind links and files
def dump_if_due() -> None:
    """Make the copies of the whole catalogue anew, nightly and after a withdrawal. Delivered twice, the second ends."""
    now = timezone.now()
    if kept.is_due(now):
        try:
            manifest = dumps.make(now=now)
        except dumps.AlreadyRunning:
            return
        logger.info("Dumped %d datasets.", manifest.datasets)


@shared_task(expires=25, soft_time_limit=240, time_limit=300)
def call_webhooks() -> None:
    """Note what webhooks are to tell, and tell it. Delivered twice, each call is still made once."""
    webhooks.pause_of_lost_owners(now=timezone.now())
    ends = timezone.now() + timedelta(seconds=100)
    heard = 0
    while timezone.now() < ends:  # calls that were made leave room for others to be noted
        webhook_notes.note_changes(now=timezone.now())
        heard_now = webhook_calls.deliver_due(clock=timezone.now)
        if not heard_now:
            break
        heard += heard_now
    if heard:
        logger.info("Made %d calls of webhooks.", heard)


@shared_task(expires=60, soft_time_limit=270, time_limit=290)
def check_landing_pages() -> None:
    """Look at landing pages that are due, for two minutes or so. Delivered twice, each takes others."""
    landing_pages.note_new(now=timezone.now())
    ends = timezone.now() + timedelta(minutes=2)
    while landing_pages.check_due(now=timezone.now) and timezone.now() < ends:
        pass


@shared_task(expires=200)
def count_ckan_facets() -> None:
    """Bring the counts up to date that CKAN's clients ask for, so that none of them waits for it."""
    facets.refresh_kept(Dataset.objects.public())


@shared_task(expires=3600)
def remind_publishers() -> None:
    """Note which links broke and what data became due an update. Delivered twice, the second finds nothing new."""
    told = reminders.remind(now=timezone.now())
    if told:
        logger.info("%d people are told of broken links and of data that is due an update.", told)
