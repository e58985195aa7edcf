"""Where people's changes become the entry's, or wait beside it: the one place that decides which.

Every change of what an entry says comes through `put_many`. Whoever may edit a published entry but not publish it
proposes: what they change becomes an edition of the entry's one open proposal, and readers go on seeing the entry as it
was. `actions.proposals` approves it or sends it back.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from django.db import transaction

from catalogue.actions.entry import By, Entry, Result, Stored
from catalogue.actions.resource_identity import match
from catalogue.actions.store import upsert_many
from catalogue.actions.workflow_notes import note, tell
from catalogue.drafts import DatasetDraft
from catalogue.enums import OPEN_PROPOSAL_STATES, ProposalState, WorkflowStep
from catalogue.models import Dataset, Proposal, ProposalEdition
from catalogue.proposed import WorkingCopy, changed_fields, is_held, working_copies
from catalogue.serializers.revisions import label_of
from catalogue.snapshots import Snapshot, draft_from, snapshot
from publishers.actions import audit
from publishers.actions.notices import notify
from publishers.enums import AuditAction, NoticeKind
from publishers.models import Publisher
from publishers.permissions import Permission, approvers_of, publisher_ids_with


def put_many(entries: Sequence[Entry], *, by: By, now: datetime.datetime) -> list[Stored]:
    """Make these entries say what they should, or propose it where their author may not publish.

    All or none, in the order given. A proposal is a change of what an entry says and of who may see it; it leaves alone
    where the entry stands in its life, and its release.
    """
    if by.user is None or publisher_ids_with(by.user, Permission.PUBLISH_DATASET) is None:
        return upsert_many(entries, by=by, now=now)
    with transaction.atomic():
        ids = [entry.dataset_id for entry in entries if entry.dataset_id]
        locked = Dataset.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id").in_bulk()
        held: list[Entry] = []
        direct: list[Entry] = []
        for entry in entries:
            dataset = locked.get(entry.dataset_id) if entry.dataset_id else None
            owners = [dataset.publisher_id, entry.draft.publisher_id] if dataset else []
            (held if dataset and is_held(by.user, owners, dataset.state) else direct).append(entry)
        if not held:
            return upsert_many(entries, by=by, now=now)
        stored = upsert_many(direct, by=by, now=now) if direct else []
        stored += _hold([(entry, locked[entry.dataset_id]) for entry in held if entry.dataset_id], by=by, now=now)
        known = {one.dataset_id: one for one in stored if one.dataset_id in locked}
        new = iter([one for one in stored if one.dataset_id not in locked])
        return [(known.get(entry.dataset_id) if entry.dataset_id else None) or next(new) for entry in entries]


def take_back(copy: WorkingCopy, *, by: By, now: datetime.datetime, comment: str = "") -> None:
    """End a proposal: the entry stays as it is, and the next change begins from there."""
    assert copy.proposal is not None
    close(copy.proposal, ProposalState.TAKEN_BACK, by=by, now=now)
    note(copy.dataset, WorkflowStep.TAKEN_BACK, comment, by=by, now=now)
    record(AuditAction.CHANGE_TAKEN_BACK, [copy], by=by, now=now)


def again(proposal: Proposal, edition: ProposalEdition, *, number: int, by: By, now: datetime.datetime) -> None:
    """Go back to what a proposal said before, as its next edition."""
    _add_edition(proposal, number=number, base=edition.base, said=edition.snapshot, batch_id=None, by=by, now=now)
    Proposal.objects.filter(pk=proposal.pk).update(changed_at=now)


def close(proposal: Proposal, state: ProposalState, *, by: By, now: datetime.datetime) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=state, decided_at=now, decided_by=by.user)


def record(action: AuditAction, copies: Sequence[WorkingCopy], *, by: By, now: datetime.datetime) -> None:
    """Note in the audit log what was done with these proposals."""
    publishers = Publisher.objects.in_bulk({copy.dataset.publisher_id for copy in copies})
    audit.record_many(
        audit.entry(
            action,
            who=audit.Who(by.user, label=by.label),
            now=now,
            publisher=publishers.get(copy.dataset.publisher_id),
            object_id=copy.dataset.id,
            object_label=copy.dataset.title,
            detail={"route": str(by.route), "version": copy.dataset.version, "fields": copy.fields},
        )
        for copy in copies
    )


def _hold(held: Sequence[tuple[Entry, Dataset]], *, by: By, now: datetime.datetime) -> list[Stored]:
    """Keep each of these as the next edition of its entry's proposal. The entries are locked."""
    list(  # so that nobody decides on one meanwhile
        Proposal.objects.select_for_update()
        .filter(dataset_id__in=[dataset.id for _, dataset in held], state__in=OPEN_PROPOSAL_STATES)
        .order_by("id")
    )
    copies = working_copies(dataset for _, dataset in held)
    stored, proposed = [], []
    for entry, dataset in held:
        copy = copies[dataset.id]
        wanted = _wanted(entry, copy)
        if not changed_fields(copy.said, wanted):
            stored.append(Stored(dataset.id, Result.UNCHANGED, *copy.point))
        elif not changed_fields(copy.published, wanted):
            take_back(copy, by=by, now=now)
            stored.append(Stored(dataset.id, Result.HELD, dataset.version))
        else:
            edition = _edition(copy, wanted, by=by, now=now)
            proposed.append(replace(copy, said=wanted, proposal=edition.proposal, edition=edition))
            stored.append(Stored(dataset.id, Result.HELD, dataset.version, edition.pk))
    if not by.in_bulk:
        record(AuditAction.CHANGE_PROPOSED, proposed, by=by, now=now)
    _tell_approvers(proposed, by=by, now=now)
    return stored


