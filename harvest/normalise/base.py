"""What a normaliser makes of a record. Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from catalogue.drafts import DatasetDraft
from harvest.findings import Finding


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body as a source names it. `name` is its short name for addresses there and `uuid` its UUID, if it has one.

    `details` are what else the source says of it, under the names of `publishers.models.Publisher`: used where a
    publisher is made of it.
    """

    title: str
    name: str = ""
    parent: "Organisation | None" = None
    uuid: UUID | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Normalised:
    """`organisation` is whose entry the record says it is: the source's publisher rule says what to make of that.

    `uuid` is the record's own UUID, if it has one. The times are those of the entry, not of the data. `series` is what
    its source calls the series that it is part of, where that is no UUID of a catalogue of our make.
    """

    draft: DatasetDraft
    findings: tuple[Finding, ...] = ()
    organisation: Organisation | None = None
    uuid: UUID | None = None
    created_at: datetime.datetime | None = None
    modified_at: datetime.datetime | None = None
    series: str = ""


class Normaliser(Protocol):
    """Turns one kind of record into our vocabulary. A higher `version` makes every record be read anew."""

    version: int

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        """Never fails: what can't be understood is told as a finding and kept in the draft's extras."""
        ...
