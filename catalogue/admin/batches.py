"""Changes in bulk: what was done, to which entries, and the way back."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalogue.actions import batches
from catalogue.admin.access import by, person
from catalogue.models import Batch, BatchItem, InventoryFile, ProposalEdition
from publishers.admin.read_only import ReadOnly
from publishers.permissions import Permission, publisher_ids_with

#: Entries that a batch's page shows one by one.
SHOWN = 200


def done_words(batch: Batch, *, held: int) -> str:
    """What to say of a change of many entries that was just made; of `held` of them it waits for approval."""
    waits = f" Of {held:,} of them this waits for approval: readers don’t see it yet." if held else ""
    return f"{batch.title}.{waits} You can undo it here."


@admin.register(Batch)
class BatchAdmin(ReadOnly, admin.ModelAdmin):
    """A person sees their own; operators see all."""

    list_display = ["title", "person", "at", "entries", "undone_at"]
    list_select_related = ["person"]
    list_filter = ["kind"]
    list_per_page = 50
    show_full_result_count = False
    # People are named, not linked: only operators may open their pages
    readonly_fields = ["title", "kind", "made_by", "at", "undone_at", "taken_back_by"]
    fields = ["title", "kind", "made_by", "at", "undone_at", "taken_back_by"]
    change_form_template = "admin/catalogue/batch/change_form.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()

    def has_view_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        return self.has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        queryset = (
            super()
            .get_queryset(request)
            .annotate(count=Count("items", distinct=True) + Count("editions", distinct=True))
        )
        return queryset if request.user.is_superuser else queryset.filter(person_id=request.user.pk)

    @admin.display(description="Person")
    def made_by(self, batch: Batch) -> str:
        return batch.person.name if batch.person else batch.person_name

    @admin.display(description="Undone by")
    def taken_back_by(self, batch: Batch) -> str:
        return str(batch.undone_by or "–")

    @admin.display(description="Entries")
    def entries(self, batch: Any) -> int:
        return int(batch.count)

    def get_urls(self) -> list[URLPattern]:
        undo = path("<uuid:batch_id>/undo/", self.admin_site.admin_view(self.undo), name="catalogue_batch_undo")
        return [undo, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)  # None for an address that is none of theirs
        items = (
            BatchItem.objects.filter(batch=batch)
            .select_related("dataset__publisher")
            .order_by("dataset__title", "dataset_id")
        )
        context = {
            "items": items.only("before", "after", "dataset__title", "dataset__publisher__title", "dataset__version")[
                :SHOWN
            ],
            "editions": ProposalEdition.objects.filter(batch=batch)
            .select_related("proposal__dataset__publisher")
            .defer("snapshot")
            .order_by("proposal__dataset__title", "pk")[:SHOWN],
            "left_out": InventoryFile.objects.filter(batch=batch, person=person(request))
            .exclude(content=b"")
            .values_list("pk", flat=True)
            .first(),
            "may_undo": batch is not None and _may_undo(request, batch.pk),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def undo(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """POST takes it back."""
        batch = get_object_or_404(self.get_queryset(request), pk=batch_id)
        if request.method != "POST" or not _may_undo(request, batch.pk):
            raise PermissionDenied
        try:
            undone = batches.undo(batch, by=by(request, f"Undone: {batch.title}"), now=timezone.now())
        except batches.NothingToDo as error:
            messages.warning(request, str(error))
        else:
            count = f"{undone.entries:,} {'entry is' if undone.entries == 1 else 'entries are'} as before."
            count += f" Of {undone.held:,} more this waits for approval." if undone.held else ""
            kept = f" {undone.kept:,} had been changed since: there, what was changed stays." if undone.kept else ""
            messages.success(request, count + kept)
        return HttpResponseRedirect(reverse("admin:catalogue_batch_change", args=[batch.pk]))


def _may_undo(request: HttpRequest, batch_id: Any) -> bool:
    """Whether this person may still edit every entry of the batch."""
    editable = publisher_ids_with(request.user, Permission.EDIT_DATASET)
    if editable is None:
        return True
    items = BatchItem.objects.filter(batch=batch_id).exclude(dataset__publisher_id__in=editable)
    held = ProposalEdition.objects.filter(batch=batch_id).exclude(proposal__dataset__publisher_id__in=editable)
    return not items.exists() and not held.exists()
