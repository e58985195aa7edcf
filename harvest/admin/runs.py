"""Runs: how far they are, what they met, and a person's word where one is asked for."""

import itertools
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from harvest import actions
from harvest.admin.access import Scoped
from harvest.enums import ACTIVE_RUN_STATES, RecordState, RunState
from harvest.models import Problem, Record, Run
from harvest.pipeline.retire import missing
from harvest.queries import run_progress
from publishers.admin.read_only import ReadOnly
from publishers.models import User
from services.csv_answer import csv_answer

#: Of the records that a person is asked about so many are shown; the CSV has all.
SHOWN: Final = 200


def vanished(run: Run) -> QuerySet[Record]:
    """The records about which a quarantined run asks, by the titles of their entries."""
    gone = missing(run).filter(state=RecordState.VANISHED).select_related("dataset")
    return gone.only("guid", "last_seen_at", "dataset__title", "dataset__name").order_by("dataset__title", "id")


class ProblemForm(forms.ModelForm):
    """What the columns are called on a run's page."""

    class Meta:
        model = Problem
        fields: tuple[str, ...] = ()
        labels = {"guid": "Record", "message": "What is wrong", "value": "The source says"}
        help_texts = {"guid": "", "message": "", "value": ""}


class ProblemInline(admin.TabularInline):
    model = Problem
    template = "admin/_tabular.html"
    form = ProblemForm
    fields = ("severity", "guid", "message", "value")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "problems (the first 20)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Problem]:
        run = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        first = Problem.objects.filter(run=run).order_by("id").values("id")[:20]
        return super().get_queryset(request).filter(id__in=list(first.values_list("id", flat=True)))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class RunForm(forms.ModelForm):
    """What the columns are called on a run's page."""

    class Meta:
        model = Run
        fields: tuple[str, ...] = ()
        labels = {
            "message": "What happened",
            "is_forced": "Every record anew",
            "created_at": "Asked for",
            "started_at": "Started",
            "gathered_at": "Source read to its end",
            "finished_at": "Finished",
            "expected": "Announced by the source",
            "seen": "Read",
            "created": "New",
            "updated": "Changed",
            "unchanged": "As before",
            "retired": "Withdrawn",
            "failed": "Not usable",
        }
        help_texts = {"message": "", "is_forced": "", "gathered_at": "", "expected": "", "failed": ""}


@admin.register(Run)
class RunAdmin(ReadOnly, Scoped, admin.ModelAdmin):
    form = RunForm
    publisher_path = "source__publisher"
    list_display = ["source", "started", "state", "what_happened", "records", "problems"]
    list_filter = ["state"]
    list_select_related = ["source"]
    search_fields = ["source__title"]
    show_full_result_count = False
    actions = ["cancel"]
    inlines = [ProblemInline]
    change_form_template = "admin/harvest/run/change_form.html"
    readonly_fields = ["how_far"]

    def _publisher_id(self, obj: Run) -> Any:
        return obj.source.publisher_id

    def get_fieldsets(self, request: HttpRequest, obj: Run | None = None) -> Any:
        """A run under way says how far it is, one that has ended what happened."""
        assert obj
        is_running = obj.state == RunState.RUNNING
        told = "how_far" if is_running else "message"
        when = [name for name in ("created_at", "started_at", "gathered_at", "finished_at") if getattr(obj, name)]
        announced = ["expected"] if obj.expected is not None else []
        counters = ["seen", "created", "updated", "unchanged", "retired", "failed", "problems"]
        return [
            (None, {"fields": ["source", "state", told, *(["is_forced"] if obj.is_forced else [])]}),
            ("Records", {"fields": [*announced, *counters]}),
            ("When", {"fields": when}),
        ]

    @admin.display(description="Started", ordering="started_at")
    def started(self, run: Run) -> str:
        return date_format(timezone.localtime(run.started_at), "j M Y H:i") if run.started_at else ""

    @admin.display(description="Records", ordering="seen")
    def records(self, run: Run) -> str:
        return f"{run.seen:,}"

    @admin.display(description="Progress")
    def how_far(self, run: Run) -> str:
        """For a run under way: records, rate and estimate, from its columns alone."""
        return run_progress(run, now=timezone.now()).words

    @admin.display(description="What happened")
    def what_happened(self, run: Run) -> str:
        return self.how_far(run) if run.state == RunState.RUNNING else run.message

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            actions.request_cancel(run, now=timezone.now())
        messages.success(request, "Asked to stop. What they stored so far stays.")

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<int:run_id>/vanished/", self.admin_site.admin_view(require_POST(self.decide)), name="harvest_run_vanished"
        )
        download = path(
            "<int:run_id>/vanished.csv", self.admin_site.admin_view(self.download), name="harvest_run_vanished_csv"
        )
        cancel = path(
            "<int:run_id>/cancel/", self.admin_site.admin_view(require_POST(self.cancel_one)), name="harvest_run_cancel"
        )
        return [decide, download, cancel, *super().get_urls()]

    def cancel_one(self, request: HttpRequest, run_id: int) -> HttpResponse:
        run = get_object_or_404(self.get_queryset(request), pk=run_id)
        actions.request_cancel(run, now=timezone.now())
        messages.success(request, "Asked to stop: it ends within seconds. What it stored so far stays.")
        return HttpResponseRedirect(reverse("admin:harvest_run_change", args=[run.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the records that a person is asked about: nobody can say of a number whether it is right."""
        context = dict(extra_context or {}) | {"under_way": ACTIVE_RUN_STATES}
        run = self.get_object(request, object_id) if object_id.isdecimal() else None
        if run is not None and run.state == RunState.QUARANTINED:
            context |= {"vanished": list(vanished(run)[:SHOWN]), "shown": SHOWN}
        return super().change_view(request, object_id, form_url, context)

    def download(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        """All of them as CSV."""
        run = get_object_or_404(self.get_queryset(request), pk=run_id)
        site = settings.SITE_URL
        lines = (
            (record.guid, record.dataset.title, site + record.dataset.get_absolute_url(), record.last_seen_at)
            for record in vanished(run).iterator(2_000)
            if record.dataset
        )
        columns = ("identifier", "title", "address", "last seen")
        return csv_answer(itertools.chain([columns], lines), name=f"vanished-{run.pk}.csv")

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
