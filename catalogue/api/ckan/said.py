"""What a package that somebody sends says of an entry: their package against ours, field by field.

CKAN's dictionary can't say all that an entry has. What it would say just as we do stays as it is, and so does what it
can't say: only what it says otherwise changes.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings

from catalogue.api.ckan.errors import Invalid
from catalogue.api.writing.bodies import DatasetBody, body_of
from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from catalogue.serializers.ckan import Package

#: Our fields that CKAN has other names for.
_CKAN_NAMES = {
    "description": "notes",
    "landing_page": "url",
    "licence": "license_id",
    "licence_text": "license_id",
    "publisher": "owner_org",
    "version_label": "version",
    "contact": "contact-email",
    "foi_contact": "foi-email",
}
_CKAN_NAMES_OF_RESOURCES = {"title": "name", "size_bytes": "size", "media_type": "mimetype", "checksum": "hash"}


class PackageReader(Protocol):
    """The module that setting CKAN_PACKAGES names."""

    def dataset_draft(self, body: Mapping[str, Any], *, publisher_id: UUID) -> DatasetDraft: ...

    def resource_draft(self, body: Mapping[str, Any]) -> ResourceDraft: ...


def reader() -> PackageReader:
    return cast(PackageReader, import_module(settings.CKAN_PACKAGES))


def new_draft(body: Mapping[str, Any], publisher_id: UUID) -> DatasetDraft:
    """The draft of a package that is to be made."""
    draft = reader().dataset_draft(body, publisher_id=publisher_id)
    return replace(draft, resources=tuple(_as_new(resource) for resource in draft.resources))


def changed_draft(current: DatasetDraft, shown: Package, wanted: Mapping[str, Any], publisher_id: UUID) -> DatasetDraft:
    """The draft of an entry whose package is `shown` once it says what `wanted` says.

    Without `resources` these stay as they are.
    """
    read = reader().dataset_draft
    before = read(shown, publisher_id=current.publisher_id)
    after = read(_without_our_word(wanted), publisher_id=publisher_id)
    changes = _differences(before, after, DATASET_FIELDS)
    if after.name and after.name != before.name:
        changes["name"] = after.name
    if isinstance(wanted.get("resources"), list):
        changes["resources"] = _resources(current, before, after)
    return replace(current, **changes)


def changed_resource(current: ResourceDraft, shown: Package, wanted: Mapping[str, Any]) -> ResourceDraft:
    """The same for one resource."""
    read = reader().resource_draft
    return _changed(current, read(shown), read(_without_our_word(wanted)))


def _without_our_word(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent back may have what an answer said of its waiting (`api.ckan.waiting`)."""
    return {name: value for name, value in wanted.items() if name != "proposal"}


def new_resource(body: Mapping[str, Any]) -> ResourceDraft:
    return _as_new(reader().resource_draft(body))


def _resources(current: DatasetDraft, before: DatasetDraft, after: DatasetDraft) -> tuple[ResourceDraft, ...]:
    own = {str(resource.id): resource for resource in current.resources}
    ours = {resource.source_id: resource for resource in before.resources}
    return tuple(
        _changed(own[wish.source_id], ours[wish.source_id], wish)
        if wish.source_id in own and wish.source_id in ours
        else _as_new(wish)
        for wish in after.resources
    )


def _changed(current: ResourceDraft, before: ResourceDraft, after: ResourceDraft) -> ResourceDraft:
    changes = _differences(before, after, RESOURCE_FIELDS)
    changes.pop("source_id", None)
    return replace(current, **changes)


def _differences(before: Any, after: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: getattr(after, field) for field in fields if getattr(before, field) != getattr(after, field)}


def _as_new(resource: ResourceDraft) -> ResourceDraft:
    """An id that its sender chose is kept, where it is one; it names nothing of ours."""
    try:
        return replace(resource, id=UUID(resource.source_id), source_id="")
    except ValueError:
        return replace(resource, id=None, source_id="")


def refuse_faults(draft: DatasetDraft) -> None:
    """Raises `Invalid` for what can't be stored, under CKAN's names."""
    values = body_of(draft)
    if not draft.name:
        del values["name"]  # it is made from the title
    for resource in values["resources"]:
        resource.pop("id")
    body = DatasetBody(data=values)
    if not body.is_valid():
        raise Invalid.fields(_in_ckan_words(cast(dict[str, Any], body.errors), draft))


def _in_ckan_words(errors: dict[str, Any], draft: DatasetDraft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, messages in errors.items():
        if name == "resources" and isinstance(messages, dict | list):
            by_place = messages if isinstance(messages, dict) else dict(enumerate(messages))
            found["resources"] = [
                {_CKAN_NAMES_OF_RESOURCES.get(field, field): _sentences(told) for field, told in (of or {}).items()}
                if isinstance(of := by_place.get(place, {}), dict)
                else {"url": _sentences(of)}
                for place in range(len(draft.resources))
            ]
        else:
            found[_CKAN_NAMES.get(name, name)] = _sentences(messages)
    return found


def _sentences(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [sentence for inner in messages.values() for sentence in _sentences(inner)]
    if isinstance(messages, list | tuple):
        return [sentence for inner in messages for sentence in _sentences(inner)]
    return [str(messages)]
