"""A dataset's page, its history, and every other address that leads to it."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render

from catalogue import queries
from catalogue.contacts import contact_of, foi_contact_of
from catalogue.enums import ResourceKind
from catalogue.models import Dataset, Revision
from catalogue.quality.report import present
from catalogue.serializers.page import additional_information, alternates, citation, data_links, language_names
from catalogue.serializers.revisions import field_changes
from catalogue.serializers.schema_org import structured_data
from catalogue.views.reader import public_page, reader

REVISIONS_PER_PAGE = 30


@public_page
def detail(request: HttpRequest, dataset_id: UUID, name: str = "") -> HttpResponse:
    """`/dataset/<uuid>/<name>`; a stale or missing name redirects, a withdrawn entry answers 410."""
    dataset = queries.dataset_for_page(dataset_id, reader(request))
    if dataset is None:
        return _tombstone(request, dataset_id)
    if name != dataset.name:
        return redirect(dataset, permanent=True)
    report, resources = getattr(dataset, "quality", None), list(dataset.resources.all())
    quality = present(report) if report else None
    context = {
        "dataset": dataset,
        "data_links": data_links(resources),
        "documents": [resource for resource in resources if resource.kind == ResourceKind.DOCUMENT],
        "report": report,
        "criteria": quality.criteria if quality else [],
        "fix_first": quality.fix_first if quality else [],
        "contact": contact_of(dataset),
        "foi": foi_contact_of(dataset),
        "related": queries.recent_datasets(reader(request), limit=5, publisher=dataset.publisher, besides=dataset.id),
        "languages": language_names(dataset.languages),
        "extras": additional_information(dataset),
        "citation": citation(dataset, settings.SITE_URL),
        "has_history": dataset.version > 1,
        "canonical_url": settings.SITE_URL + dataset.get_absolute_url(),
        "alternates": alternates(dataset),
        "structured_data": structured_data(dataset, resources, settings.SITE_URL),
    }
    return render(request, "dataset/detail.html", context)


def _tombstone(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = queries.tombstone_for_page(dataset_id)
    if dataset is None:
        raise Http404("No dataset has this address.")
    if dataset.replaced_by and not Dataset.objects.visible_to(reader(request)).contains(dataset.replaced_by):
        dataset.replaced_by = None
    context = {"dataset": dataset, "contact": contact_of(dataset), "foi": foi_contact_of(dataset)}
    return render(request, "dataset/tombstone.html", context, status=410)


@public_page
def by_name(request: HttpRequest, name: str) -> HttpResponse:
    """`/dataset/<name>`, for every name that an entry has or had, and CKAN's own addresses."""
    dataset = queries.dataset_named(name)
    if dataset is None or not (
        Dataset.objects.visible_to(reader(request)).contains(dataset) or Dataset.objects.tombstones().contains(dataset)
    ):
        raise Http404("No dataset has this name.")
    return redirect(dataset, permanent=True)


@public_page
def by_resource(request: HttpRequest, name: str, resource_id: UUID) -> HttpResponse:
    """CKAN's `/dataset/<name>/resource/<uuid>` leads to the dataset, where the file is listed."""
    del resource_id
    try:
        return HttpResponsePermanentRedirect(f"/dataset/{UUID(name)}")
    except ValueError:
        return by_name(request, name)


@public_page
def history(request: HttpRequest, dataset_id: UUID, name: str) -> HttpResponse:
    """Every version of an entry, two of them side by side: `?from=2&to=5`, at first the latest two."""
    dataset = queries.dataset_for_page(dataset_id, reader(request))
    if dataset is None:
        return _tombstone(request, dataset_id)
    revisions = queries.revisions_for_page(dataset)
    newer = _chosen(request, "to", dataset, default=dataset.version)
    older = _chosen(request, "from", dataset, default=(newer.number if newer else dataset.version) - 1)
    page = _number(request, "page", default=1)
    context = {
        "dataset": dataset,
        "revisions": revisions[(page - 1) * REVISIONS_PER_PAGE : page * REVISIONS_PER_PAGE],
        "older": older,
        "newer": newer,
        "changes": field_changes(older, newer) if newer else [],
        "page": page,
        "pages": max(1, -(-len(revisions) // REVISIONS_PER_PAGE)),
        "page_url": lambda number: f"?page={number}",
    }
    return render(request, "dataset/history.html", context)


def _number(request: HttpRequest, name: str, *, default: int) -> int:
    text = request.GET.get(name, "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _chosen(request: HttpRequest, name: str, dataset: Dataset, *, default: int) -> Revision | None:
    return queries.revision(dataset, _number(request, name, default=default)) if dataset.version else None
