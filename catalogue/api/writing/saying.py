"""What a body's draft means for an entry that is there already: what it can't say stays. Pure."""

from dataclasses import replace
from typing import Final

from catalogue.drafts import INTERNAL_FIELDS, DatasetDraft
from publishers.models import Publisher

_CONTACT: Final = ("name", "email", "phone", "url")


class UnknownResource(Exception):
    """The draft names, at `place`, a resource that the entry doesn't have."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def said_of(
    current: DatasetDraft, draft: DatasetDraft, publisher: Publisher, *, says_inventory: bool = True
) -> DatasetDraft:
    """The draft as it is to be stored over `current`.

    Resources keep the identifier that their source gave them. A contact that only repeats the publisher's, as answers
    do where an entry has none of its own, stays the publisher's. Unless `says_inventory`, where the data is held and by
    whom stays as it is.
    Raises `UnknownResource`.
    """
    own = {resource.id: resource for resource in current.resources}
    resources = []
    for place, resource in enumerate(draft.resources):
        if resource.id is not None and resource.id not in own:
            raise UnknownResource(place)
        source_id = own[resource.id].source_id if resource.id is not None else ""
        resources.append(replace(resource, source_id=source_id))
    changes = {} if says_inventory else {field: getattr(current, field) for field in INTERNAL_FIELDS}
    for of in ("contact", "foi"):
        fields = [f"{of}_{part}" for part in _CONTACT]
        is_inherited = all(getattr(draft, field) == getattr(publisher, field) for field in fields)
        if is_inherited and not any(getattr(current, field) for field in fields):
            changes |= dict.fromkeys(fields, "")
    return replace(draft, resources=tuple(resources), **changes)