def _wanted(entry: Entry, copy: WorkingCopy) -> Snapshot:
    """What the entry should say; a file that is new has its id from here on."""
    draft, standing = entry.draft, copy.draft
    ids = match(draft.resources, standing.resources)  # type: ignore[arg-type]  # in a snapshot each has its id
    files = tuple(
        replace(file, id=known or file.id or uuid4()) for file, known in zip(draft.resources, ids, strict=True)
    )
    return {
        **copy.said,
        **_without_life(draft.with_changes(resources=files), name=draft.name or standing.name),
        "visibility": str(entry.visibility or copy.said["visibility"]),
    }


def _without_life(draft: DatasetDraft, *, name: str) -> Snapshot:
    said = snapshot(draft, draft.resources, name=name)
    return {field: value for field, value in said.items() if field not in {"state", "visibility"}}


def _edition(copy: WorkingCopy, wanted: Snapshot, *, by: By, now: datetime.datetime) -> ProposalEdition:
    proposal = copy.proposal or Proposal(dataset=copy.dataset, opened_at=now)
    proposal.state, proposal.changed_at = ProposalState.WAITING, now
    proposal.save()
    edition = _add_edition(
        proposal,
        number=copy.edition.number + 1 if copy.edition else 1,
        base=copy.dataset.version,
        said=wanted,
        batch_id=by.batch_id,
        by=by,
        now=now,
    )
    changed = ", ".join(label_of(field) for field in changed_fields(copy.said, wanted))
    note(copy.dataset, WorkflowStep.PROPOSED, f"{by.comment}\n{changed}.".strip(), by=by, now=now)
    return edition


def _add_edition(
    proposal: Proposal, *, number: int, base: int, said: Snapshot, batch_id: UUID | None, by: By, now: datetime.datetime
) -> ProposalEdition:
    return ProposalEdition.objects.create(
        proposal=proposal,
        number=number,
        base=base,
        snapshot=said,
        person=by.user,
        person_name=by.words[:300],
        route=by.route,
        comment=by.comment[:500],
        batch_id=batch_id,
        at=now,
    )


def _tell_approvers(proposed: Sequence[WorkingCopy], *, by: By, now: datetime.datetime) -> None:
    """Of one by its title; of more at once, by their number for each publisher."""
    by_publisher: dict[UUID, list[WorkingCopy]] = {}
    for copy in proposed:
        for publisher_id in {copy.dataset.publisher_id, draft_from(copy.said).publisher_id}:
            by_publisher.setdefault(publisher_id, []).append(copy)
    publishers = Publisher.objects.in_bulk(by_publisher)
    for publisher_id, copies in sorted(by_publisher.items()):
        approvers = approvers_of(publishers[publisher_id])
        if len(copies) == 1:
            subject = f"A change of “{copies[0].dataset.title}” waits for your approval"
            tell(NoticeKind.REVIEW_REQUEST, copies[0].dataset, subject, by.comment, by=by, now=now, to=approvers)
            continue
        notify(
            NoticeKind.REVIEW_REQUEST,
            publisher=publishers[publisher_id],
            subject=f"Changes of {len(copies):,} entries wait for your approval",
            text=f"{by.words}: {by.comment}" if by.comment else by.words,
            path="/admin/catalogue/proposal/?state__exact=waiting",
            key=str(by.batch_id or publisher_id),
            now=now,
            to=[person for person in approvers if by.user is None or person.pk != by.user.pk],
        )
