"""`/dataset/<uuid>.croissant.json`: which tables and columns the files of a dataset hold, for machine learning."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from catalogue import queries
from catalogue.serializers.page import citation
from catalogue.views.reader import public_page, reader
from files.queries import files_with_tables
from files.serializers.croissant import croissant


@public_page
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    found = queries.dataset_for_page(dataset_id, reader(request))
    if found is None:
        raise Http404("No dataset has this address.")
    cited = citation(found, settings.SITE_URL)
    body = croissant(found, files_with_tables(found), cited, settings.SITE_URL)
    return JsonResponse(
        body, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
