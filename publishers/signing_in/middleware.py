"""Whoever has a second step is nobody until they have taken it, however their session came about.

Every view, the admin, the API and CKAN's ask `request.user`; this is where it comes from. So a way in that forgets the
second step (a new view that calls `login`, a password that was reset) leads no further than the sign-in page.
"""

from typing import Final

from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from publishers.models import User
from publishers.permissions import must_have_second_step

#: Where a session says which second step was taken.
_MARK: Final = "second_step"

#: The pages on which somebody sets up the second step that they must have.
SET_UP_PREFIX: Final = "/second-step"


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's own, with the second step seen to. As lazy: pages that ask nobody's name read no session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        user = SimpleLazyObject(lambda: _user_of(request))
        request.user = user  # type: ignore[assignment]

        async def auser() -> User | AnonymousUser:
            return await sync_to_async(lambda: _user_of(request))()

        request.auser = auser


def mark(request: HttpRequest, user: User) -> None:
    """This session's owner has taken their second step."""
    request.session[_MARK] = _second_step_id(user)


def waits_for_set_up(request: HttpRequest) -> bool:
    """Whether somebody has come as far as their password, and must set up a second step to go on."""
    user = get_user(request)
    return isinstance(user, User) and _second_step_id(user) is None and must_have_second_step(user)


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    user = get_user(request)
    if not isinstance(user, User):
        return AnonymousUser()
    step: int | None = getattr(user, "second_step_id", None)
    if step is not None:
        return user if request.session.get(_MARK) == step else AnonymousUser()
    if not request.path_info.startswith(SET_UP_PREFIX) and must_have_second_step(user):
        return AnonymousUser()
    return user


def _second_step_id(user: User) -> int | None:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).values_list("pk", flat=True).first()
