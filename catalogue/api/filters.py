"""Query parameters of the lists, declared once. An unknown value is an error, never silently everything."""

import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field

from catalogue.enums import Access, Band, DatasetKind, Frequency, LinkState, ResourceKind
from catalogue.models import Dataset, Licence, Resource, Topic
from publishers.enums import PublisherKind
from publishers.models import Publisher


class PublisherChoice(django_filters.ModelMultipleChoiceFilter):
    """Publishers by slug."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Publisher.objects.all(), to_field_name="slug", **options)

    def get_filter_predicate(self, v: Publisher) -> dict[str, Publisher]:
        return {str(self.field_name): v}


class MomentField(IsoDateTimeField):
    """A time in ISO 8601, brought to UTC: PostgreSQL refuses some offsets that Python takes."""

    def to_python(self, value: Any) -> datetime.datetime | None:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(datetime.UTC)
        except (OverflowError, ValueError) as error:
            raise ValidationError("Give a time such as 2026-03-01T00:00:00Z.") from error


class Moment(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class DatasetFilter(django_filters.FilterSet):
    """Each may repeat where several values make sense: they mean OR; different filters mean AND."""

    publisher = PublisherChoice(help_text="Publisher’s slug: its own datasets, without those of bodies below it.")
    topic = django_filters.ModelMultipleChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="slug", help_text="Topic’s slug."
    )
    licence = django_filters.ModelMultipleChoiceFilter(
        queryset=Licence.objects.all(), to_field_name="code", help_text="Licence’s code, such as uk-ogl."
    )
    kind = django_filters.MultipleChoiceFilter(choices=DatasetKind.choices, help_text="Kind of entry.")
    access = django_filters.MultipleChoiceFilter(choices=Access.choices, help_text="Who may have the data.")
    frequency = django_filters.MultipleChoiceFilter(choices=Frequency.choices, help_text="How often it is updated.")
    quality = django_filters.MultipleChoiceFilter(
        field_name="quality__band", choices=Band.choices, help_text="Quality in words."
    )
    min_score = extend_schema_field({"type": "number", "minimum": 0, "maximum": 100, "description": "Quality score."})(
        django_filters.NumberFilter(field_name="quality__score", lookup_expr="gte", min_value=0, max_value=100)
    )
    format = django_filters.CharFilter(
        method="with_resource", field_name="format__iexact", help_text="Format of any of its files, such as CSV."
    )
    link_state = django_filters.MultipleChoiceFilter(
        method="with_resource",
        field_name="link__state__in",
        choices=LinkState.choices,
        help_text="State of any of its links.",
    )
    tag = django_filters.CharFilter(method="with_tag", help_text="A tag, spelt just so.")
    modified_since = Moment(
        field_name="modified_at", lookup_expr="gte", help_text="Entries changed at or after this time."
    )
    origin_id = django_filters.CharFilter(help_text="Identifier at the source.")

    class Meta:
        model = Dataset
        fields: list[str] = []

    def with_resource(self, queryset: QuerySet[Dataset], name: str, value: str | list[str]) -> QuerySet[Dataset]:
        """Datasets of which any resource is so. Not a join: that would give a dataset once for each."""
        return queryset.filter(Exists(Resource.objects.filter(dataset=OuterRef("pk"), **{name: value})))

    def with_tag(self, queryset: QuerySet[Dataset], name: str, value: str) -> QuerySet[Dataset]:
        return queryset.filter(tags__contains=[value])


class ResourceFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=ResourceKind.choices, help_text="What the link leads to.")
    format = django_filters.CharFilter(lookup_expr="iexact", help_text="Format, such as CSV.")
    link_state = django_filters.MultipleChoiceFilter(
        field_name="link__state", choices=LinkState.choices, help_text="State of the link."
    )

    class Meta:
        model = Resource
        fields: list[str] = []


class PublisherFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=PublisherKind.choices, help_text="What sort of body.")
    parent = PublisherChoice(help_text="Slug of the body directly above.")

    class Meta:
        model = Publisher
        fields: list[str] = []
