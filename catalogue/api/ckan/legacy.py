"""`search/dataset`: what searching was before actions, and what data.gov.uk still answers.

`/api/search/dataset` gives the bare result. `/api/3/search/dataset` did so once and gives CKAN's envelope today: it has
the members of both, for clients of either age.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from catalogue.api.ckan.query.syntax import escaped
from catalogue.api.ckan.transport import call, envelope

#: Names of old → names of now.
_RENAMED = {"limit": "rows", "offset": "start"}
_FIELDS = ("title", "tags", "notes", "groups", "author", "organization", "res_format", "name", "license_id")


@csrf_exempt
def search_dataset(request: HttpRequest) -> HttpResponse:
    return call(request, "package_search", lambda result: result, _modern)


@csrf_exempt
def search_dataset_v3(request: HttpRequest) -> HttpResponse:
    return call(
        request, "package_search", lambda result: {**envelope("package_search", result), **_bare(result)}, _modern
    )


def _bare(result: dict[str, Any]) -> dict[str, Any]:
    return {"count": result["count"], "results": result["results"]}


def _modern(values: dict[str, Any]) -> dict[str, Any]:
    """The arguments in today's names; a field given as a parameter becomes a filter."""
    found = {_RENAMED.get(name, name): value for name, value in values.items()}
    found.pop("all_fields", None)
    if order := found.pop("order_by", None):
        found.setdefault("sort", f"{order} asc")
    filters = []
    for name in _FIELDS:
        value = found.pop(name, None)
        texts = value if isinstance(value, list) else [] if value is None else [value]
        filters += [f"{name}:{escaped(str(text))}" for text in texts]
    if filters:
        given = found.get("fq_list")
        found["fq_list"] = [*(given if isinstance(given, list) else [given] if given else []), *filters]
    return found
