"""When departments are merged: what it would bring, and then one publisher with everything of both."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalogue.actions import mergers
from catalogue.admin.access import by
from catalogue.mergers import forecast, objections
from publishers.models import Publisher
from publishers.permissions import Permission, publisher_ids_with

#: A page waits for its answer: more entries than these are moved by the command.
MOST_ENTRIES: Final = 10_000


def urls(site: admin.AdminSite) -> list[URLPattern]:
    address = "merge-publisher/<uuid:publisher_id>/"
    return [path(address, site.admin_view(merge), name="catalogue_dataset_merge_publisher")]


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
    command = f"manage.py merge_publishers {old.slug} {new.slug}"
    return [f"{total:,} entries take longer than a page can wait. Ask whoever runs the site to run “{command}”."]
