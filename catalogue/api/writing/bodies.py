"""What a write says an entry should be: checked field by field, and made a draft.

The fields are those of the answers, so that what was read can be changed and sent back. A new column of `Dataset` that
`DatasetDraft` has too is taken here without another line.
"""

import re
from typing import Any, Final

from django.db.models import CharField, TextField
from rest_framework import serializers

from catalogue.api.writing.fields import (
    AddressField,
    ExtrasField,
    LicenceField,
    PublisherField,
    SeriesField,
    TopicField,
    TranslationsField,
)
from catalogue.drafts import DATASET_FIELDS, INTERNAL_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from catalogue.enums import Visibility
from catalogue.models import Dataset, Resource
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from catalogue.serializers.native import DatasetSerializer, ResourceDetailSerializer
from catalogue.snapshots import plain

#: Texts without a limit of their own are cut nowhere, so they are refused beyond this many characters.
MOST_TEXT: Final = 100_000
MOST_ITEMS: Final = 500
MOST_RESOURCES: Final = 10_000

_CONTACT: Final = ("name", "email", "phone", "url")
_SIDES: Final = ("west", "south", "east", "north")
_APART: Final = {
    *INTERNAL_FIELDS,
    *("publisher_id", "topic_id", "licence_id", "in_series_id", *_SIDES),
    *(f"{of}_{part}" for of in ("contact", "foi") for part in _CONTACT),
}
_DATASET_COLUMNS: Final = [name for name in DATASET_FIELDS if name not in _APART]
_RESOURCE_COLUMNS: Final = [name for name in RESOURCE_FIELDS if name != "source_id"]
_ADDRESSES: Final = {"landing_page", "endpoint_url", "endpoint_description"}


