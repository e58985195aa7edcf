"""What every source adapter is, and what it may tell the pipeline. Pure: no ORM, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from harvest.findings import Finding
from harvest.raw_record import RawRecord
from services.http import OutboundPolicy


class SourceFailed(Exception):
    """The source could not be read, or not to its end. `str(error)` is one plain sentence for its owner.

    `is_passing`: it may well work later, without anybody mending anything.
    """

    def __init__(self, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read: a web address, or a path where `may_be_path`; and the settings of this source."""

    url: str
    config: Mapping[str, Any] = field(default_factory=dict)
    may_be_path: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_bytes` counts bytes after decompression, of the whole source."""

    policy: OutboundPolicy
    max_bytes: int


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Something wrong with the source rather than with one record it gave.

    `element` names the element that was lost by it, as well as can be told; "" where none was.
    """

    finding: Finding
    element: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """How many records the source says it will give."""

    expected: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The source was read to its end. Without this as the last event, a gather was incomplete.

    `is_whole`: every record that the source has was given, so that one which was not has vanished.
    `is_unmodified`: the source says that nothing changed since `memory` was written; no record was given.
    `memory` is what the adapter wants to be told at the next run, once this one has completed.
    """

    is_whole: bool = True
    is_unmodified: bool = False
    memory: Mapping[str, Any] = field(default_factory=dict)


Event = RawRecord | SourceProblem | Announced | Finished


class SourceAdapter(Protocol):
    """Reads one kind of source. `volatile` names record fields that are no part of what a record says."""

    volatile: frozenset[str]

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        """The source's records, as they come. Raises SourceFailed where it can't be read, or not to its end."""
        ...
