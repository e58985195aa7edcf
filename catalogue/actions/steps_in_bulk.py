"""Many entries go a step on their way at once: sent for review, or published. Permission is the caller's to check.

What is said of it stands beside each entry; people are told once, however many entries there are.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from catalogue.actions import batches
from catalogue.actions.entry import By, Entry
from catalogue.actions.workflow import publication_step
from catalogue.actions.workflow_notes import note_each, tell_people
from catalogue.bulk_changes import counted_entries
from catalogue.edit_point import EditPoint
from catalogue.enums import BatchKind, State, WorkflowStep
from catalogue.models import Batch, Dataset, WorkflowNote
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
        note_each(((one, _step(one, kind, now=now)) for one in datasets), comment, by=by, now=now)
        if kind == BatchKind.SUBMIT:
            for publisher, count in Counter(one.publisher for one in datasets).items():
                subject = f"{counted_entries(count)} {'waits' if count == 1 else 'wait'} for your review"
                to, path = approvers_of(publisher), f"{_list_of(publisher)}&needs=review"
                tell_people(NoticeKind.REVIEW_REQUEST, publisher, subject, comment, path=path, by=by, now=now, to=to)
        for publisher, counts in authors.items():
            for person, count in counts.items():
                subject = f"{counted_entries(count)} you worked on {'was' if count == 1 else 'were'} approved"
                path = _list_of(publisher)
                tell_people(NoticeKind.COMMENT, publisher, subject, comment, path=path, by=by, now=now, to=[person])
        return batch


def _step(dataset: Dataset, kind: BatchKind, *, now: datetime.datetime) -> WorkflowStep:
    return WorkflowStep.SUBMITTED if kind == BatchKind.SUBMIT else publication_step(dataset.release_at, now=now)


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


def _list_of(publisher: Publisher) -> str:
    return f"/admin/catalogue/dataset/?publisher={publisher.slug}"
