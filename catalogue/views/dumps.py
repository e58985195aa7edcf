"""The whole catalogue to download: `/data/dumps`, `/data.json`, `/dcat-us-3.json`."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from catalogue.dumps.formats import FILES
from catalogue.dumps.kept import Manifest, servable
from catalogue.models import Dataset
from catalogue.serializers import data_json, dcat_us
from catalogue.serializers.entries import Entry, walk
from catalogue.views.copies import whole_catalogue
from catalogue.views.ranges import file_response
from catalogue.views.reader import public_page
from services.compact_json import dumps as as_json

_WAIT = 600


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """`/data/dumps`: what there is, how large it is, its checksums."""
    return render(request, "pages/dumps.html", {"manifest": servable(timezone.now()), "site_url": settings.SITE_URL})


@public_page
def manifest(request: HttpRequest) -> HttpResponse:
    """`/data/dumps/manifest.json`"""
    del request
    found = servable(timezone.now())
    return JsonResponse(_described(found)) if found else _not_ready()


def _described(found: Manifest) -> dict[str, Any]:
    described = found.as_json()
    del described["folder"]
    for file in described["files"]:
        file["url"] = f"{settings.SITE_URL}/data/dumps/{file['name']}"
    return described | {"changes": f"{settings.SITE_URL}/api/v1/changes?since={found.position}"}


@public_page
def checksums(request: HttpRequest) -> HttpResponse:
    """`/data/dumps/SHA256SUMS`, as `sha256sum --check` reads it."""
    del request
    found = servable(timezone.now())
    if found is None:
        return _not_ready()
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in found.files)
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


@public_page
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """`/data/dumps/<file>`, whole or from where an earlier download broke off."""
    if name not in {file.name for file in FILES}:
        raise Http404("There is no such file.")
    found = servable(timezone.now())
    kept = found.file(name) if found else None
    if found is None or kept is None:
        return _not_ready()
    try:
        response = file_response(
            request, found.path(kept), media_type=kept.media_type, etag=f'"{kept.sha256}"', modified=found.made_at
        )
    except FileNotFoundError as error:  # a newer dump has taken its place this very moment
        raise Http404("This file was just replaced: ask again.") from error
    response["Content-Disposition"] = f'attachment; filename="{kept.name}"'
    return response


def _not_ready() -> HttpResponse:
    """No dump was made yet, or the one there is holds an entry that was withdrawn."""
    response = HttpResponse("The files are being made. Try again in ten minutes.\n", status=503)
    response["Content-Type"] = "text/plain; charset=utf-8"
    response["Retry-After"] = str(_WAIT)
    return response


@public_page
def data_json_file(request: HttpRequest) -> HttpResponseBase:
    """`/data.json`: DCAT-US 1.1."""
    head = {"@id": f"{settings.SITE_URL}/data.json", **data_json.HEAD}
    return _catalogue(request, "data.json.gz", head, data_json.data_json)


@public_page
def dcat_us_file(request: HttpRequest) -> HttpResponseBase:
    """`/dcat-us-3.json`: DCAT-US 3.0."""
    return _catalogue(request, "dcat-us-3.json.gz", dcat_us.HEAD, dcat_us.dcat_us)


def _catalogue(
    request: HttpRequest, name: str, head: dict[str, Any], make: Callable[[Entry, str], dict[str, Any]]
) -> HttpResponseBase:
    return whole_catalogue(request, name, lambda: _written(head, make), content_type="application/json")


def _written(head: dict[str, Any], make: Callable[[Entry, str], dict[str, Any]]) -> Iterator[str]:
    yield as_json(head)[:-1] + ',"dataset":['
    separator = ""
    for entry in walk(Dataset.objects.public()):
        yield f"{separator}\n{as_json(make(entry, settings.SITE_URL))}"
        separator = ","
    yield "\n]}\n"
