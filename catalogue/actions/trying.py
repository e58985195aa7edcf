"""Reading an entry as a proposed change would make it, by every reader there is: stored, read, and taken back."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from catalogue.actions.entry import By, Entry
from catalogue.actions.store import upsert_many
from catalogue.enums import Route, Visibility
from catalogue.proposed import WorkingCopy

Result = TypeVar("Result")


def as_if_approved(copy: WorkingCopy, read: Callable[[], Result]) -> Result:
    """What `read` gives once the entry says what is proposed. Nobody else sees it meanwhile, and nothing is kept."""
    entry = Entry(copy.draft, copy.dataset.id, visibility=Visibility(copy.said["visibility"]))
    with transaction.atomic():
        before = transaction.savepoint()
        upsert_many([entry], by=By(Route.COMMAND), now=timezone.now())
        result = read()
        transaction.savepoint_rollback(before)
        return result
