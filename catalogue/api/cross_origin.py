"""What scripts of other sites may read: /api/v1, and whatever is for everybody and no page. Source: WHATWG Fetch, CORS.

Nothing is given away by it: such scripts come without the reader's cookies, and a token is sent on purpose. CKAN's API
says the same in CKAN's words (`catalogue/api/ckan/transport.py`).
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from catalogue.api.errors import is_api

_READABLE: Final = "ETag, Link, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
_SENT: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range"
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_DAY: Final = "86400"


class CrossOriginMiddleware:
    """Stands outside of what answers 304, which a script must be let read too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request) and _is_preflight(request):
            answer = HttpResponse(status=204)
            answer["Access-Control-Allow-Origin"] = "*"
            answer["Access-Control-Allow-Methods"] = _METHODS
            answer["Access-Control-Allow-Headers"] = _SENT
            answer["Access-Control-Max-Age"] = _DAY
            return answer
        response = self._get_response(request)
        is_open = is_api(request) or _is_public_data(response)
        if is_open and not response.has_header("Access-Control-Allow-Origin"):
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = _READABLE
        return response


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _is_public_data(response: HttpResponseBase) -> bool:
    if response.status_code in (301, 302):  # on the way to it
        return True
    directives = [part.strip() for part in response.headers.get("Cache-Control", "").split(",")]
    return "public" in directives and not response.headers.get("Content-Type", "").startswith("text/html")
