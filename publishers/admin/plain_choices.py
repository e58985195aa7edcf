"""Forms in which one chooses among what there is, and does not go and change it."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpRequest


class PlainChoices(admin.ModelAdmin):
    """Django puts signs for adding, changing and looking at beside every list of publishers, topics or licences."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for related in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{related}_related", False)
        return field
