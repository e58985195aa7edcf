"""The audit log: administrators read what concerns their publishers, operators all of it. Nobody changes it."""

import csv
import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from publishers.models import AuditEntry, Publisher
from publishers.permissions import Permission, publisher_ids_with

_COLUMNS = ["at", "who", "action", "what", "publisher", "from", "token", "detail"]


class _Line:
    """What `csv.writer` writes to: gives each line back instead of keeping it."""

    def write(self, value: str) -> str:
        return value


class PublisherFilter(admin.SimpleListFilter):
    title, parameter_name = "publisher", "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        own = publisher_ids_with(request.user, Permission.MANAGE_MEMBERS)
        publishers = Publisher.objects.order_by("title")
        publishers = publishers if own is None else publishers.filter(id__in=own)
        return [(str(publisher_id), title) for publisher_id, title in publishers.values_list("id", "title")[:200]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(publisher_id=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    list_display = ["at", "actor_label", "action", "object_label", "publisher_label", "address"]
    list_filter = ["action", PublisherFilter, "at"]
    search_fields = ["actor_label", "object_label", "address"]
    search_help_text = "Who it was, what it was about, or the network address."
    show_full_result_count = False
    list_per_page = 100
    list_display_links = ["at"]
    change_list_template = "admin/publishers/auditentry/change_list.html"
    readonly_fields = [field.name for field in AuditEntry._meta.fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        own = publisher_ids_with(request.user, Permission.MANAGE_MEMBERS)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(Q(publisher_id__in=own) | Q(actor_id=request.user.pk))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.MANAGE_MEMBERS) != set()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_urls(self) -> list[URLPattern]:
        export = path("export.csv", self.admin_site.admin_view(self.export), name="publishers_auditentry_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows with its filters, all of it, as CSV."""
        if not self.has_view_permission(request):
            return self.changelist_view(request)  # which refuses
        found = self.get_changelist_instance(request).get_queryset(request)
        response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="audit-log-{timezone.localdate()}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(_COLUMNS)
    for entry in entries.iterator(chunk_size=1_000):
        values = [
            entry.at.astimezone(datetime.UTC).isoformat(),
            entry.actor_label,
            entry.get_action_display(),
            entry.object_label,
            entry.publisher_label,
            entry.address,
            entry.token_id or "",
            entry.detail or "",
        ]
        yield writer.writerow([_harmless(str(value)) for value in values])


def _harmless(text: str) -> str:
    """Spreadsheets run cells that begin so as formulas, and people choose their own names."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
