"""The way of an entry to its readers: draft → in review → published → withdrawn, with what is said on the way.

Permission is the caller's to check: whoever holds PUBLISH_DATASET for the publisher approves and sends back.
"""

import datetime

from django.db import transaction
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By, Release, Stored
from catalogue.actions.workflow_notes import note, tell, tell_authors
from catalogue.enums import State, WorkflowStep
from catalogue.models import Dataset, WorkflowNote
from catalogue.release_time import whole_minute
from publishers.enums import NoticeKind
from publishers.permissions import approvers_of


class WrongStep(Exception):
    """The entry stands elsewhere on its way, so this can't be done with it. The message says what can."""


def submit(dataset: Dataset, *, by: By, now: datetime.datetime, comment: str = "") -> Stored:
    """Send an entry for review, and tell those who may publish it."""
    with transaction.atomic():
        _expect(dataset, {State.DRAFT, State.WITHDRAWN}, "Only a draft or a withdrawn entry is sent for review.")
        stored = datasets.move_to(dataset.pk, State.IN_REVIEW, by=by, now=now)
        note_submission(dataset, by=by, now=now, comment=comment)
        return stored


def note_submission(dataset: Dataset, *, by: By, now: datetime.datetime, comment: str = "") -> None:
    """Note that an entry was sent for review, for a caller who has brought it there; tell those who may publish it."""
    note(dataset, WorkflowStep.SUBMITTED, comment, by=by, now=now)
    subject = f"“{dataset.title}” waits for your review"
    approvers = approvers_of(dataset.publisher)
    tell(NoticeKind.REVIEW_REQUEST, dataset, subject, comment, by=by, now=now, to=approvers)


def send_back(dataset: Dataset, *, by: By, now: datetime.datetime, comment: str) -> Stored:
    """Give an entry back to those who wrote it, saying what it still needs."""
    with transaction.atomic():
        _expect(dataset, {State.IN_REVIEW}, "Only an entry that is in review can be sent back.")
        stored = datasets.move_to(dataset.pk, State.DRAFT, by=by, now=now)
        note(dataset, WorkflowStep.RETURNED, comment, by=by, now=now)
        tell_authors(dataset, f"“{dataset.title}” was sent back to you", comment, by=by, now=now)
        return stored


def publish(
    dataset: Dataset, *, by: By, now: datetime.datetime, comment: str = "", release: Release | None = None
) -> Stored:
    """Publish an entry: at once, or at the minute that `release` or the entry itself names."""
    with transaction.atomic():
        was = Dataset.objects.select_for_update().only("state", "release_at").get(pk=dataset.pk)
        if release:
            release = Release(whole_minute(release.at))
        stored = datasets.publish(dataset, by=by, now=now, release=release)
        release_at = release.at if release else was.release_at
        if was.state != State.PUBLISHED or release_at != was.release_at:
            note_publication(dataset, was=State(was.state), release_at=release_at, by=by, now=now, comment=comment)
        return stored


def note_publication(
    dataset: Dataset,
    *,
    was: State,
    release_at: datetime.datetime | None,
    by: By,
    now: datetime.datetime,
    comment: str = "",
) -> None:
    """Note that an entry was published, for a caller who has stored that; tell its authors if it was in review."""
    step = publication_step(release_at, now=now)
    waits = step == WorkflowStep.SCHEDULED
    said = f"{comment}\n\nFor release on {in_london(release_at)}.".strip() if release_at and waits else comment
    note(dataset, step, said, by=by, now=now)
    if was == State.IN_REVIEW:
        outcome = "approved for release" if waits else "approved and published"
        tell_authors(dataset, f"“{dataset.title}” was {outcome}", comment, by=by, now=now)


def publication_step(release_at: datetime.datetime | None, *, now: datetime.datetime) -> WorkflowStep:
    """Whether an entry that is published waits for its minute."""
    return WorkflowStep.SCHEDULED if release_at and release_at > now else WorkflowStep.PUBLISHED


def withdraw(
    dataset: Dataset,
    *,
    reason: str,
    by: By,
    now: datetime.datetime,
    replaced_by: Dataset | None = None,
    redirects: bool = False,
) -> Stored:
    """Take an entry out of the catalogue; its address tells why, or leads to what replaces it."""
    with transaction.atomic():
        stored = datasets.withdraw(dataset, reason=reason, by=by, now=now, replaced_by=replaced_by, redirects=redirects)
        note(dataset, WorkflowStep.WITHDRAWN, reason, by=by, now=now)
        return stored


def comment(dataset: Dataset, *, by: By, now: datetime.datetime, text: str) -> WorkflowNote:
    """Say something about an entry to those who work on it."""
    with transaction.atomic():
        kept = note(dataset, WorkflowStep.COMMENTED, text, by=by, now=now)
        tell_authors(dataset, f"A comment on “{dataset.title}”", text, by=by, now=now)
        return kept


def in_london(moment: datetime.datetime) -> str:
    """`26 November 2026 at 09:30`, by the clock in London."""
    return f"{timezone.localtime(moment):%-d %B %Y at %H:%M}"


def _expect(dataset: Dataset, states: set[State], otherwise: str) -> None:
    state = Dataset.objects.select_for_update().only("state").get(pk=dataset.pk).state
    if state not in states:
        raise WrongStep(f"{otherwise} This one is {State(state).label.lower()}.")
