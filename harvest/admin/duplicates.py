"""Entries that two sources seem to give, and what an operator makes of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from catalogue.models import Dataset
from harvest.enums import DuplicateReason
from harvest.models import LikelyDuplicate
from harvest.pipeline import duplicates
from publishers.admin.read_only import ReadOnly
from publishers.models import User


@admin.register(LikelyDuplicate)
class LikelyDuplicateAdmin(ReadOnly, admin.ModelAdmin):
    """For operators, since a merge may reach from one publisher into another."""

    list_display = ["older", "newer", "why", "state", "found_at"]
    list_display_links = None
    list_filter = ["state"]
    list_select_related = ["first__publisher", "second__publisher"]
    search_fields = ["first__title", "second__title"]
    show_full_result_count = False
    actions = ["keep_older", "keep_newer", "are_different"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    @admin.display(description="Older entry")
    def older(self, pair: LikelyDuplicate) -> str:
        return _entry(pair.first)

    @admin.display(description="Newer entry")
    def newer(self, pair: LikelyDuplicate) -> str:
        return _entry(pair.second)

    @admin.display(description="In common")
    def why(self, pair: LikelyDuplicate) -> str:
        return ", ".join(DuplicateReason(reason).label for reason in pair.reasons)

    @admin.action(description="Merge: keep the older entry, let the newer lead to it", permissions=["view"])
    def keep_older(self, request: HttpRequest, queryset: QuerySet[LikelyDuplicate]) -> None:
        self._merge(request, queryset, keep="first")

    @admin.action(description="Merge: keep the newer entry, let the older lead to it", permissions=["view"])
    def keep_newer(self, request: HttpRequest, queryset: QuerySet[LikelyDuplicate]) -> None:
        self._merge(request, queryset, keep="second")

    def _merge(self, request: HttpRequest, queryset: QuerySet[LikelyDuplicate], *, keep: str) -> None:
        assert isinstance(request.user, User)
        for pair in queryset:
            duplicates.merge(pair, into=getattr(pair, keep), user=request.user, now=timezone.now())
        messages.success(request, "Merged. Both histories are kept; the address of the one leads to the other.")

    @admin.action(description="They are different datasets", permissions=["view"])
    def are_different(self, request: HttpRequest, queryset: QuerySet[LikelyDuplicate]) -> None:
        for pair in queryset:
            duplicates.dismiss(pair)
        messages.success(request, "They will not be shown as duplicates again.")


def _entry(dataset: Dataset) -> str:
    address = reverse("admin:catalogue_dataset_change", args=[dataset.pk])
    return format_html(
        '<a href="{}">{}</a><br>{}<br>{}', address, dataset.title, dataset.publisher.title, dataset.origin_title
    )