class _Body(serializers.ModelSerializer):
    """Refuses fields that it doesn't know; those that only answers have are let pass and not looked at."""

    only_read: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(data.keys() - self.fields.keys() - self.only_read)
            if unknown:
                raise serializers.ValidationError(
                    {name[:100]: ["There is no such field: leave it out, or put it in “extras”."] for name in unknown}
                )
        return super().to_internal_value(data)

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Texts may be empty, and long ones have an end."""
        field_class, options = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, CharField | TextField) and not model_field.choices:
            options.setdefault("max_length", MOST_TEXT)
        if field_name in _ADDRESSES:
            field_class = AddressField
        if model_field.many_to_many is None and "child" in options:
            options["max_length"] = MOST_ITEMS
        return field_class, options


class ContactBody(serializers.Serializer):
    name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    url = AddressField(max_length=2000, required=False, allow_blank=True)


class BoxBody(serializers.Serializer):
    """Degrees, WGS 84. West may be greater than east: the box then crosses the 180th meridian."""

    west = serializers.FloatField(min_value=-180, max_value=180)
    south = serializers.FloatField(min_value=-90, max_value=90)
    east = serializers.FloatField(min_value=-180, max_value=180)
    north = serializers.FloatField(min_value=-90, max_value=90)

    def validate(self, attrs: dict[str, float]) -> dict[str, float]:
        if attrs["south"] > attrs["north"]:
            raise serializers.ValidationError({"south": ["This is north of “north”."]})
        return attrs


class InventoryBody(_Body):
    """Who holds the data, and where: for signed-in officials. Left out or null, it stays as it is."""

    class Meta:
        model = Dataset
        fields = INTERNAL_FIELDS


class ResourceBody(_Body):
    """A file, document or API. With `id` it is the one that the entry has already."""

    id = serializers.UUIDField(required=False)
    url = AddressField(max_length=4000)
    size_bytes = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**63 - 1)
    extras = ExtrasField(required=False)

    only_read = frozenset(ResourceDetailSerializer.Meta.fields) | {"position"}

    class Meta:
        model = Resource
        fields = ["id", *_RESOURCE_COLUMNS]

    def draft(self) -> ResourceDraft:
        return resource_draft(self.validated_data)


def resource_draft(values: dict[str, Any]) -> ResourceDraft:
    return ResourceDraft(**values)


class DatasetBody(_Body):
    """An entry as it should be. What is left out is empty, or stays as it is where it can't be."""

    title = serializers.CharField(max_length=500)
    name = serializers.CharField(
        max_length=100, required=False, help_text="Its name in addresses. Left out: made from the title, or kept."
    )
    publisher = PublisherField(help_text="Slug or UUID.")
    topic = TopicField(required=False, allow_null=True)
    licence = LicenceField(required=False, allow_null=True)
    in_series = SeriesField(
        required=False, allow_null=True, help_text="A published entry of kind “series” that you may see."
    )
    contact = ContactBody(required=False, allow_null=True)
    foi_contact = ContactBody(required=False, allow_null=True)
    box = BoxBody(required=False, allow_null=True)
    inventory = InventoryBody(required=False, allow_null=True)
    translations = TranslationsField(required=False)
    extras = ExtrasField(required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    related_links = serializers.ListField(child=AddressField(max_length=2000), required=False, max_length=MOST_ITEMS)
    resources = ResourceBody(many=True, required=False)

    only_read = frozenset(DatasetSerializer.Meta.fields)

    class Meta:
        model = Dataset
        fields = [
            *(
                "title",
                "name",
                "publisher",
                "topic",
                "licence",
                "in_series",
                "contact",
                "foi_contact",
                "box",
                "inventory",
                "visibility",
            ),
            *(name for name in _DATASET_COLUMNS if name != "title"),
            "resources",
        ]

    def validate_name(self, name: str) -> str:
        if not re.fullmatch(NAME_PATTERN, name) or re.fullmatch(UUID_PATTERN, name):
            raise serializers.ValidationError("Use 2 to 100 of a–z, 0–9, hyphen and underscore, and no UUID.")
        return name

    def validate_resources(self, resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(resources) > MOST_RESOURCES:
            raise serializers.ValidationError(f"There are more than {MOST_RESOURCES:,} of these.")
        return resources

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("temporal_start"), attrs.get("temporal_end")
        if start and end and start > end:
            raise serializers.ValidationError({"temporal_end": ["The period ends before it begins."]})
        return attrs

    def draft(self) -> DatasetDraft:
        """The draft that this body says. Ask only once it is valid."""
        data = dict(self.validated_data)
        values: dict[str, Any] = {
            name: tuple(data[name]) if isinstance(data[name], list) else data[name]
            for name in _DATASET_COLUMNS
            if name in data
        }
        for of, field in (("contact", "contact"), ("foi", "foi_contact")):
            values |= {f"{of}_{part}": text for part, text in (data.get(field) or {}).items()}
        return DatasetDraft(
            **values,
            name=data.get("name", ""),
            publisher_id=data["publisher"].id,
            topic_id=data.get("topic"),
            licence_id=data.get("licence"),
            in_series_id=data.get("in_series"),
            **(data.get("box") or {}),
            **(data.get("inventory") or {}),
            resources=tuple(resource_draft(resource) for resource in data.get("resources", ())),
        )


def body_of(draft: DatasetDraft) -> dict[str, Any]:
    """The body that would say what a draft says: what a merge patch is applied to."""
    body: dict[str, Any] = {name: plain(getattr(draft, name)) for name in _DATASET_COLUMNS}
    body |= {
        "name": draft.name,
        "publisher": str(draft.publisher_id),
        "topic": draft.topic_id,
        "licence": draft.licence_id,
        "in_series": plain(draft.in_series_id),
        "contact": {part: getattr(draft, f"contact_{part}") for part in _CONTACT},
        "foi_contact": {part: getattr(draft, f"foi_{part}") for part in _CONTACT},
        "inventory": {name: getattr(draft, name) for name in INTERNAL_FIELDS},
        "box": None if draft.west is None else {side: getattr(draft, side) for side in _SIDES},
        "resources": [resource_body_of(resource) for resource in draft.resources],
    }
    return body


def resource_body_of(resource: ResourceDraft) -> dict[str, Any]:
    return {"id": str(resource.id), **{name: plain(getattr(resource, name)) for name in _RESOURCE_COLUMNS}}
