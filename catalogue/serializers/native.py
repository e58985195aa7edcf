"""Our own JSON, version 1. Reads only what `queries.with_page_relations` fetched.

A field once published keeps its name and meaning for as long as `/api/v1` lives; new ones may be added.
"""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalogue.contacts import Contact, contact_of, foi_contact_of
from catalogue.drafts import INTERNAL_FIELDS
from catalogue.models import Change, Dataset, LinkCheck, QualityReport, Resource
from catalogue.quality.report import present
from publishers.models import Publisher


class ContactSerializer(serializers.Serializer[Contact]):
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    url = serializers.CharField()


class PublisherLinkSerializer(serializers.ModelSerializer[Publisher]):
    """A publisher where it is only referred to."""

    url = serializers.SerializerMethodField(help_text="Its page.")

    class Meta:
        model = Publisher
        fields = ["id", "slug", "title", "url"]

    def get_url(self, publisher: Publisher) -> str:
        return settings.SITE_URL + publisher.get_absolute_url()


class Sparse:
    """Leaves out the fields that are not among `context["fields"]`, where that is given."""

    def get_fields(self) -> Any:
        found = super().get_fields()  # type: ignore[misc]
        wanted = self.context.get("fields")  # type: ignore[attr-defined]
        return found if wanted is None else {name: field for name, field in found.items() if name in wanted}


class PublisherSerializer(Sparse, PublisherLinkSerializer):
    """A publisher in full."""

    parent = PublisherLinkSerializer(allow_null=True)
    dataset_count = serializers.IntegerField(help_text="Public datasets of its own, without those of bodies below it.")

    class Meta:
        model = Publisher
        fields = [
            *("id", "slug", "title", "url", "abbreviation", "kind", "parent", "description", "homepage"),
            *("contact_name", "contact_email", "contact_phone", "contact_url"),
            *("foi_name", "foi_email", "foi_phone", "foi_url", "closed_on", "dataset_count"),
        ]


class LinkSerializer(serializers.ModelSerializer[LinkCheck]):
    """What the last check of a resource's link found."""

    class Meta:
        model = LinkCheck
        fields = [
            *("state", "reason", "status_code", "final_url", "media_type", "size_bytes"),
            *("checked_at", "failing_since", "last_success_at", "changed_at", "next_check_at"),
        ]


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    """A file, document or API of a dataset."""

    link = LinkSerializer(allow_null=True)

    class Meta:
        model = Resource
        fields = [
            *("id", "kind", "title", "description", "url", "format", "format_text", "media_type", "size_bytes"),
            *("checksum", "conforms_to", "issued", "modified", "period_text", "position", "link"),
        ]


class ResourceDetailSerializer(Sparse, ResourceSerializer):
    """A resource by itself, with the dataset that it belongs to."""

    dataset_id = serializers.UUIDField()

    class Meta(ResourceSerializer.Meta):
        fields = [*ResourceSerializer.Meta.fields, "dataset_id"]


class CriterionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(["met", "partly", "unmet", "unknown"])
    points = serializers.FloatField()
    out_of = serializers.FloatField()
    gain = serializers.IntegerField(help_text="Points of the score that meeting this one criterion would add.")
    reason = serializers.CharField(help_text="Why, in one sentence.")
    fix = serializers.CharField(help_text="What would mend it; empty when met.")
    field = serializers.CharField(help_text="The field to mend.")


class QualitySerializer(serializers.ModelSerializer[QualityReport]):
    """The quality score and what it is made of."""

    criteria = serializers.SerializerMethodField()

    class Meta:
        model = QualityReport
        fields = ["score", "band", "mqa", "stars", "format_stars", "scored_at", "rules_version", "criteria"]

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, report: QualityReport) -> Any:
        return CriterionSerializer(present(report).criteria, many=True).data


class TopicLinkSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()


class SeriesLinkSerializer(serializers.Serializer[Any]):
    """A series where an entry that is part of it names it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="Its page.")

    def get_url(self, series: Dataset) -> str:
        return settings.SITE_URL + series.get_absolute_url()


class LicenceLinkSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    is_open = serializers.BooleanField()


class BoxSerializer(serializers.Serializer[Any]):
    """Degrees, WGS 84."""

    west = serializers.FloatField()
    south = serializers.FloatField()
    east = serializers.FloatField()
    north = serializers.FloatField()


class InventorySerializer(serializers.ModelSerializer[Dataset]):
    """Where data is held and who answers for it."""

    class Meta:
        model = Dataset
        fields = INTERNAL_FIELDS


class DatasetSerializer(Sparse, serializers.ModelSerializer[Dataset]):
    """A dataset in full."""

    url = serializers.SerializerMethodField(help_text="Its page.")
    publisher = PublisherLinkSerializer()
    topic = TopicLinkSerializer(allow_null=True)
    licence = LicenceLinkSerializer(allow_null=True)
    in_series = SeriesLinkSerializer(
        allow_null=True, help_text="The series that it is part of; null where there is none that you may see."
    )
    contact = serializers.SerializerMethodField(help_text="Whom to ask: the dataset's own contact or its publisher's.")
    foi_contact = serializers.SerializerMethodField()
    box = serializers.SerializerMethodField()
    resources = ResourceSerializer(many=True)
    quality = QualitySerializer(allow_null=True)
    inventory = serializers.SerializerMethodField(help_text="Who holds it, for signed-in officials; null for others.")

    class Meta:
        model = Dataset
        fields = [
            *("id", "name", "url", "kind", "title", "alternative_titles", "description", "translations"),
            *("identifiers", "version_label", "version_notes", "in_series"),
            *("publisher", "creator", "contact", "foi_contact", "topic", "tags", "languages", "landing_page"),
            *("conforms_to", "related_links", "provenance"),
            *("service_status", "service_type", "endpoint_url", "endpoint_description"),
            *("licence", "licence_text", "access", "access_reason", "planned_release", "rights"),
            *("personal_data", "classification", "inventory"),
            *("frequency", "issued", "issued_text", "modified", "modified_text"),
            *("temporal_start", "temporal_end", "temporal_text", "box", "places", "extras"),
            *("origin_id", "origin_url", "origin_title", "last_seen_at"),
            *("state", "visibility", "published_at", "created_at", "modified_at", "version", "resources", "quality"),
        ]

    def get_url(self, dataset: Dataset) -> str:
        return settings.SITE_URL + dataset.get_absolute_url()

    @extend_schema_field(ContactSerializer(allow_null=True))
    def get_contact(self, dataset: Dataset) -> Any:
        contact = contact_of(dataset)
        return ContactSerializer(contact).data if contact else None

    @extend_schema_field(ContactSerializer(allow_null=True))
    def get_foi_contact(self, dataset: Dataset) -> Any:
        contact = foi_contact_of(dataset)
        return ContactSerializer(contact).data if contact else None

    @extend_schema_field(BoxSerializer(allow_null=True))
    def get_box(self, dataset: Dataset) -> Any:
        return BoxSerializer(dataset).data if dataset.west is not None else None

    @extend_schema_field(InventorySerializer(allow_null=True))
    def get_inventory(self, dataset: Dataset) -> Any:
        request = self.context.get("request")
        return InventorySerializer(dataset).data if request and request.user.is_authenticated else None


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """One line of the change log."""

    class Meta:
        model = Change
        fields = ["position", "dataset_id", "kind", "at"]
