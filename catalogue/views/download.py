"""Files that we hold, given as attachments: nothing that somebody uploaded is ever shown as a page of ours."""

import base64
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from catalogue.actions import held_files, virus_scans
from catalogue.models import Dataset, UploadedFile
from catalogue.views.ranges import OpenPart, ranged
from catalogue.views.reader import public_page, reader, whole_number
from publishers.permissions import Permission, has_permission


@public_page
def download(request: HttpRequest, dataset_id: UUID, resource_id: UUID, file_name: str) -> HttpResponseBase:
    """The latest version of a file, or the one that `?version=` names, to those who may see its entry.

    What came with a change that waits for approval is for those who work on the entry: the latest is none of it.
    """
    dataset = Dataset.objects.visible_to(reader(request)).filter(id=dataset_id).only("publisher_id").first()
    if dataset is None:
        raise Http404
    versions = UploadedFile.objects.filter(dataset_id=dataset_id, resource_id=resource_id)
    versions = versions.order_by("is_held", "-number")
    if not has_permission(reader(request), Permission.VIEW_UNPUBLISHED, dataset.publisher_id):
        versions = versions.filter(is_held=False)
    number = whole_number(request, "version")
    found = (versions.filter(number=number) if number else versions).first()
    if found is None:
        raise Http404
    if found.found_by:
        return render(request, "errors/file_unavailable.html", {"reason": "virus"}, status=410)
    if not virus_scans.is_served(found):
        return _not_now(request, "scan", wait=3600)
    try:
        response = ranged(
            request,
            lambda start, end: OpenPart(held_files.open_held(found.stored_as, start, end), end - start),
            size=found.size_bytes,
            media_type=found.media_type,
            etag=f'"{found.sha256}"',
            modified=found.uploaded_at,
        )
    except FileNotFoundError:
        raise Http404 from None
    except held_files.StoreUnavailable:
        return _not_now(request, "store", wait=300)
    response["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Repr-Digest"] = f"sha-256=:{_base64(found.sha256)}:"
    return response


def _not_now(request: HttpRequest, reason: str, *, wait: int) -> HttpResponseBase:
    response = render(request, "errors/file_unavailable.html", {"reason": reason}, status=503)
    response["Retry-After"] = str(wait)
    return response


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
