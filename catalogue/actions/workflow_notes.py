"""What is said about an entry on its way, kept beside it, and who is told."""

import datetime
from collections.abc import Iterable

from catalogue.actions.entry import By
from catalogue.enums import WorkflowStep
from catalogue.models import Dataset, WorkflowNote
from publishers.actions.notices import notify
from publishers.enums import NoticeKind
from publishers.models import Publisher, User


def note(dataset: Dataset, step: WorkflowStep, text: str, *, by: By, now: datetime.datetime) -> WorkflowNote:
    """Keep what was done or said, for those who work on the entry."""
    kept = _note(dataset, step, text, by=by, now=now)
    kept.save(force_insert=True)
    return kept


def note_each(steps: Iterable[tuple[Dataset, WorkflowStep]], text: str, *, by: By, now: datetime.datetime) -> None:
    """The same of many entries, which all have it said of them."""
    notes = [_note(dataset, step, text, by=by, now=now) for dataset, step in steps]
    WorkflowNote.objects.bulk_create(notes, batch_size=1_000)


def _note(dataset: Dataset, step: WorkflowStep, text: str, *, by: By, now: datetime.datetime) -> WorkflowNote:
    return WorkflowNote(
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
    """Tell these people of an entry, but for whoever speaks."""
    key = "" if kind == NoticeKind.COMMENT else str(dataset.pk)  # every comment is told, a request only once
    path = f"/admin/catalogue/dataset/{dataset.pk}/review/"
    tell_people(kind, dataset.publisher, subject, text, path=path, key=key, by=by, now=now, to=to)


def tell_people(
    kind: NoticeKind,
    publisher: Publisher,
    subject: str,
    text: str,
    *,
    path: str,
    by: By,
    now: datetime.datetime,
    to: Iterable[User],
    key: str = "",
) -> None:
    """Tell these people of what is to be seen at `path`, but for whoever speaks."""
    notify(
        kind,
        publisher=publisher,
        subject=subject,
        text=f"{by.words}: {text}" if text else by.words,
        path=path,
        key=key,
        now=now,
        to=[person for person in to if by.user is None or person.pk != by.user.pk],
    )
