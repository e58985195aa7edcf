"""Datasets, made as every way in makes them: through `catalogue.actions`."""

import datetime
import itertools
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalogue.actions.amending import amend
from catalogue.actions.entry import By, Entry, Origin
from catalogue.actions.store import upsert_many
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Route, State, Visibility
from catalogue.models import Dataset
from publishers.models import Publisher
from tests.factories.publishers import FIRST_NUMBER, PublisherFactory, officer

_numbers = itertools.count(FIRST_NUMBER)


def draft(publisher: Publisher | None = None, **fields: Any) -> DatasetDraft:
    """A draft with a title of its own and what `fields` say."""
    fields.setdefault("title", f"Dataset {next(_numbers)}")
    return DatasetDraft(publisher_id=(publisher or PublisherFactory()).id, **fields)


def csv_file(url: str = "https://data.example.gov.uk/file.csv", **fields: Any) -> ResourceDraft:
    return ResourceDraft(url=url, **({"format": "CSV", "title": "The file"} | fields))


def dataset(
    publisher: Publisher | None = None,
    *,
    state: State = State.PUBLISHED,
    visibility: Visibility = Visibility.PUBLIC,
    origin: Origin | None = None,
    dataset_id: UUID | None = None,
    now: datetime.datetime | None = None,
    release_at: datetime.datetime | None = None,
    **fields: Any,
) -> Dataset:
    """A stored dataset, published unless told otherwise."""
    entry = Entry(draft(publisher, **fields), dataset_id, state=state, visibility=visibility, origin=origin)
    stored = upsert_many([entry], by=By(Route.COMMAND, label="test"), now=now or timezone.now())[0]
    if release_at:
        Dataset.objects.filter(id=stored.dataset_id).update(release_at=release_at)
    return Dataset.objects.get(id=stored.dataset_id)


def proposed(publisher: Publisher, *, title: str = "Proposed", **fields: Any) -> Dataset:
    """A published dataset with a change of its title beside it, by an editor of a publisher that wants approval."""
    entry = dataset(publisher, **fields)
    Publisher.objects.filter(pk=publisher.pk).update(requires_approval=True)
    by = By(Route.FORM, user=officer(publisher))
    amend(entry.pk, lambda said: said.with_changes(title=title), by=by, now=timezone.now())
    Publisher.objects.filter(pk=publisher.pk).update(requires_approval=publisher.requires_approval)
    return entry
