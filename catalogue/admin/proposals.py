"""Changes of published entries that wait for approval, of somebody's publishers; several are approved at once."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.actions import proposals
from catalogue.admin.access import by, may
from catalogue.admin.bounded_list import BoundedPaginator
from catalogue.admin.lifecycle import changes_of
from catalogue.edit_point import EditPoint
from catalogue.enums import ProposalState
from catalogue.models import Dataset, Proposal, ProposalEdition
from catalogue.proposed import working_copies
from publishers.admin.read_only import ReadOnly
from publishers.permissions import Permission, has_permission, publisher_ids_with

#: How many are approved at once: a page shows each of them, field by field.
AT_ONCE: Final = 50

_LATEST = ProposalEdition.objects.filter(proposal=OuterRef("pk")).order_by("-id")


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["entry", "publisher", "state", "proposed_by", "changed_at"]
    list_display_links = None  # each line leads to the page on which people decide
    list_filter = ["state"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["approve_selected"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED) != set()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self.has_module_permission(request)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.PUBLISH_DATASET) != set()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        found = super().get_queryset(request).annotate(author=Subquery(_LATEST.values("person_name")[:1]))
        found = found.annotate(title=F("dataset__title"), publisher_title=F("dataset__publisher__title"))
        return found if own is None else found.filter(dataset__publisher_id__in=own)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Proposed changes", **(extra_context or {})})

    @admin.display(description="Entry")
    def entry(self, proposal: Any) -> SafeString:
        address = reverse("admin:catalogue_dataset_review", args=[proposal.dataset_id])
        return format_html('<a href="{}">{}</a>', address, proposal.title)

    @admin.display(description="Publisher")
    def publisher(self, proposal: Any) -> str:
        return str(proposal.publisher_title)

    @admin.display(description="Worked on last by")
    def proposed_by(self, proposal: Any) -> str:
        return str(proposal.author)

    @admin.action(description="Approve the chosen changes…", permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Show each of them beside what is published; approve those that still are as they were shown."""
        chosen = list(queryset.filter(state=ProposalState.WAITING).values_list("dataset_id", flat=True)[: AT_ONCE + 1])
        if len(chosen) > AT_ONCE:
            messages.error(request, f"Choose at most {AT_ONCE} at once, so that each can be looked at.")
            return None
        datasets = Dataset.objects.filter(id__in=chosen).select_related("publisher").order_by("title", "id")
        if "_approve" in request.POST:
            return _approve(request, list(datasets))
        copies = [
            copy
            for copy in working_copies(datasets).values()
            if may(request, Permission.PUBLISH_DATASET, copy.dataset)
            and has_permission(request.user, Permission.PUBLISH_DATASET, copy.draft.publisher_id)
        ]
        if not copies:
            messages.warning(request, "None of these waits for your approval.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Approve these changes",
            "entries": [(copy, changes_of(request, copy)) for copy in copies],
            "skipped": len(queryset) - len(copies),
            "opts": Proposal._meta,
        }
        return TemplateResponse(request, "admin/catalogue/proposal/approve.html", context)


def _approve(request: HttpRequest, datasets: list[Dataset]) -> HttpResponse:
    done, now = 0, timezone.now()
    for dataset in datasets:
        seen = EditPoint.read(request.POST.get(f"seen-{dataset.pk}", ""))
        proposed = working_copies([dataset])[dataset.pk].draft.publisher_id
        allowed = {dataset.publisher_id, proposed}
        if seen is None or not all(has_permission(request.user, Permission.PUBLISH_DATASET, one) for one in allowed):
            continue
        try:
            proposals.approve(dataset, seen=seen, by=by(request), now=now)
        except proposals.CannotDecide as error:
            messages.warning(request, f"“{dataset.title}”: {error}")
        else:
            done += 1
    messages.success(request, f"Approved {done:,} {'change' if done == 1 else 'changes'}.")
    return HttpResponseRedirect(reverse("admin:catalogue_proposal_changelist"))
