"""`/id/<identifier>`: one address for everything that an entry was ever called, here or elsewhere."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from catalogue import queries
from catalogue.views.reader import public_page, reader

_LONGEST = 1_000


@public_page
def resolve(request: HttpRequest, identifier: str = "") -> HttpResponseBase:
    """Leads to the entry which has or had this name, UUID, DOI or identifier at its source, or which has this file.

    Identifiers of sources are not unique: where several entries have one, all are named (300).
    """
    key = (identifier or request.GET.get("identifier", "")).strip()
    if not key or len(key) > _LONGEST or "\x00" in key:
        raise Http404("Nothing has this identifier.")
    found = queries.datasets_identified(key, reader(request))
    if not found:
        raise Http404("Nothing has this identifier.")
    if len(found) == 1:
        return redirect(found[0])
    context = {"identifier": key, "datasets": found}
    response: HttpResponse = render(request, "dataset/choices.html", context, status=300)
    return response
