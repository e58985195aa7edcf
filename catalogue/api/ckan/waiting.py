"""Writes that wait for approval, in CKAN's answers: what would be, with `proposal` beside it that says so."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from catalogue.actions.entry import Stored
from catalogue.actions.trying import as_if_approved
from catalogue.api.ckan.arguments import Arguments
from catalogue.models import Dataset
from catalogue.proposed import copy_for, working_copy
from publishers.models import User

Result = TypeVar("Result")


def as_they_work_on_it(arguments: Arguments, dataset_id: UUID, read: Callable[[], Result]) -> Result:
    """What `read` gives to somebody who changes an entry: for those whose changes wait, with what waits already."""
    dataset = Dataset.objects.get(id=dataset_id)
    copy = copy_for(arguments.user if isinstance(arguments.user, User) else None, dataset)
    return as_if_approved(copy, read) if copy and copy.proposal else read()


def answered(stored: Stored, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What an action answers that has changed an entry, or proposed to."""
    if not stored.edition:
        return read()
    copy = working_copy(Dataset.objects.get(id=stored.dataset_id))
    return as_if_approved(copy, read) | proposal_beside(stored)


def proposal_beside(stored: Stored) -> dict[str, Any]:
    """What stands in an answer beside the rest where its change waits for approval; nothing where it does not."""
    if not stored.edition:
        return {}
    return {
        "proposal": {
            "state": "waiting",
            "message": "This waits for approval. Readers see the dataset as it was until somebody approves it.",
            "url": f"{settings.SITE_URL}/api/v1/datasets/{stored.dataset_id}/proposal",
        }
    }
