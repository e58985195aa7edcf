"""What the quality rules need to know of a dataset, as plain values that are stored beside the score.

Facts hold no clock: the same facts can be judged at any instant, and a stored score can be explained and recomputed.
`catalogue.quality.measure` takes them from rows. Pure.
"""

import datetime
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from catalogue.enums import Access, DatasetKind, Frequency, LinkState, ResourceKind

#: Link states that settle the question; the others (refused, too early to say) speak neither for nor against.
WORKING = frozenset({LinkState.OK, LinkState.TOO_BIG})
NOT_WORKING = frozenset({LinkState.BROKEN, LinkState.GONE})


class Contact(StrEnum):
    """Whom a reader can ask about the data."""

    OWN = "own"
    """The entry names an address, page or number."""
    PUBLISHER = "publisher"
    """The entry names none; its publisher does."""
    NAME_ONLY = "name_only"
    """A name without any way to reach it."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One file, document or API."""

    id: str = ""
    label: str = ""
    """What to call it in a sentence: its title, else the last part of its address."""
    kind: str = ResourceKind.DATA
    format: str = ""
    """Code of `catalogue.vocabularies.formats`; empty where the format is not known."""
    media_type: str = ""
    """As the entry gives it; empty where it gives none."""
    has_size: bool = False
    """Whether the entry gives its size."""
    is_described: bool = False
    issued: datetime.date | None = None
    modified: datetime.date | None = None
    updated: datetime.date | None = None
    """The later of the two."""
    link: str = LinkState.UNCHECKED
    checked: datetime.date | None = None
    served: str = ""
    """Code of the format that the server named when the link was checked; empty where that is not known."""

    @property
    def is_data(self) -> bool:
        return self.kind != ResourceKind.DOCUMENT

    def to_json(self) -> dict[str, Any]:
        return _to_json(self, _RESOURCE_DEFAULTS)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**_arguments(value, _RESOURCE_DEFAULTS, dates={"issued", "modified", "updated", "checked"}))


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """One entry of the catalogue. With no arguments: an entry that says nothing."""

    kind: str = DatasetKind.DATASET
    access: str = Access.OPEN
    has_access_reason: bool = False

    title_length: int = 0
    title_words: int = 0
    title_in_capitals: bool = False
    description_length: int = 0
    """Characters of the plain text, counted up to `measure.COUNTED_LENGTH`; 0 also where it only repeats the title."""
    description_in_capitals: bool = False
    has_description: bool = False
    """Whether there is any at all, in whatever language, also one that only repeats the title."""
    has_endpoint: bool = False
    """Whether the entry of a service says where it answers."""

    licence: str = ""
    licence_title: str = ""
    licence_is_open: bool = False
    has_licence_text: bool = False
    has_rights: bool = False
    """Whether it says in words what may be done with the data, beside the licence."""
    contact: str = Contact.NONE
    has_contact_point: bool = False
    """Whether the entry or its publisher has anything in the fields of a contact, such as a name alone."""
    has_topic: bool = False
    tag_count: int = 0

    frequency: str = Frequency.UNKNOWN
    issued: datetime.date | None = None
    modified: datetime.date | None = None
    has_period: bool = False
    has_period_text: bool = False
    has_area: bool = False

    resources: tuple[ResourceFacts, ...] = ()

    @property
    def is_released(self) -> bool:
        return self.access != Access.NOT_RELEASED

    @property
    def offers_files(self) -> bool:
        """Whether files, documents or APIs can be asked of this entry.

        Open data without a file is a fault. Restricted data may be had through a link, or only by asking; a series has
        its files in its members; nobody outside can follow a link to internal data.
        """
        if self.access == Access.OPEN:
            return self.kind != DatasetKind.SERIES or bool(self.resources)
        return self.access == Access.RESTRICTED and bool(self.resources)

    def to_json(self) -> dict[str, Any]:
        """What differs from an entry that says nothing."""
        value = _to_json(self, _DATASET_DEFAULTS)
        if self.resources:
            value["resources"] = [resource.to_json() for resource in self.resources]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The facts that `to_json` wrote, also those of an earlier version: what it didn't know is not given."""
        resources = tuple(ResourceFacts.from_json(item) for item in value.get("resources", ()))
        return cls(**_arguments(value, _DATASET_DEFAULTS, dates={"issued", "modified"}), resources=resources)


def _defaults(cls: type[ResourceFacts] | type[DatasetFacts]) -> dict[str, Any]:
    assert all(field.default is not MISSING for field in fields(cls))
    return {field.name: field.default for field in fields(cls) if field.name != "resources"}


_RESOURCE_DEFAULTS = _defaults(ResourceFacts)
_DATASET_DEFAULTS = _defaults(DatasetFacts)


def _to_json(facts: ResourceFacts | DatasetFacts, defaults: Mapping[str, Any]) -> dict[str, Any]:
    value = {}
    for name, default in defaults.items():
        item = getattr(facts, name)
        if item != default:
            value[name] = item.isoformat() if isinstance(item, datetime.date) else item
    return value


def _arguments(value: Mapping[str, Any], defaults: Mapping[str, Any], *, dates: set[str]) -> dict[str, Any]:
    return {
        name: datetime.date.fromisoformat(item) if name in dates and item else item
        for name, item in value.items()
        if name in defaults
    }
