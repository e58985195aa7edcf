"""Addresses that are too long. Proxies read no more than 8 KiB of one: what they refuse must not work without them."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from catalogue.api.ckan.transport import address_too_long as too_long_for_ckan
from catalogue.api.ckan.transport import is_ckan
from catalogue.views.errors import address_too_long

#: Characters of an address with its query, as it was sent.
LONGEST: Final = 8_190


class LongAddressMiddleware:
    """Answers them with 414, and what to do, in the language of what was asked: a page, problem+json or CKAN's JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if len(request.META.get("RAW_URI", "")) <= LONGEST:  # gunicorn's: the address as it came
            return self._get_response(request)
        return too_long_for_ckan(request) if is_ckan(request) else address_too_long(request)
