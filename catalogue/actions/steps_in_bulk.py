"""Many entries go a step on their way at once: sent for review, or published. Permission is the caller's to check.

What is said of it stands beside each entry; people are told once, however many entries there are.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from catalogue.actions import batches
from catalogue.actions.entry import By, Entry
from catalogue.edit_point import EditPoint
from catalogue.enums import BatchKind, State, WorkflowStep
from catalogue.models import Batch, Dataset, WorkflowNote
from publishers.actions.notices import notify
from publishers.enums import NoticeKind
from publishers.models import Publisher, User
from publishers.permissions import approvers_of


def take(
    entries: Sequence[Entry],
    datasets: Sequence[Dataset],
    *,
    kind: BatchKind,
    title: str,
    by: By,
    now: datetime.datetime,
    points: Mapping[UUID, EditPoint],
    comment: str = "",
) -> Batch:
    """Bring these entries where each of them says, as one batch. `datasets`: the same as they stood at `points`.

    Raises what `batches.apply` raises.
    """
    with transaction.atomic():
        batch = batches.apply(entries, kind=kind, title=title, by=by, now=now, points=points)
        authors = _authors_of([one for one in datasets if one.state == State.IN_REVIEW])
        WorkflowNote.objects.bulk_create(
            [
                WorkflowNote(
                    dataset=one,
                    step=_step(one, kind, now=now),
                    person=by.user,
                    person_name=by.words[:300],
                    comment=comment,
                    at=now,
                )
                for one in datasets
            ],
            batch_size=1_000,
        )
        for publisher, count in _counted(datasets):
            if kind == BatchKind.SUBMIT:
                subject = f"{_entries(count)} {'waits' if count == 1 else 'wait'} for your review"
                _tell(NoticeKind.REVIEW_REQUEST, publisher, subject, comment, approvers_of(publisher), by=by, now=now)
        for publisher, counts in authors.items():
            for person, count in counts.items():
                subject = f"{_entries(count)} you worked on {'was' if count == 1 else 'were'} approved"
                _tell(NoticeKind.COMMENT, publisher, subject, comment, [person], by=by, now=now)
        return batch


def _step(dataset: Dataset, kind: BatchKind, *, now: datetime.datetime) -> WorkflowStep:
    if kind == BatchKind.SUBMIT:
        return WorkflowStep.SUBMITTED
    waits = dataset.release_at is not None and dataset.release_at > now
    return WorkflowStep.SCHEDULED if waits else WorkflowStep.PUBLISHED


def _counted(datasets: Iterable[Dataset]) -> list[tuple[Publisher, int]]:
    counts: dict[Publisher, int] = defaultdict(int)
    for dataset in datasets:
        counts[dataset.publisher] += 1
    return list(counts.items())


def _authors_of(datasets: Sequence[Dataset]) -> dict[Publisher, dict[User, int]]:
    """Who took part in these entries, by publisher, with in how many."""
    publishers = {dataset.pk: dataset.publisher for dataset in datasets}
    took_part = WorkflowNote.objects.filter(dataset__in=publishers, person__is_active=True).order_by("person_id")
    found: dict[Publisher, dict[User, int]] = defaultdict(lambda: defaultdict(int))
    pairs = set(took_part.values_list("person_id", "dataset_id"))
    people = User.objects.in_bulk({person for person, _ in pairs})
    for person, dataset in sorted(pairs):
        found[publishers[dataset]][people[person]] += 1
    return found


def _entries(count: int) -> str:
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def _tell(
    kind: NoticeKind,
    publisher: Publisher,
    subject: str,
    comment: str,
    to: Iterable[User],
    *,
    by: By,
    now: datetime.datetime,
) -> None:
    """Tell these people of a publisher's entries, but for whoever did it."""
    need = "&needs=review" if kind == NoticeKind.REVIEW_REQUEST else ""
    notify(
        kind,
        publisher=publisher,
        subject=subject,
        text=f"{by.words}: {comment}" if comment else by.words,
        path=f"/admin/catalogue/dataset/?publisher={publisher.slug}{need}",
        now=now,
        to=[person for person in to if by.user is None or person.pk != by.user.pk],
    )
