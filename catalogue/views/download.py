"""Files that we hold, given as attachments: nothing that somebody uploaded is ever shown as a page of ours."""

import base64
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from catalogue.models import Dataset, UploadedFile
from catalogue.views.reader import public_page, reader, whole_number


@public_page
def download(request: HttpRequest, dataset_id: UUID, resource_id: UUID, file_name: str) -> HttpResponseBase:
    """The latest version of a file, or the one that `?version=` names, to those who may see its entry."""
    if not Dataset.objects.visible_to(reader(request)).filter(id=dataset_id).exists():
        raise Http404
    versions = UploadedFile.objects.filter(dataset_id=dataset_id, resource_id=resource_id).order_by("-number")
    number = whole_number(request, "version")
    found = (versions.filter(number=number) if number else versions).first()
    if found is None:
        raise Http404
    try:
        file = default_storage.open(found.stored_as)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, as_attachment=True, filename=found.file_name, content_type=found.media_type)
    response["Content-Length"] = str(found.size_bytes)
    response["X-Content-Type-Options"] = "nosniff"
    response["Repr-Digest"] = f"sha-256=:{_base64(found.sha256)}:"
    return response


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
