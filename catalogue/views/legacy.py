"""Addresses of data.gov.uk's past that must go on leading somewhere useful."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from catalogue.models import Dataset, Resource
from catalogue.search_parameters import SearchParameters
from catalogue.views.reader import public_page, reader
from catalogue.vocabularies.formats import format_from

#: Old CKAN's parameter → our facet.
_OLD_FILTERS = {"publisher": "publisher", "organization": "publisher", "theme-primary": "topic", "res_format": "format"}


@public_page
def data_search(request: HttpRequest) -> HttpResponse:
    """`/data/search?q=&res_format=&publisher=&theme-primary=&license_id-is-ogl=true`, as it was until 2018."""
    filters: dict[str, tuple[str, ...]] = {}
    for old, facet in _OLD_FILTERS.items():
        values = [value.strip()[:200] for value in request.GET.getlist(old) if value.strip("\x00 ")]
        if facet == "format":
            values = [format_from(value) or value for value in values]
        elif facet == "topic":
            values = [value.lower().replace("&", "and").replace(" ", "-") for value in values]
        if values:
            filters[facet] = (*filters.get(facet, ()), *values)
    if request.GET.get("license_id-is-ogl", "").lower() == "true":
        filters["licence_code"] = ("uk-ogl",)
    q = request.GET.get("q", "").replace("\x00", "").strip()
    return HttpResponsePermanentRedirect(SearchParameters(q=q, filters=filters).url())


@public_page
def preview(request: HttpRequest, dataset_id: UUID, name: str, resource_id: UUID) -> HttpResponse:
    """A file's preview leads to the file in its dataset's list, and will show the file's content there."""
    del name
    resource = get_object_or_404(Resource.objects.select_related("dataset"), id=resource_id, dataset_id=dataset_id)
    if not Dataset.objects.visible_to(reader(request)).contains(resource.dataset):
        raise Http404("No file has this address.")
    return HttpResponseRedirect(f"{resource.dataset.get_absolute_url()}#data-links")
