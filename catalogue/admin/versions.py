"""Every version of an entry for those who work on it: who, when, by which way; two side by side; one restored."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalogue import queries, series
from catalogue.actions import datasets
from catalogue.admin.access import by, may, their_entry
from catalogue.models import Dataset, Revision
from catalogue.serializers.revisions import field_changes
from catalogue.views.reader import whole_number
from publishers.permissions import Permission

PER_PAGE = 30


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("<uuid:dataset_id>/versions/", site.admin_view(versions), name="catalogue_dataset_versions"),
        path("<uuid:dataset_id>/restore/", site.admin_view(restore), name="catalogue_dataset_restore"),
    ]


def versions(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """`?from=2&to=5` compares the two; without, the latest with the one before."""
    dataset = their_entry(request, dataset_id, Permission.VIEW_UNPUBLISHED)
    revisions = Revision.objects.filter(dataset=dataset)
    page = Paginator(revisions.select_related("actor").defer("snapshot"), PER_PAGE).get_page(
        whole_number(request, "page") or 1
    )
    newer = revisions.filter(number=whole_number(request, "to") or dataset.version).first()
    before = whole_number(request, "from") or (newer.number - 1 if newer else 0)
    older = revisions.filter(number=before).first()
    changes = (
        field_changes(
            older,
            newer,
            publisher_titles=queries.publisher_titles,
            series_titles=lambda ids: series.titles(ids, request.user),
            for_officials=True,
        )
        if newer and older
        else []
    )
    context = {
        **admin.site.each_context(request),
        "title": f"Versions of “{dataset.title}”",
        "dataset": dataset,
        "page": page,
        "newer": newer,
        "older": older,
        "changes": changes,
        "may_restore": may(request, Permission.EDIT_DATASET, dataset),
        "opts": Dataset._meta,
    }
    return TemplateResponse(request, "admin/catalogue/dataset/versions.html", context)


def restore(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """POST `number`: the entry says again what it said then. That is a version too, so nothing is lost."""
    dataset = their_entry(request, dataset_id, Permission.EDIT_DATASET)
    if request.method != "POST":
        raise PermissionDenied
    here = HttpResponseRedirect(reverse("admin:catalogue_dataset_versions", args=[dataset.pk]))
    number = request.POST.get("number", "")
    try:
        chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
        who = by(request, f"Restored version {chosen}")
        datasets.restore(dataset, number=chosen, by=who, now=timezone.now())
    except Revision.DoesNotExist:
        messages.error(request, "This entry never had that version.")
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The entry says again what it said in version {chosen}.")
    return here
