"""UUIDs that a source's resources keep, where an operator has marked the source as keeping its UUIDs. Pure."""

from dataclasses import replace
from uuid import UUID

from catalogue.drafts import DatasetDraft


def with_kept_ids(draft: DatasetDraft) -> DatasetDraft:
    """The draft, its resources wishing for the UUIDs they have at their source: preview addresses hang on them."""
    kept = (replace(resource, id=_uuid(resource.source_id)) for resource in draft.resources)
    return draft.with_changes(resources=tuple(kept))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
