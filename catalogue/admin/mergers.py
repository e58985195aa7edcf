"""When departments are merged: what it would bring, and then one publisher with everything of both."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalogue.actions import mergers
from catalogue.admin.access import by
from catalogue.mergers import forecast, objections
from catalogue.unmerging import objections as undo_objections
from catalogue.unmerging import return_of
from publishers.models import Merger, Publisher
from publishers.permissions import Permission, publisher_ids_with

#: A page waits for its answer: more entries than these are moved by the command.
MOST_ENTRIES: Final = 10_000


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("merge-publisher/<uuid:publisher_id>/", site.admin_view(merge), name="catalogue_dataset_merge_publisher"),
        path(
            "unmerge-publisher/<uuid:publisher_id>/", site.admin_view(undo), name="catalogue_dataset_unmerge_publisher"
        ),
    ]


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Publisher.objects.active(),
        label="Merge into",
        help_text="The body that answers for these entries from now on. Register a new body first, if it is one.",
    )
    people_move = forms.BooleanField(
        label="Its people work for that body from now on, in the roles that they have",
        required=False,
        initial=True,
        help_text="Left empty, they lose their roles here, and only that body’s own people edit its entries.",
    )


def merge(request: HttpRequest, publisher_id: UUID) -> HttpResponse:
    """Ask, show, do: the same address each time, told apart by the button that was pressed."""
    if publisher_ids_with(request.user, Permission.ADD_PUBLISHER) is not None:
        raise PermissionDenied  # the tree is the operators'
    old = get_object_or_404(Publisher, pk=publisher_id)
    form = MergeForm(request.POST or None)
    form.fields["into"].queryset = Publisher.objects.active().exclude(pk=old.pk)  # type: ignore[attr-defined]
    expected = forecast(old)
    new, problems = None, []
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["into"]
        problems = [*objections(old, new), *_too_many(old, new, expected.total)]
        if "_merge" in request.POST and not problems:
            return _merge(request, old, new, people_move=form.cleaned_data["people_move"])
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Merge {old} into another publisher",
        "old": old,
        "new": new,
        "form": form,
        "forecast": expected,
        "problems": problems,
        "opts": Publisher._meta,
    }
    return TemplateResponse(request, "admin/publishers/publisher/merge.html", context)


def undo(request: HttpRequest, publisher_id: UUID) -> HttpResponse:
    """Say what would go back and what would stay; POST does it."""
    if publisher_ids_with(request.user, Permission.ADD_PUBLISHER) is not None:
        raise PermissionDenied
    found = Merger.objects.select_related("old", "old__merged_into", "new").filter(old=publisher_id, undone_at=None)
    merger = found.first()
    if merger is None:
        raise Http404("No merger of this publisher can be undone.")
    expected, problems = return_of(merger), undo_objections(merger)
    if expected.entries > MOST_ENTRIES:
        problems.append(_too_long(expected.entries, f"merge_publishers {merger.old.slug} {merger.new.slug} --undo"))
    if request.method == "POST" and not problems:
        try:
            back = mergers.undo(merger, by=by(request), now=timezone.now())
        except mergers.CannotMerge as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        entries = f"{back:,} {'entry is' if back == 1 else 'entries are'}"
        messages.success(request, f"{merger.old} is separate from {merger.new} again: {entries} its own.")
        return HttpResponseRedirect(reverse("admin:publishers_publisher_change", args=[merger.old.pk]))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Undo the merger of {merger.old} into {merger.new}",
        "merger": merger,
        "old": merger.old,
        "back": expected,
        "problems": problems,
        "opts": Publisher._meta,
    }
    return TemplateResponse(request, "admin/publishers/publisher/unmerge.html", context)


def _merge(request: HttpRequest, old: Publisher, new: Publisher, *, people_move: bool) -> HttpResponse:
    try:
        moved = mergers.merge(old, new, by=by(request), now=timezone.now(), people_move=people_move)
    except mergers.CannotMerge as error:  # somebody did something meanwhile
        messages.error(request, str(error))
        return HttpResponseRedirect(request.path)
    entries = f"{moved:,} {'entry is' if moved == 1 else 'entries are'}"
    messages.success(request, f"{old} is merged into {new}: {entries} now of {new}, and the old names lead here.")
    return HttpResponseRedirect(reverse("admin:publishers_publisher_change", args=[new.pk]))


def _too_many(old: Publisher, new: Publisher, total: int) -> list[str]:
    if total <= MOST_ENTRIES:
        return []
    return [_too_long(total, f"merge_publishers {old.slug} {new.slug}")]


def _too_long(entries: int, command: str) -> str:
    run = f"manage.py {command}"
    return f"{entries:,} entries take longer than a page can wait. Ask whoever runs the site to run “{run}”."
