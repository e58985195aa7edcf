"""Headings of tables that Django leaves empty."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_EMPTY = '<th class="original"></th>'


@register.filter
def named_first_column(table: SafeString, name: str) -> SafeString:
    """A table of an admin form with a name, for screen readers, in its first heading."""
    return mark_safe(table.replace(_EMPTY, f'<th class="original"><span class="visually-hidden">{name}</span></th>', 1))
