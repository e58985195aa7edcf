"""Which stored resource a draft's resource is. Link history and preview addresses hang on the answer. Pure.

By the id the writer names, else the source's own id, else the address, else the position: each stored
resource is given away once, so two drafts with one address get two resources.
"""

from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from catalogue.drafts import ResourceDraft


class Stored(Protocol):
    """What is asked of a stored resource."""

    id: UUID
    source_id: str
    url: str


def address_key(url: str) -> str:
    """An address without what doesn't tell files apart: case of scheme and host, fragment, http or https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    scheme = "http" if parts.scheme.lower() == "https" else parts.scheme.lower()
    return urlunsplit((scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))


def match(drafts: Sequence[ResourceDraft], stored: Sequence[Stored]) -> list[UUID | None]:
    """For each draft the id of the stored resource that it is, or None for a new one."""
    found: list[UUID | None] = [None] * len(drafts)
    if not stored:
        return found
    free = {resource.id: resource for resource in stored}

    def give(draft_key: Callable[[ResourceDraft], object], stored_key: Callable[[Stored], object]) -> None:
        by_key: dict[object, list[UUID]] = {}
        for resource in free.values():
            by_key.setdefault(stored_key(resource), []).append(resource.id)
        for place, draft in enumerate(drafts):
            key = draft_key(draft)
            if found[place] is None and key and by_key.get(key):
                found[place] = by_key[key].pop(0)
                free.pop(found[place])  # type: ignore[arg-type]

    give(lambda draft: draft.id, lambda resource: resource.id)
    give(lambda draft: draft.source_id, lambda resource: resource.source_id)
    give(lambda draft: address_key(draft.url), lambda resource: address_key(resource.url))
    for place, resource in enumerate(stored):
        # By position, and only where neither side has an identity of its own that says otherwise
        if place < len(drafts) and found[place] is None and resource.id in free and drafts[place].id is None:
            if drafts[place].source_id and resource.source_id:
                continue
            found[place] = resource.id
            free.pop(resource.id)
    return found
