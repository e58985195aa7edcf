"""One entry between what stands in the database and what is to stand there."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from catalogue.actions.entry import Entry, Result
from catalogue.enums import State
from catalogue.models import Dataset, Resource
from catalogue.snapshots import Snapshot


@dataclass(slots=True)
class Work:
    """One dataset on its way into the database."""

    entry: Entry
    dataset: Dataset
    is_new: bool
    resources: list[Resource]
    stored_resources: dict[UUID, Resource]
    identifiers: frozenset[str] = frozenset()
    before: Snapshot | None = None
    after: Snapshot | None = None

    @property
    def result(self) -> Result:
        if self.is_new:
            return Result.CREATED
        return Result.UNCHANGED if self.before == self.after else Result.UPDATED

    @property
    def is_back(self) -> bool:
        """Whether it was withdrawn, and is no more."""
        was_withdrawn = self.before is not None and self.before["state"] == State.WITHDRAWN
        return was_withdrawn and self.dataset.state != State.WITHDRAWN


def identifiers_of(dataset: Dataset, resources: Iterable[Resource]) -> frozenset[str]:
    """What it is called beside its UUID and its names."""
    return frozenset([dataset.origin_id, *dataset.identifiers, *(str(resource.id) for resource in resources)])
