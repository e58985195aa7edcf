"""Addresses of data.gov.uk's past that must go on leading somewhere useful."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from catalogue.search_parameters import SearchParameters
from catalogue.views.reader import public_page
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
