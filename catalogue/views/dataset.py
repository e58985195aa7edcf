"""A dataset's page, its history, and every other address that leads to it."""

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from catalogue import queries, series
from catalogue.contacts import contact_of, foi_contact_of
from catalogue.enums import ResourceKind
from catalogue.models import Dataset, Revision
from catalogue.quality.report import quality_of
from catalogue.search.similar import similar
from catalogue.serializers.page import (
    additional_information,
    alternates,
    citation,
    data_links,
    forms_of,
    internal_information,
    language_names,
)
from catalogue.serializers.quality import panel
from catalogue.serializers.revisions import field_changes
from catalogue.serializers.schema_org import structured_data
from catalogue.views.linked_data import dataset_document, wanted_form
from catalogue.views.reader import public_page, reader, whole_number
from publishers.permissions import Permission, has_permission

REVISIONS_PER_PAGE = 30


@public_page
def detail(request: HttpRequest, dataset_id: UUID, name: str = "") -> HttpResponse:
    """`/dataset/<uuid>/<name>`; a stale or missing name redirects, a withdrawn entry answers 410.

    Who asks for a form of RDF by “Accept” gets it, whatever the name.
    """
    if form := wanted_form(request):
        response = dataset_document(request, dataset_id, form)
        patch_vary_headers(response, ["Accept"])
        return response
    response = _page(request, dataset_id, name)
    patch_vary_headers(response, ["Accept"])
    return response


def _page(request: HttpRequest, dataset_id: UUID, name: str) -> HttpResponse:
    dataset = queries.dataset_for_page(dataset_id, reader(request))
    if dataset is None:
        return _tombstone(request, dataset_id)
    if name != dataset.name:
        return redirect(dataset, permanent=True)
    resources, quality = list(dataset.resources.all()), quality_of(dataset)
    context = {
        "dataset": dataset,
        "data_links": data_links(resources),
        "documents": [resource for resource in resources if resource.kind == ResourceKind.DOCUMENT],
        "quality": panel(quality, dataset, _edit_url(request, dataset)) if quality else None,
        "contact": contact_of(dataset),
        "foi": foi_contact_of(dataset),
        "members": series.members(dataset, reader(request)),
        "related": queries.others_of_publisher(dataset, reader(request)),
        "similar": similar(dataset.id, dataset.title, dataset.tags),
        "languages": language_names(dataset.languages),
        "extras": additional_information(dataset),
        "for_officials": internal_information(dataset) if reader(request).is_authenticated else [],
        "site_url": settings.SITE_URL,
        "citation": citation(dataset, settings.SITE_URL),
        "citation_forms": forms_of(dataset, "citation"),
        "has_history": dataset.version > 1,
        "canonical_url": settings.SITE_URL + dataset.get_absolute_url(),
        "alternates": alternates(dataset),
        "structured_data": structured_data(dataset, resources, settings.SITE_URL),
    }
    return render(request, "dataset/detail.html", context)


def _edit_url(request: HttpRequest, dataset: Dataset) -> str:
    """Where the reader may change the entry; empty for those who may not."""
    if not has_permission(reader(request), Permission.EDIT_DATASET, dataset.publisher_id):
        return ""
    return reverse("admin:catalogue_dataset_change", args=[dataset.id])


def _tombstone(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = queries.tombstone_for_page(dataset_id)
    if dataset is None:
        # The UUID that it has at its source, or a file's: portals that were harvested gave such addresses
        meant = queries.datasets_identified(str(dataset_id), reader(request))
        if len(meant) == 1 and meant[0].id != dataset_id:
            return redirect(meant[0])
        raise Http404("No dataset has this address.")
    if dataset.replaced_by and not Dataset.objects.visible_to(reader(request)).contains(dataset.replaced_by):
        dataset.replaced_by = None
    if dataset.replaced_by and dataset.redirects_to_replacement:
        return redirect(dataset.replaced_by)  # not for ever: the entry may come back
    context = {"dataset": dataset, "contact": contact_of(dataset), "foi": foi_contact_of(dataset)}
    return render(request, "dataset/tombstone.html", context, status=410)


@public_page
def by_name(request: HttpRequest, name: str) -> HttpResponse:
    """`/dataset/<name>`, for every name that an entry has or had, and CKAN's own addresses."""
    dataset = queries.dataset_named(name, reader(request))
    if dataset is None:
        raise Http404("No dataset has this name.")
    return redirect(dataset, permanent=True)


@public_page
def by_resource(request: HttpRequest, name: str, resource_id: UUID) -> HttpResponseBase:
    """CKAN's `/dataset/<name>/resource/<uuid>` leads to the dataset, where the file is listed."""
    del resource_id
    return by_name(request, name)


@public_page
def history(request: HttpRequest, dataset_id: UUID, name: str) -> HttpResponse:
    """Every version of an entry, two of them side by side: `?from=2&to=5`, at first the latest two."""
    dataset = queries.dataset_for_page(dataset_id, reader(request))
    if dataset is None:
        return _tombstone(request, dataset_id)
    if name != dataset.name:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponsePermanentRedirect(f"{dataset.get_absolute_url()}/history{query}")
    revisions = queries.revisions_visible_to(dataset, reader(request))
    count = revisions.count()
    pages = max(1, -(-count // REVISIONS_PER_PAGE))
    page = min(whole_number(request, "page") or 1, pages)
    newer, older = _chosen(revisions, whole_number(request, "to"), whole_number(request, "from"))
    context = {
        "dataset": dataset,
        "revisions": revisions.defer("snapshot")[(page - 1) * REVISIONS_PER_PAGE :][:REVISIONS_PER_PAGE],
        "count": count,
        "older": older,
        "newer": newer,
        "changes": field_changes(
            older,
            newer,
            publisher_titles=queries.publisher_titles,
            series_titles=lambda ids: series.titles(ids, reader(request)),
            for_officials=reader(request).is_authenticated,
        )
        if newer and older
        else [],
        "page": page,
        "pages": pages,
        "page_url": lambda number: f"?page={number}",
    }
    return render(request, "dataset/history.html", context)


def _chosen(
    revisions: QuerySet[Revision], to: int | None, before: int | None
) -> tuple[Revision | None, Revision | None]:
    """The two versions to compare, newer first: those asked for, else the latest and the one before it."""
    newer = revisions.filter(number=to).first() if to else revisions.first()
    if newer is None:
        return None, None
    return newer, revisions.filter(**({"number": before} if before else {"number__lt": newer.number})).first()
