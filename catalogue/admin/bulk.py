"""Many entries at once, from the list: choose them, say what to change, look at it entry by entry, then do it."""

from typing import Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from catalogue import queries
from catalogue.actions import batches, steps_in_bulk
from catalogue.actions.entry import Entry
from catalogue.admin.access import by, person
from catalogue.admin.batches import done_words
from catalogue.bulk_plan import BulkPlan, plan_change
from catalogue.enums import BatchKind
from catalogue.forms import allowed_publishers
from catalogue.forms.bulk import BulkForm, MoveForm, PublishForm, ReplaceForm, SetFieldsForm, StepForm, SubmitForm
from catalogue.models import Dataset
from publishers.permissions import Permission, publisher_ids_with

#: Entries that the preview shows one by one; of more it tells the number.
SHOWN: Final = 100

_KINDS: Final[dict[str, tuple[type[BulkForm], BatchKind, str]]] = {
    "edit_selected": (SetFieldsForm, BatchKind.EDIT, "Edit the chosen entries"),
    "replace_selected": (ReplaceForm, BatchKind.REPLACE_URLS, "Find and replace in links"),
    "move_selected": (MoveForm, BatchKind.MOVE, "Move to another publisher"),
    "submit_selected": (SubmitForm, BatchKind.SUBMIT, "Send drafts for review"),
    "publish_selected": (PublishForm, BatchKind.PUBLISH, "Publish the chosen entries"),
}


class BulkActions(admin.ModelAdmin):
    """The list's actions that change many entries."""

    @admin.action(description="Edit the chosen entries…", permissions=["change"])
    def edit_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        return _page(request, queryset, "edit_selected")

    @admin.action(description="Find and replace in links…", permissions=["change"])
    def replace_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        return _page(request, queryset, "replace_selected")

    @admin.action(description="Move to another publisher…", permissions=["change"])
    def move_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        return _page(request, queryset, "move_selected")

    @admin.action(description="Send the chosen drafts for review…", permissions=["change"])
    def submit_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        return _page(request, queryset, "submit_selected")

    @admin.action(description="Publish the chosen drafts…", permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        return _page(request, queryset, "publish_selected")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.PUBLISH_DATASET) != set()


def _page(request: HttpRequest, chosen: QuerySet[Dataset], action: str) -> HttpResponse | None:
    """Ask, show, do: the same address each time, told apart by the button that was pressed."""
    form_class, kind, title = _KINDS[action]
    count = chosen.count()
    if count > batches.MAX_ENTRIES:
        messages.error(request, f"Choose at most {batches.MAX_ENTRIES:,} entries at once: these are {count:,}.")
        return None
    is_asked = issubclass(form_class, StepForm) or bool({"_preview", "_apply"} & request.POST.keys())
    form = form_class(request.POST if is_asked else None)
    if "publisher" in form.fields:
        # To give an entry to a publisher is to register one there
        allowed_publishers(form.fields["publisher"], publisher_ids_with(request.user, Permission.CREATE_DATASET))  # type: ignore[arg-type]
    plan = None
    if is_asked and form.is_valid():
        plan = _plan(request, chosen, form)
        if "_apply" in request.POST and (answer := _apply(request, plan, form, kind)):
            return answer
    context = {
        **admin.site.each_context(request),
        "title": title,
        "action": action,
        "form": form,
        "plan": plan,
        "shown": plan.changing[:SHOWN] if plan else [],
        "count": count,
        "chosen": [] if request.POST.get("select_across") == "1" else request.POST.getlist("_selected_action"),
        "select_across": request.POST.get("select_across", "0"),
        "versions": _versions(plan) if plan else "",
        "opts": Dataset._meta,
    }
    return TemplateResponse(request, "admin/catalogue/dataset/bulk.html", context)


def _plan(request: HttpRequest, chosen: QuerySet[Dataset], form: BulkForm) -> BulkPlan:
    editable = publisher_ids_with(request.user, form.permission)
    theirs = chosen.order_by("title", "id").select_related("publisher")
    allowed = theirs if editable is None else theirs.filter(publisher_id__in=editable)
    datasets = list(allowed)
    ids = {str(dataset.publisher_id) for dataset in datasets}
    target = form.cleaned_data.get("publisher")
    titles = queries.publisher_titles([*ids, str(target.pk)] if target else ids)
    return plan_change(
        datasets,
        form.change(),
        user=person(request),
        visibility=form.visibility_wanted,
        state=form.state_wanted,
        skipped=chosen.count() - len(datasets),
        publisher_titles=dict(titles),
    )


def _versions(plan: BulkPlan) -> str:
    """What the preview was made from, in short: whether anybody has changed one of the entries since."""
    editions = sum(entry.point.edition for entry in plan.changing)
    waiting = f":{editions}" if editions else ""
    return f"{sum(entry.dataset.version for entry in plan.changing)}:{len(plan.changing)}{waiting}"


def _apply(request: HttpRequest, plan: BulkPlan, form: BulkForm, kind: BatchKind) -> HttpResponse | None:
    if request.POST.get("versions") != _versions(plan):
        messages.warning(
            request, "Somebody changed one of these entries meanwhile. Look at what would happen once more."
        )
        return None
    entries = [Entry(one.draft, one.dataset.id, visibility=one.visibility, state=one.state) for one in plan.changing]
    points = {one.dataset.id: one.point for one in plan.changing}
    title, now = form.sentence(len(entries)), timezone.now()
    who = by(request, title)
    try:
        if isinstance(form, StepForm):
            datasets, words = [one.dataset for one in plan.changing], form.cleaned_data["comment"]
            batch = steps_in_bulk.take(
                entries, datasets, kind=kind, title=title, by=who, now=now, points=points, comment=words
            )
        else:
            batch = batches.apply(entries, kind=kind, title=title, by=who, now=now, points=points)
    except (batches.Changed, batches.NothingToDo) as error:
        messages.warning(request, str(error))
        return None
    messages.success(request, done_words(batch, held=plan.held))
    return HttpResponseRedirect(reverse("admin:catalogue_batch_change", args=[batch.pk]))
