"""The whole catalogue in one answer: from the copy that is kept, or written as it goes."""

import gzip
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from catalogue.dumps.kept import servable
from catalogue.models import Dataset
from catalogue.serializers.fingerprint import fingerprint
from catalogue.views.ranges import not_modified, pieces

#: A catalogue of no more datasets than these is written anew for each who asks, and so is never out of date.
LIVE_UP_TO = 2_000


def whole_catalogue(
    request: HttpRequest, name: str, live: Callable[[], Iterator[str]], *, content_type: str
) -> HttpResponseBase:
    """The dump's file `name`, unpacked for who takes no gzip, if the catalogue is large and the copy may be served.

    Else what `live` writes, piece by piece.
    """
    response: HttpResponseBase
    public = Dataset.objects.public()
    is_large = public.count() > LIVE_UP_TO
    found = servable(timezone.now()) if is_large else None
    kept = found.file(name) if found else None
    if found is None or kept is None:
        response = StreamingHttpResponse(live(), content_type=content_type)
        if not is_large:
            # Nothing is written so far: what changes from now on makes the next tag another. Django's middleware
            # compares it, and nothing is written for who has the same
            response["ETag"] = f'W/"{fingerprint(public)}"'
        return response
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    etag, modified = f'"{kept.sha256}{"" if takes_gzip else "-plain"}"', found.made_at
    if not_modified(request, etag, modified):
        response = HttpResponse(status=304)
    elif takes_gzip:
        response = StreamingHttpResponse(pieces(found.path(kept).open("rb")), content_type=content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = StreamingHttpResponse(pieces(gzip.open(found.path(kept))), content_type=content_type)  # noqa: SIM115
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified.timestamp())
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
