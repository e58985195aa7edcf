"""Sources: what is harvested, how and when."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from harvest import actions
from harvest.admin.access import Scoped
from harvest.admin.previews import preview_for_form
from harvest.enums import SourceKind
from harvest.models import Source
from harvest.queries import source_health, with_last_ended
from harvest.sources import ADAPTERS
from publishers.actions import audit
from publishers.admin.plain_choices import PlainChoices
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import Publisher
from publishers.permissions import Permission, publisher_ids_with

_SETTINGS = (
    "A JSON object. For every kind: only_organisations and not_organisations (lists of names), name_prefix,"
    " grace_days. For CKAN: rows, filter, full_every_days and others; docs/harvest-sources.md has those of each kind."
)


class SourceForm(forms.ModelForm):
    class Meta:
        model = Source
        labels = {
            "config": "Settings",
            "max_seconds": "Longest harvest",
            "max_bytes": "Largest answer",
            "publisher_rule": "Whose entries they become",
        }
        help_texts = {
            "url": "A web address: of a portal, a catalogue, a listing or a file.",
            "config": _SETTINGS,
            "max_seconds": "Seconds, after which a harvest ends and keeps what it has.",
            "max_bytes": "Bytes in all, unpacked, after which reading ends.",
        }
        widgets = {
            "url": AdminTextInputWidget(attrs={"class": "vLargeTextField", "inputmode": "url"}),
            "config": forms.Textarea(attrs={"rows": 4, "cols": 60}),
            "publisher_map": forms.Textarea(attrs={"rows": 4, "cols": 60}),
        }
        fields = [
            *("title", "kind", "url", "publisher", "publisher_rule", "publisher_map", "keeps_uuids", "config"),
            *("contact", "notify_about"),
            *("schedule", "time_of_day", "max_seconds", "max_bytes", "retire_share"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            known = [(kind.value, kind.label) for kind in SourceKind if kind in ADAPTERS]
            self.fields["kind"].choices = known  # type: ignore[attr-defined]

    def clean_publisher_map(self) -> dict[str, str]:
        named = self.cleaned_data["publisher_map"] or {}
        if not isinstance(named, dict) or not all(isinstance(slug, str) for slug in named.values()):
            raise forms.ValidationError('Write it as {"their name": "our-publisher"}.')
        known = set(Publisher.objects.filter(slug__in=named.values()).values_list("slug", flat=True))
        if unknown := sorted(set(named.values()) - known):
            raise forms.ValidationError(f"There is no publisher “{unknown[0]}”: use the last part of its address here.")
        return named

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if not url.startswith(("https://", "http://")):
            raise forms.ValidationError("The address must begin with https:// or http://.")
        return url


@admin.register(Source)
class SourceAdmin(PlainChoices, Scoped, admin.ModelAdmin):
    form = SourceForm
    change_form_template = "admin/harvest/source/change_form.html"
    list_display = ["title", "kind", "publisher", "health", "schedule", "next_run_at"]
    list_filter = ["kind", "is_paused", "schedule"]
    list_select_related = ["publisher"]
    search_fields = ["title", "url", "slug"]
    actions = ["harvest_now", "read_everything_anew", "pause", "resume"]
    fieldsets = [
        ("What", {"fields": ["title", "kind", "url", "publisher", "publisher_rule", "publisher_map", "keeps_uuids"]}),
        ("Who", {"fields": ["contact", "notify_about"]}),
        ("When", {"fields": ["schedule", "time_of_day"]}),
        ("Limits", {"fields": ["retire_share", "max_seconds", "max_bytes", "config"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return with_last_ended(super().get_queryset(request))

    @admin.display(description="How it does")
    def health(self, source: Source) -> str:
        return source_health(source, now=timezone.now()).label

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    has_change_permission = Scoped._may

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a source that is done with is paused: its entries and their history hang on it

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose records become whose entries, and which UUIDs they may take, is for operators to say: it reaches beyond
        the publisher."""
        return [] if request.user.is_superuser else ["publisher_rule", "publisher_map", "keeps_uuids"]

    def get_urls(self) -> list[URLPattern]:
        views = [("preview/", "harvest_source_preview_new"), ("<int:source_id>/preview/", "harvest_source_preview")]
        view = self.admin_site.admin_view(require_POST(self.preview))
        return [*(path(route, view, name=name) for route, name in views), *super().get_urls()]

    def preview(self, request: HttpRequest, source_id: int | None = None) -> HttpResponse:
        """The form again, as it was filled in, with what a harvest would make of the source. Nothing is saved."""
        source = get_object_or_404(self.get_queryset(request), pk=source_id) if source_id else None
        if not (self.has_change_permission(request, source) if source else self.has_add_permission(request)):
            raise PermissionDenied
        form = self.get_form(request, source, change=source is not None)(request.POST, instance=source)
        found = preview_for_form(form.instance) if form.is_valid() else None
        fieldsets: Any = list(self.get_fieldsets(request, source))
        fields = helpers.AdminForm(form, fieldsets, {}, self.get_readonly_fields(request, source), model_admin=self)
        name = "harvest_source_change" if source else "harvest_source_add"
        context = {
            **self.admin_site.each_context(request),
            "title": "Preview of a source",
            "adminform": fields,
            "media": self.media + fields.media,
            "errors": helpers.AdminErrorList(form, []),
            "inline_admin_formsets": [],
            "original": source,
            "object_id": source_id,
            "preview": found,
            "is_popup": False,
            "to_field": None,
        }
        address = reverse(f"admin:{name}", args=[source.pk] if source else [])
        return self.render_change_form(
            request, context, add=source is None, change=source is not None, form_url=address, obj=source
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        own = publisher_ids_with(request.user, Permission.MANAGE_SOURCES)
        if own is not None and "publisher" in form.base_fields:
            field: Any = form.base_fields["publisher"]
            field.queryset = field.queryset.filter(id__in=own)
        return form

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            actions.edit_source(Source.objects.get(pk=obj.pk), now=timezone.now(), **values)
        else:
            kind, now = SourceKind(form.cleaned_data.pop("kind")), timezone.now()
            obj.pk = actions.add_source(kind=kind, now=now, **form.cleaned_data).pk
        obj.refresh_from_db()
        audit.record(
            AuditAction.SOURCE_CHANGED if change else AuditAction.SOURCE_CREATED,
            who=audit.Who(request.user, address=client_address(request)),
            now=timezone.now(),
            publisher=obj.publisher,
            object_id=obj.pk,
            object_label=obj.title,
            detail={"fields": form.changed_data} if change else {},
        )

    @admin.action(description="Harvest now", permissions=["change"])
    def harvest_now(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        self._queue(request, queryset, forced=False)

    @admin.action(description="Harvest now, every record anew", permissions=["change"])
    def read_everything_anew(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        self._queue(request, queryset, forced=True)

    def _queue(self, request: HttpRequest, queryset: QuerySet[Source], *, forced: bool) -> None:
        for source in queryset:
            actions.queue_run(source, now=timezone.now(), forced=forced)
        runs = reverse("admin:harvest_run_changelist")
        messages.success(request, format_html('Queued. <a href="{}">See the runs</a> for how far they are.', runs))

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset:
            actions.pause(source)

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset:
            actions.resume(source, now=timezone.now())
