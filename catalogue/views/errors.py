"""Answers to what went wrong: pages, and problem+json under /api/v1. None of them asks the database for anything."""

import logging
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.cache import patch_cache_control

from catalogue.api.errors import is_api, problem_response

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that only has a slash too many leads to the page it means."""
    del exception
    meant = request.path_info.rstrip("/")
    if meant != request.path_info and meant and request.method in {"GET", "HEAD"} and is_valid_path(meant):
        query = request.META.get("QUERY_STRING")
        return HttpResponsePermanentRedirect(f"/{quote(meant.lstrip('/'))}{f'?{query}' if query else ''}")
    return _answer(request, 404)


def address_too_long(request: HttpRequest) -> HttpResponse:
    return _answer(request, 414)


def server_error(request: HttpRequest) -> HttpResponse:
    """Even a broken template must not keep the reader from an answer."""
    try:
        return _answer(request, 500)
    except Exception:
        logger.exception("The page for faults has a fault itself.")
        return HttpResponse("Sorry, something went wrong. Try again in a few minutes.", status=500)


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    """No cache keeps an error: what is not there now may be there in a minute."""
    if is_api(request):
        return problem_response(status)
    response = render(request, f"errors/{status}.html", status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response
