"""A dataset's metadata as plain values: what every way in builds, and the only thing that `actions.datasets` takes.

Forms, the API, imports and harvests all say what an entry should be in these words; nothing here knows the database.
"""

import datetime
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID

from catalogue.enums import Access, Classification, DatasetKind, Frequency, ResourceKind


@dataclass(frozen=True, slots=True)
class ResourceDraft:
    """A file, document or API of a dataset. `url` must be a web address.

    `id` names an existing resource that this one is (forms, API); None leaves `actions.datasets` to find it
    by source id, else address, else position, so that link history stays with the file.
    """

    url: str
    id: UUID | None = None
    source_id: str = ""
    kind: str = ResourceKind.DATA
    title: str = ""
    description: str = ""
    format: str = ""
    format_text: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    checksum: str = ""
    conforms_to: str = ""
    issued: datetime.date | None = None
    modified: datetime.date | None = None
    period_text: str = ""
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatasetDraft:
    """What an entry should say. Field names are those of `catalogue.models.Dataset`, which documents them.

    `publisher_id` is a Publisher's UUID, `topic_id` a Topic's slug, `licence_id` a Licence's code.
    `in_series_id` is the UUID of a series: one of no series, or of none that is there, is left out at storing.
    `name` is a wish: a taken one gets a number. Empty means: keep the present name, or make one from the title.
    """

    title: str
    publisher_id: UUID
    name: str = ""
    kind: str = DatasetKind.DATASET
    alternative_titles: tuple[str, ...] = ()
    description: str = ""
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    version_label: str = ""
    version_notes: str = ""
    in_series_id: UUID | None = None
    creator: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    contact_url: str = ""
    foi_name: str = ""
    foi_email: str = ""
    foi_phone: str = ""
    foi_url: str = ""
    topic_id: str | None = None
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    landing_page: str = ""
    conforms_to: tuple[str, ...] = ()
    related_links: tuple[str, ...] = ()
    provenance: str = ""
    service_status: str = ""
    service_type: str = ""
    endpoint_url: str = ""
    endpoint_description: str = ""
    licence_id: str | None = None
    licence_text: str = ""
    access: str = Access.OPEN
    access_reason: str = ""
    planned_release: str = ""
    rights: str = ""
    classification: str = Classification.NOT_APPLICABLE
    personal_data: str = ""
    held_in: str = ""
    information_asset_owner: str = ""
    data_steward: str = ""
    data_custodian: str = ""
    retention: str = ""
    frequency: str = Frequency.UNKNOWN
    issued: datetime.date | None = None
    issued_text: str = ""
    modified: datetime.date | None = None
    modified_text: str = ""
    temporal_start: datetime.date | None = None
    temporal_end: datetime.date | None = None
    temporal_text: str = ""
    west: float | None = None
    south: float | None = None
    east: float | None = None
    north: float | None = None
    places: tuple[str, ...] = ()
    extras: dict[str, Any] = field(default_factory=dict)
    resources: tuple[ResourceDraft, ...] = ()

    def with_changes(self, **changes: Any) -> "DatasetDraft":
        """The same draft, some fields replaced."""
        return replace(self, **changes)


#: Fields that a draft and the Dataset model share one to one. `name` and `resources` need more than copying.
DATASET_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(DatasetDraft) if f.name not in {"name", "resources"})

#: Fields that a resource's draft and model share one to one.
RESOURCE_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(ResourceDraft) if f.name != "id")

#: Fields that only signed-in officials may read, of whatever entry: where data is held, and the names of officials.
INTERNAL_FIELDS: tuple[str, ...] = (
    *("held_in", "information_asset_owner", "data_steward", "data_custodian", "retention"),
)
