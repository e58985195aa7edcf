"""What every writer of entries says and is told: an entry as it should be, who wants it so, and what became of it."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from catalogue.drafts import DatasetDraft
from catalogue.edit_point import EditPoint
from catalogue.enums import Route, State, Visibility
from publishers.models import User


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    HELD = "held"
    """It waits beside the entry, which stays as it is (`actions.holding`)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a harvested entry comes from. Provenance, not metadata: a change of it alone makes no revision."""

    id: str
    url: str = ""
    title: str = ""
    created_at: datetime.datetime | None = None
    modified_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """From when anybody may see a published entry; `at` None: at once."""

    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One dataset as it should be.

    `dataset_id` names the dataset, which is made if it isn't there; None makes a new one with a new id.
    `state`, `visibility` and `release` None leave an existing dataset's as they are; a new one is a public draft, for
    release at once.
    """

    draft: DatasetDraft
    dataset_id: UUID | None = None
    state: State | None = None
    visibility: Visibility | None = None
    origin: Origin | None = None
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a change, and by which way. `user` None: a machine, which `label` names."""

    route: Route
    user: User | None = None
    label: str = ""
    comment: str = ""
    in_bulk: bool = False
    """Whether the audit log tells of this by a line of its own: of a change of many entries, of an approval."""
    batch_id: UUID | None = None
    """The change of many entries that this is part of."""

    @property
    def words(self) -> str:
        return self.label or (str(self.user) if self.user else "")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an entry."""

    dataset_id: UUID
    result: Result
    version: int
    edition: int = 0
    """Of what waits beside the entry, where its author goes on from that."""

    @property
    def point(self) -> EditPoint:
        return EditPoint(self.version, self.edition)

    @property
    def is_held(self) -> bool:
        """Whether the entry stays as it is, since this waits beside it."""
        return self.result is Result.HELD

    @property
    def waits(self) -> bool:
        """Whether what its author said last stands beside the entry, not in it."""
        return self.is_held or self.edition > 0
