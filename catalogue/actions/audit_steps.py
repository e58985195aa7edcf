"""What the audit log has of entries: what people did to which. What an entry said before and after is in revisions."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalogue.enums import Route, State
from catalogue.models import Dataset
from catalogue.snapshots import Snapshot
from publishers.actions import audit
from publishers.enums import AuditAction
from publishers.models import Publisher, User

_ACTIONS = {
    State.DRAFT: AuditAction.DATASET_UNPUBLISHED,
    State.IN_REVIEW: AuditAction.DATASET_SUBMITTED,
    State.PUBLISHED: AuditAction.DATASET_PUBLISHED,
    State.WITHDRAWN: AuditAction.DATASET_WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one entry: as it stands, and its snapshots before (None: it is new) and after."""

    dataset: Dataset
    before: Snapshot | None
    after: Snapshot

    @property
    def state_before(self) -> str:
        return self.before["state"] if self.before else ""

    @property
    def action(self) -> AuditAction:
        if self.state_before == self.dataset.state:
            return AuditAction.DATASET_CHANGED
        is_new_draft = self.before is None and self.dataset.state == State.DRAFT
        return AuditAction.DATASET_CREATED if is_new_draft else _ACTIONS[State(self.dataset.state)]

    @property
    def fields(self) -> list[str]:
        """Which of its fields say something new, by name: what they say is in its history."""
        before = self.before or {}
        names = {*before, *self.after}
        return sorted(name for name in names if before.get(name) != self.after.get(name)) if self.before else []


def record(
    steps: Sequence[Step], *, user: User | None, label: str, route: Route, in_bulk: bool, now: datetime.datetime
) -> None:
    """Note what a person did to each entry; of a change in bulk (`in_bulk`), only entries that came to another state.

    What machines do, harvests and commands, is told by their own runs.
    """
    told = [step for step in steps if not in_bulk or step.action != AuditAction.DATASET_CHANGED]
    if user is None or not told:
        return
    publishers = Publisher.objects.in_bulk({step.dataset.publisher_id for step in told})
    who = audit.Who(user, label=label)
    audit.record_many(
        audit.entry(
            step.action,
            who=who,
            now=now,
            publisher=publishers.get(step.dataset.publisher_id),
            object_id=step.dataset.id,
            object_label=step.dataset.title,
            detail={
                "route": str(route),
                "version": step.dataset.version,
                "before": step.state_before,
                **({"fields": step.fields} if step.before else {}),
            },
        )
        for step in told
    )


def record_bulk(
    action: AuditAction,
    counts: Mapping[UUID, int],
    *,
    user: User | None,
    label: str,
    title: str,
    object_id: UUID,
    now: datetime.datetime,
) -> None:
    """Note a change of many entries, once for each publisher with how many of its entries it changed (`counts`).

    So everybody who reads the log of a publisher reads of it, and of no other publisher's entries.
    """
    if user is None or not counts:
        return
    publishers = Publisher.objects.in_bulk(counts)
    who = audit.Who(user, label=label)
    audit.record_many(
        audit.entry(
            action,
            who=who,
            now=now,
            publisher=publishers[publisher_id],
            object_id=object_id,
            object_label=title,
            detail={"entries": count},
        )
        for publisher_id, count in sorted(counts.items())
        if publisher_id in publishers
    )
