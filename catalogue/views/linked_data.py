"""The catalogue and its entries in RDF: `/catalog.ttl`, `/dataset/<uuid>.ttl` and their other forms."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse

from catalogue import queries
from catalogue.models import Dataset, QualityReport
from catalogue.rdf.terms import Node
from catalogue.rdf.writers import FORMS, written
from catalogue.serializers.dcat.catalogue import catalogue_node, entry_nodes, page_of, paging_node
from catalogue.serializers.dcat.dataset import dataset_address, dataset_nodes
from catalogue.serializers.dcat.quality import criterion_measurements
from catalogue.serializers.entries import entries_of, walk
from catalogue.views.reader import public_page, reader, whole_number

#: Media type → ending, of every form, and of the names that clients have for them.
ENDINGS = {media_type: ending for ending, form in FORMS.items() for media_type in (form.media_type, *form.other_types)}
_OFFERED = ["text/html", *ENDINGS]


def wanted_form(request: HttpRequest) -> str:
    """The form of RDF that “Accept” prefers to a page; "" for the page."""
    accept = request.headers.get("Accept", "")
    if len(accept) > 1_000 or not any(media_type in accept for media_type in ENDINGS):
        return ""
    return ENDINGS.get(request.get_preferred_type(_OFFERED) or "", "")


def dataset_document(request: HttpRequest, dataset_id: UUID, form: str) -> HttpResponse:
    """The entry in one form of RDF. Raises Http404 for one that the reader can't see."""
    found = entries_of([dataset_id], Dataset.objects.visible_to(reader(request)))
    if not found:
        if queries.tombstone_for_page(dataset_id) is None:
            raise Http404("No dataset has this address.")
        return HttpResponse("This dataset was withdrawn.\n", status=410, content_type="text/plain; charset=utf-8")
    nodes = dataset_nodes(found[0], settings.SITE_URL)
    if report := QualityReport.objects.filter(dataset=dataset_id).first():
        address = dataset_address(found[0].dataset, settings.SITE_URL)
        nodes += criterion_measurements(report, address, settings.SITE_URL)
    response = HttpResponse("".join(written(nodes, form)), content_type=_content_type(form))
    response["Content-Location"] = f"/dataset/{dataset_id}.{form}"
    response["Link"] = f'<{settings.SITE_URL}/dataset/{dataset_id}>; rel="canonical"'
    return response


def _content_type(form: str) -> str:
    media_type = FORMS[form].media_type
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


@public_page
def dataset(request: HttpRequest, dataset_id: str, form: str) -> HttpResponse:
    """`/dataset/<uuid>.ttl`"""
    return dataset_document(request, UUID(dataset_id), form)


@public_page
def catalogue(request: HttpRequest, form: str) -> HttpResponse:
    """`/catalog.ttl?page=2`: a page of what anybody may see, the same for every reader."""
    if "page" in request.GET and whole_number(request, "page") is None:
        raise Http404("Pages have numbers, from 1.")
    public = Dataset.objects.public()
    about = public.aggregate(modified=Max("modified_at"))
    total = public.count()
    page = page_of(whole_number(request, "page") or 1, total)
    if page is None:
        raise Http404("The catalogue has no such page.")
    entries = public.filter(id__gte=page.first)
    if page.after:
        entries = entries.filter(id__lt=page.after)

    def nodes() -> Iterator[Node]:
        yield catalogue_node(settings.SITE_URL, modified=about["modified"])
        yield paging_node(page, form, settings.SITE_URL, total=total)
        yield from entry_nodes(walk(entries), settings.SITE_URL)

    return HttpResponse("".join(written(nodes(), form)), content_type=_content_type(form))
