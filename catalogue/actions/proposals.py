"""Deciding on proposed changes of published entries: approved, sent back, or taken back by those who made them.

Permission is the caller's to check: whoever holds PUBLISH_DATASET for the entry's publisher, and for the one that it
would be given to, approves and sends back; whoever may edit the entry takes back.
"""

import datetime
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, transaction

from catalogue.actions import holding
from catalogue.actions.entry import By, Entry, Stored
from catalogue.actions.store import upsert_many
from catalogue.actions.uploads import approve_files
from catalogue.actions.workflow_notes import note, tell_authors
from catalogue.edit_point import EditPoint
from catalogue.enums import OPEN_PROPOSAL_STATES, ProposalState, Route, Visibility, WorkflowStep
from catalogue.models import Batch, Dataset, Proposal, ProposalEdition
from catalogue.proposed import WorkingCopy, working_copies, working_copy
from publishers.enums import AuditAction


class CannotDecide(Exception):
    """There is no such proposal any more, or not as it was seen, or it can't be stored. The message says which."""


Result = TypeVar("Result")


def approve(dataset: Dataset, *, seen: EditPoint | None, by: By, now: datetime.datetime, comment: str = "") -> Stored:
    """Make the entry say what is proposed: a revision by whoever proposed it, that names who approved it.

    `seen` is what the approver had before them; None for whatever stands. Raises `CannotDecide`.
    """

    def done(copy: WorkingCopy) -> Stored:
        assert copy.edition is not None
        edition = copy.edition
        author = By(
            Route(edition.route),
            user=edition.person,
            label="" if edition.person else edition.person_name,
            comment=". ".join(part for part in (edition.comment.rstrip("."), f"Approved by {by.words}") if part),
            in_bulk=True,
        )
        entry = Entry(copy.draft, dataset.pk, visibility=Visibility(copy.said["visibility"]))
        try:
            with transaction.atomic():
                stored = upsert_many([entry], by=author, now=now)[0]
        except Error as error:
            raise CannotDecide("This can’t be stored as it is: send it back, and say so.") from error
        approve_files(copy.draft, dataset_id=dataset.pk, now=now)
        return stored

    return _decide(dataset, ProposalState.APPROVED, done, seen=seen, by=by, now=now, comment=comment)


def send_back(dataset: Dataset, *, seen: EditPoint | None, by: By, now: datetime.datetime, comment: str) -> None:
    """Give a proposed change back to those who made it, saying what it still needs. Raises `CannotDecide`."""
    _decide(dataset, ProposalState.RETURNED, lambda copy: None, seen=seen, by=by, now=now, comment=comment)


def take_back(dataset: Dataset, *, by: By, now: datetime.datetime, comment: str = "") -> None:
    """Give up a proposed change. Raises `CannotDecide`."""
    with transaction.atomic():
        holding.take_back(_locked(dataset, OPEN_PROPOSAL_STATES), by=by, now=now, comment=comment)


def undo_editions(batch: Batch, *, by: By, now: datetime.datetime) -> tuple[int, int]:
    """Take back what a change of many entries proposed: of how many, and of how many it stays.

    It stays where somebody has worked on it or decided on it since.
    """
    undone = kept = 0
    editions = list(ProposalEdition.objects.filter(batch=batch).select_related("proposal").order_by("id"))
    ids = [edition.proposal.dataset_id for edition in editions]
    datasets = Dataset.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    copies = working_copies(datasets)
    earlier = {
        (edition.proposal_id, edition.number): edition
        for edition in ProposalEdition.objects.filter(proposal__in=[edition.proposal_id for edition in editions])
    }
    for edition in editions:
        copy = copies[edition.proposal.dataset_id]
        before = earlier.get((edition.proposal_id, edition.number - 1))
        if copy.edition is None or copy.edition.pk != edition.pk:
            kept += 1
            continue
        if before is None:
            holding.take_back(copy, by=by, now=now)
        else:
            holding.again(edition.proposal, before, number=edition.number + 1, by=by, now=now)
        undone += 1
    return undone, kept


_SAYS = {
    ProposalState.APPROVED: (WorkflowStep.APPROVED, AuditAction.CHANGE_APPROVED, "was approved"),
    ProposalState.RETURNED: (WorkflowStep.REFUSED, AuditAction.CHANGE_REFUSED, "was sent back to you"),
}


def _decide(
    dataset: Dataset,
    state: ProposalState,
    done: Callable[[WorkingCopy], Result],
    *,
    seen: EditPoint | None,
    by: By,
    now: datetime.datetime,
    comment: str,
) -> Result:
    step, action, outcome = _SAYS[state]
    with transaction.atomic():
        copy = _locked(dataset, (ProposalState.WAITING,))
        if seen is not None and seen != copy.point:
            raise CannotDecide("The entry or the change was edited meanwhile. Look at the difference once more.")
        result = done(copy)
        holding.close(_proposal(copy), state, by=by, now=now)
        note(copy.dataset, step, comment, by=by, now=now)
        holding.record(action, [copy], by=by, now=now)
        tell_authors(copy.dataset, f"Your change of “{copy.dataset.title}” {outcome}", comment, by=by, now=now)
        return result


def _locked(dataset: Dataset, states: tuple[ProposalState, ...]) -> WorkingCopy:
    """The entry's open proposal with all that it is compared with, locked. The entry first, as everywhere."""
    locked = Dataset.objects.select_for_update(of=("self",)).select_related("publisher").get(pk=dataset.pk)
    if not Proposal.objects.select_for_update().filter(dataset=locked, state__in=states).exists():
        raise CannotDecide("No change of this entry waits for approval any more.")
    return working_copy(locked)


def _proposal(copy: WorkingCopy) -> Proposal:
    assert copy.proposal is not None
    return copy.proposal
