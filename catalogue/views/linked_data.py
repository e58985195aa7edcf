"""The catalogue and its entries in every form but pages: `/catalog.ttl`, `/dataset/<uuid>.ttl`, `….bib` and so on."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from catalogue import queries
from catalogue.models import Dataset, QualityReport
from catalogue.rdf.terms import Node
from catalogue.rdf.writers import FORMS, written
from catalogue.serializers.dcat.catalogue import catalogue_node, entry_nodes, page_of, paging_node
from catalogue.serializers.entries import entries_of, walk
from catalogue.serializers.forms import DATASET_FORMS
from catalogue.views.copies import whole_catalogue
from catalogue.views.reader import public_page, reader, whole_number

#: Media type → ending, of every form that has a media type of its own, and of the names that clients have for them.
ENDINGS = {
    media_type: ending
    for ending, form in DATASET_FORMS.items()
    for media_type in (form.media_type, *form.other_types)
    if media_type != "application/json"
}
_OFFERED = ["text/html", *ENDINGS]
_LONGEST_ACCEPT = 1_000


def wanted_form(request: HttpRequest) -> str:
    """The form that “Accept” prefers to a page; "" for the page."""
    accept = request.headers.get("Accept", "")
    if len(accept) > _LONGEST_ACCEPT or not any(media_type in accept for media_type in ENDINGS):
        return ""
    return ENDINGS.get(request.get_preferred_type(_OFFERED) or "", "")


def dataset_document(request: HttpRequest, dataset_id: UUID, ending: str) -> HttpResponse:
    """The entry in one form. Raises Http404 for one that the reader can't see."""
    found = entries_of([dataset_id], Dataset.objects.visible_to(reader(request)))
    if not found:
        if queries.tombstone_for_page(dataset_id) is None:
            raise Http404("No dataset has this address.")
        return HttpResponse("This dataset was withdrawn.\n", status=410, content_type="text/plain; charset=utf-8")
    form = DATASET_FORMS[ending]
    report = QualityReport.objects.filter(dataset=dataset_id).first() if ending in FORMS else None
    response = HttpResponse(form.render(found[0], report, settings.SITE_URL), content_type=form.content_type)
    response["Content-Location"] = f"/dataset/{dataset_id}.{ending}"
    response["Link"] = f'<{settings.SITE_URL}/dataset/{dataset_id}>; rel="canonical"'
    return response


@public_page
def dataset(request: HttpRequest, dataset_id: str, form: str) -> HttpResponse:
    """`/dataset/<uuid>.ttl`"""
    if form not in DATASET_FORMS:
        raise Http404("No dataset can be had in this form.")
    return dataset_document(request, UUID(dataset_id), form)


@public_page
def catalogue(request: HttpRequest, form: str) -> HttpResponseBase:
    """`/catalog.ttl?page=2`: a page of what anybody may see, the same for every reader; `?page=all`: the whole."""
    content_type = DATASET_FORMS[form].content_type
    if request.GET.get("page") == "all":
        return whole_catalogue(request, f"catalog.{form}.gz", lambda: written(_all(), form), content_type=content_type)
    if "page" in request.GET and whole_number(request, "page") is None:
        raise Http404("Pages have numbers, from 1.")
    public = Dataset.objects.public()
    total = public.count()
    page = page_of(whole_number(request, "page") or 1, total)
    if page is None:
        raise Http404("The catalogue has no such page.")
    entries = public.filter(id__gte=page.first)
    if page.after:
        entries = entries.filter(id__lt=page.after)
    modified = entries.aggregate(modified=Max("modified_at"))["modified"]

    def nodes() -> Iterator[Node]:
        yield catalogue_node(settings.SITE_URL, modified=modified)
        yield paging_node(page, form, settings.SITE_URL, total=total)
        yield from entry_nodes(walk(entries), settings.SITE_URL)

    return HttpResponse("".join(written(nodes(), form)), content_type=content_type)


def _all() -> Iterator[Node]:
    yield catalogue_node(settings.SITE_URL, modified=None)
    yield from entry_nodes(walk(Dataset.objects.public()), settings.SITE_URL)
