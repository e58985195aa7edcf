"""What the audit log has of entries: the steps that people make them take. Their metadata's history is in revisions."""

import datetime
from collections.abc import Sequence

from catalogue.enums import Route, State
from catalogue.models import Dataset
from publishers.actions import audit
from publishers.enums import AuditAction
from publishers.models import Publisher, User

_ACTIONS = {
    State.DRAFT: AuditAction.DATASET_UNPUBLISHED,
    State.IN_REVIEW: AuditAction.DATASET_SUBMITTED,
    State.PUBLISHED: AuditAction.DATASET_PUBLISHED,
    State.WITHDRAWN: AuditAction.DATASET_WITHDRAWN,
}


def record(
    steps: Sequence[tuple[str | None, Dataset]],
    *,
    user: User | None,
    label: str,
    route: Route,
    now: datetime.datetime,
) -> None:
    """Note each entry that came to another state; `steps` has the one before, None for a new entry.

    What machines do, harvests and commands, is told by their own runs.
    """
    moved = [(before, dataset) for before, dataset in steps if before != dataset.state]
    if user is None or not moved:
        return
    publishers = Publisher.objects.in_bulk({dataset.publisher_id for _, dataset in moved})
    who = audit.Who(user, label=label)
    audit.record_many(
        audit.entry(
            AuditAction.DATASET_CREATED
            if before is None and dataset.state == State.DRAFT
            else _ACTIONS[State(dataset.state)],
            who=who,
            now=now,
            publisher=publishers.get(dataset.publisher_id),
            object_id=dataset.id,
            object_label=dataset.title,
            detail={"route": str(route), "version": dataset.version, "before": before or ""},
        )
        for before, dataset in moved
    )
