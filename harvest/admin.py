"""Sources and their runs, for the administrators of a publisher and for operators."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from catalogue.models import Dataset
from harvest import actions
from harvest.enums import DuplicateReason, RunState, SourceKind
from harvest.models import LikelyDuplicate, Problem, Run, Source
from harvest.pipeline import duplicates
from harvest.queries import run_progress
from harvest.sources import ADAPTERS
from publishers.actions import audit
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import Publisher, User
from publishers.permissions import Permission, has_permission, publisher_ids_with


class SourceForm(forms.ModelForm):
    class Meta:
        model = Source
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


class Scoped:
    """Only what belongs to publishers for whom the reader may manage sources."""

    publisher_path = "publisher"

    def _publisher_id(self, obj: Any) -> Any:
        return obj.publisher_id

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return publisher_ids_with(request.user, Permission.MANAGE_SOURCES) != set()
        return has_permission(request.user, Permission.MANAGE_SOURCES, self._publisher_id(obj))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = publisher_ids_with(request.user, Permission.MANAGE_SOURCES)
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return queryset if own is None else queryset.filter(**{f"{self.publisher_path}__in": own})


@admin.register(Source)
class SourceAdmin(Scoped, admin.ModelAdmin):
    form = SourceForm
    list_display = ["title", "kind", "publisher", "schedule", "next_run_at", "is_paused"]
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    has_change_permission = Scoped._may

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a source that is done with is paused: its entries and their history hang on it

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose records become whose entries, and which UUIDs they may take, is for operators to say: it reaches beyond
        the publisher."""
        return [] if request.user.is_superuser else ["publisher_rule", "publisher_map", "keeps_uuids"]

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


class ProblemInline(admin.TabularInline):
    model = Problem
    fields = ("severity", "guid", "message", "value")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "problems (the first 200)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Problem]:
        run = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        first = Problem.objects.filter(run=run).order_by("id").values("id")[:200]
        return super().get_queryset(request).filter(id__in=list(first.values_list("id", flat=True)))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(Run)
class RunAdmin(Scoped, admin.ModelAdmin):
    publisher_path = "source__publisher"
    list_display = [
        *("source", "state", "started_at", "how_far"),
        *("seen", "created", "updated", "unchanged", "retired", "problems"),
    ]
    list_filter = ["state"]
    list_select_related = ["source"]
    search_fields = ["source__title"]
    show_full_result_count = False
    actions = ["cancel"]
    inlines = [ProblemInline]
    change_form_template = "admin/harvest/run/change_form.html"
    readonly_fields = ["how_far"]
    fields = [
        *("source", "state", "how_far", "message", "is_forced"),
        *("created_at", "started_at", "gathered_at", "finished_at"),
        *("expected", "seen", "created", "updated", "unchanged", "retired", "failed", "problems"),
    ]

    def _publisher_id(self, obj: Run) -> Any:
        return obj.source.publisher_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Progress")
    def how_far(self, run: Run) -> str:
        """For a run under way: records, rate and estimate, from its columns alone."""
        return run_progress(run, now=timezone.now()).words if run.state == RunState.RUNNING else ""

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            actions.request_cancel(run, now=timezone.now())
        messages.success(request, "Asked to stop. What they stored so far stays.")

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<int:run_id>/vanished/", self.admin_site.admin_view(require_POST(self.decide)), name="harvest_run_vanished"
        )
        return [decide, *super().get_urls()]

    def decide(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """A person's word on the records that a quarantined run missed: withdraw them, or keep them."""
        run = get_object_or_404(self.get_queryset(request), pk=run_id)
        if not self._may(request, run):
            raise PermissionDenied
        assert isinstance(request.user, User)
        try:
            if "withdraw" in request.POST:
                count = actions.confirm_retirement(run, user=request.user, now=timezone.now())
                messages.success(request, f"Withdrew {count:,} entries.")
            else:
                actions.reject_retirement(run, user=request.user)
                messages.success(request, "Kept them.")
        except actions.NotWaiting as error:
            messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("admin:harvest_run_change", args=[run.pk]))


@admin.register(LikelyDuplicate)
class LikelyDuplicateAdmin(admin.ModelAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

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
