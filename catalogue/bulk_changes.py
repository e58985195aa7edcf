"""What one change does to each of many entries. Pure: a draft in, a draft out; equal where nothing changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from catalogue.drafts import DatasetDraft

Change = Callable[[DatasetDraft], DatasetDraft]

#: Fields of an entry that hold web addresses.
_ADDRESSES: Final = ("landing_page", "endpoint_url", "endpoint_description", "contact_url", "foi_url")


def counted_entries(count: int) -> str:
    """ "1 entry", "1,200 entries"."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def unchanged(draft: DatasetDraft) -> DatasetDraft:
    return draft


def set_fields(
    values: Mapping[str, Any], *, add_tags: tuple[str, ...] = (), remove_tags: tuple[str, ...] = ()
) -> Change:
    """Put these values into these fields; put tags to those there are, and take some away whatever their case."""
    gone = {tag.casefold() for tag in remove_tags}

    def change(draft: DatasetDraft) -> DatasetDraft:
        kept = [tag for tag in draft.tags if tag.casefold() not in gone]
        have = {tag.casefold() for tag in kept}
        tags = (*kept, *(tag for tag in add_tags if tag.casefold() not in have))
        return draft.with_changes(**{**values, "tags": tags})

    return change


def replace_in_addresses(find: str, put: str) -> Change:
    """Replace a part of every address of an entry and of its files."""

    def mended(text: str) -> str:
        return text.replace(find, put)

    def change(draft: DatasetDraft) -> DatasetDraft:
        values: dict[str, Any] = {field: mended(getattr(draft, field)) for field in _ADDRESSES}
        values["related_links"] = tuple(map(mended, draft.related_links))
        values["resources"] = tuple(replace(file, url=mended(file.url)) for file in draft.resources)
        return draft.with_changes(**values)

    return change


def move_to(publisher_id: UUID) -> Change:
    """Give entries to another publisher."""
    return lambda draft: draft.with_changes(publisher_id=publisher_id)
