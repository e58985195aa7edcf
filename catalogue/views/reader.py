"""Who reads, and for how long an answer to them may be kept."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalogue.release_time import seconds_left
from publishers.models import User


def public_age(now: datetime.datetime | None = None) -> int:
    """Seconds for which an answer given now may be kept: until the minute is over.

    Entries are released at whole minutes (`catalogue.release_time`), so no cache lives across a release.
    """
    return seconds_left(now or timezone.now())


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def reader(request: HttpRequest) -> User | AnonymousUser:
    """Whoever asks. The session of someone who has none is not touched, so that no cookie is set."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return AnonymousUser()
    return request.user


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A number of a page's address, from 1; None for anything else. People mend addresses by hand: no error."""
    text = request.GET.get(name, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 9 else None


def public_page(view: View[P]) -> View[P]:
    """A page to be read: GET and HEAD only; caches may share the anonymous answer, and keep no other."""

    @csrf_exempt  # so that POST is told 405, which is true, rather than that its form stood open too long
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if not reader(request).is_anonymous:
            patch_cache_control(response, private=True, no_store=True)
        elif response.status_code in {200, 301, 302, 410}:
            patch_cache_control(response, public=True, max_age=public_age())
        else:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped
