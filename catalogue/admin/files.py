"""The files and links of an entry, within its form."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalogue.forms import ResourceForm
from catalogue.forms.files import FilesFormSet
from catalogue.models import Resource


class ResourceInline(admin.StackedInline):
    model = Resource
    form, formset = ResourceForm, FilesFormSet
    extra = 1  # one empty form, so that a file can be added without JavaScript
    verbose_name, verbose_name_plural = "file or link", "files and links"
    readonly_fields = ["link_state"]
    fields = [
        "url",
        ("title", "kind"),
        ("format", "modified", "size_bytes"),
        "description",
        "period_text",
        "link_state",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).select_related("link").order_by("position", "id")

    @admin.display(description="Does the link work?")
    def link_state(self, resource: Resource) -> str:
        link = None if resource._state.adding else getattr(resource, "link", None)  # an empty form is not asked for
        if link is None or link.checked_at is None:
            return "Not checked yet."
        checked = timezone.localtime(link.checked_at)
        return f"{link.get_state_display()}. {link.reason} Checked {checked:%-d %B %Y at %H:%M}."

    # Whoever may change the entry may change its files; the entry's own admin has asked already.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not obj.is_harvested

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
