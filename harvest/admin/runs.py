"""Runs: how far they are, what they met, and a person's word where one is asked for."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from harvest import actions
from harvest.admin.access import Scoped, Told
from harvest.enums import RunState
from harvest.models import Problem, Run
from harvest.queries import run_progress
from publishers.models import User


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
class RunAdmin(Told, Scoped, admin.ModelAdmin):
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
