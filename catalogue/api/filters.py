"""Query parameters of the lists, declared once. An unknown value is an error, never silently everything."""

import django_filters

from catalogue.enums import Access, Band, Frequency, LinkState
from catalogue.models import Dataset, Licence, Topic
from publishers.models import Publisher


class DatasetFilter(django_filters.FilterSet):
    publisher = django_filters.ModelMultipleChoiceFilter(
        queryset=Publisher.objects.all(), to_field_name="slug", help_text="Publisher's slug; may repeat."
    )
    topic = django_filters.ModelMultipleChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="slug", help_text="Topic's slug; may repeat."
    )
    licence = django_filters.ModelMultipleChoiceFilter(
        queryset=Licence.objects.all(), to_field_name="code", help_text="Licence's code, such as uk-ogl; may repeat."
    )
    access = django_filters.MultipleChoiceFilter(choices=Access.choices)
    frequency = django_filters.MultipleChoiceFilter(choices=Frequency.choices)
    quality = django_filters.MultipleChoiceFilter(field_name="quality__band", choices=Band.choices)
    min_score = django_filters.NumberFilter(field_name="quality__score", lookup_expr="gte")
    link_state = django_filters.MultipleChoiceFilter(
        field_name="resources__link__state", choices=LinkState.choices, distinct=True, help_text="Any of its links."
    )
    tag = django_filters.CharFilter(field_name="tags", lookup_expr="contains", method="with_tag")
    modified_since = django_filters.IsoDateTimeFilter(field_name="modified_at", lookup_expr="gte")
    origin_id = django_filters.CharFilter(help_text="Identifier at the source.")

    class Meta:
        model = Dataset
        fields: list[str] = []

    def with_tag(self, queryset, name: str, value: str):  # type: ignore[no-untyped-def]
        """Datasets that carry this tag, spelt just so."""
        return queryset.filter(tags__contains=[value])
