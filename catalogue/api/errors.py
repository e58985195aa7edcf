"""One shape for every error of /api/v1: RFC 9457 problem details, as `application/problem+json`."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

PROBLEM_JSON = "application/problem+json"

#: Every address under this has errors of this shape.
PREFIX = "/api/v1"

#: What a caller should know when an error says nothing better.
_DETAILS = {
    400: "Something in the address or in what was sent is not as it should be.",
    403: "You may not do this here.",
    404: "There is nothing at this address. It may have been withdrawn, or not be public.",
    401: "Say who you are: send “Authorization: Bearer” and an API token, which you make in the workplace.",
    405: "This address doesn’t take this method: “Allow” names those that it takes.",
    406: "Answers are JSON: ask for application/json, or leave “Accept” out.",
    414: "An address may have 8,190 characters with its query. Ask for less at once, or ask CKAN’s actions by POST.",
    500: "The fault is ours and has been recorded. Try again in a few minutes.",
}


class ServiceUnavailable(exceptions.APIException):
    status_code = 503
    default_detail = "Not ready yet. Try again in a minute."
    wait = 60


class Gone(exceptions.APIException):
    """Something was here and will not come back."""

    status_code = 410


class ProblemRenderer(JSONRenderer):
    media_type = PROBLEM_JSON


def problem(status: int, *, detail: str, errors: Any = None) -> dict[str, Any]:
    """The body of an error answer. `errors` maps parameters, or JSON pointers into the body, to what is wrong there."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return body | ({"errors": errors} if errors else {})


def problem_json(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler for the whole API; None leaves what we did not foresee to Django's own handling."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if not isinstance(exception, exceptions.APIException):
        return None
    if (exception.status_code in _DETAILS and exception.detail == exception.default_detail) or isinstance(
        exception, exceptions.MethodNotAllowed | exceptions.NotAcceptable
    ):
        exception.detail = exceptions.ErrorDetail(_DETAILS[exception.status_code])
    set_rollback()
    detail = exception.detail
    errors = detail if isinstance(detail, dict) else None
    text = (
        "Some values can’t be used: see “errors”." if errors else str(detail[0] if isinstance(detail, list) else detail)
    )
    challenge = getattr(exception, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(ceil(wait))
    body = problem(exception.status_code, detail=text, errors=errors) | getattr(exception, "extra", {})
    response = Response(body, exception.status_code, headers=headers)
    request = context.get("request")
    if request is not None:
        request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), PROBLEM_JSON
    response.content_type = PROBLEM_JSON
    return response


def is_api(request: HttpRequest) -> bool:
    """Whether errors at this address have our shape."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def problem_response(status: int) -> JsonResponse:
    """An error that no view answered for: an unknown address, a request that Django refused, a fault of ours."""
    response = JsonResponse(problem(status, detail=_DETAILS[status]), status=status, content_type=PROBLEM_JSON)
    patch_cache_control(response, private=True, no_store=True)
    return response


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """For addresses under /api/v1 that nothing answers."""
    del request, path
    return problem_response(404)
