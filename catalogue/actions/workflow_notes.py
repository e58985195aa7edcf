"""What is said about an entry on its way, kept beside it, and who is told."""

import datetime
from collections.abc import Iterable

from catalogue.actions.entry import By
from catalogue.enums import WorkflowStep
from catalogue.models import Dataset, WorkflowNote
from publishers.actions.notices import notify
from publishers.enums import NoticeKind
from publishers.models import User


def note(dataset: Dataset, step: WorkflowStep, text: str, *, by: By, now: datetime.datetime) -> WorkflowNote:
    """Keep what was done or said, for those who work on the entry."""
    return WorkflowNote.objects.create(
        dataset_id=dataset.pk, step=step, person=by.user, person_name=by.words[:300], comment=text, at=now
    )


def tell_authors(dataset: Dataset, subject: str, text: str, *, by: By, now: datetime.datetime) -> None:
    """Tell those who took part in this entry, but for whoever speaks."""
    notes = WorkflowNote.objects.filter(dataset_id=dataset.pk).exclude(person=None)
    authors = User.objects.filter(id__in=notes.values("person_id"), is_active=True)
    tell(NoticeKind.COMMENT, dataset, subject, text, by=by, now=now, to=authors)


def tell(
    kind: NoticeKind,
    dataset: Dataset,
    subject: str,
    text: str,
    *,
    by: By,
    now: datetime.datetime,
    to: Iterable[User],
) -> None:
    """Tell these people, but for whoever speaks."""
    notify(
        kind,
        publisher=dataset.publisher,
        subject=subject,
        text=f"{by.words}: {text}" if text else by.words,
        path=f"/admin/catalogue/dataset/{dataset.pk}/review/",
        key="" if kind == NoticeKind.COMMENT else str(dataset.pk),  # every comment is told, a request only once
        now=now,
        to=[person for person in to if by.user is None or person.pk != by.user.pk],
    )
