"""What pages of the workplace show of files."""

from django import template

from catalogue.models import Dataset
from files.queries import files_with_tables
from files.serializers.coverage import Coverage, coverage_of

register = template.Library()


@register.simple_tag
def coverage(dataset: Dataset) -> Coverage:
    """What the entry's files seem to cover and the entry does not say."""
    return coverage_of(dataset, files_with_tables(dataset))
