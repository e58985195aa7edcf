"""What we know of links, for the officers whose entries they belong to. To be read: the checker writes it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.actions import links
from catalogue.models import LinkCheck
from publishers.permissions import Permission, has_permission, publisher_ids_with


@admin.register(LinkCheck)
class LinkCheckAdmin(admin.ModelAdmin):
    list_display = ["address", "entry", "state", "reason", "failing_since", "checked_at", "next_check_at"]
    list_display_links = None
    list_filter = ["state"]
    list_select_related = ["resource__dataset"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["resource__url", "resource__dataset__title"]
    search_help_text = "Words of the entry's title, or part of the link, such as its host."
    actions = ["check_again"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return has_permission(request.user, Permission.VIEW_UNPUBLISHED, obj.resource.dataset.publisher_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False

    def has_check_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkCheck]:
        queryset = super().get_queryset(request)
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        return queryset if own is None else queryset.filter(resource__dataset__publisher_id__in=own)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("failing_since").asc(nulls_last=True)]

    @admin.action(description="Check the chosen links again", permissions=["check"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[LinkCheck]) -> None:
        editable = publisher_ids_with(request.user, Permission.EDIT_DATASET)
        if editable is not None:
            queryset = queryset.filter(resource__dataset__publisher_id__in=editable)
        ids: list[UUID] = list(queryset.values_list("resource_id", flat=True))
        count = links.check_now(ids, now=timezone.now())
        if count:
            messages.success(request, f"{count} {'link' if count == 1 else 'links'} will be checked in a moment.")
        else:
            messages.info(request, "These links are waiting for a check already, or had one within the last minute.")

    @admin.display(description="Link", ordering="host")
    def address(self, check: LinkCheck) -> SafeString:
        return format_html('<a href="{}" rel="noopener">{}</a>', check.resource.url, check.resource.url)

    @admin.display(description="Entry", ordering="resource__dataset__title")
    def entry(self, check: LinkCheck) -> SafeString:
        dataset = check.resource.dataset
        return format_html('<a href="{}">{}</a>', reverse("admin:catalogue_dataset_change", args=[dataset.id]), dataset)
