"""Who calls the API: whoever an API token speaks for, else whoever is signed in."""

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from publishers.actions import tokens
from publishers.models import User

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. A token that is not good is told so (401): the caller meant to be somebody."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.casefold() != SCHEME.casefold():
            return None
        user = tokens.owner_of(text.strip(), now=timezone.now())
        if user is None:
            raise AuthenticationFailed(
                "This API token is not known, was revoked or has run out: make a new one in the workplace, under “API "
                "tokens”."
            )
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'


class SignedInAuthentication(SessionAuthentication):
    """Whoever is signed in; somebody who has no session costs no query and gets no cookie."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        return (found[0], None) if found and isinstance(found[0], User) else None


class TokenDescription(OpenApiAuthenticationExtension):
    """How the API's description tells of tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, made in the workplace under “API tokens”. Reading what is public needs none.",
        }


class SessionDescription(OpenApiAuthenticationExtension):
    """How the API's description tells of people who are signed in."""

    target_class = SignedInAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Whoever is signed in."}


def ckan_user(request: HttpRequest) -> User | None:
    """For whom a call of CKAN's API speaks: its clients send the bare token in either header, or both.

    Raises nothing: in CKAN a token that is not good makes its bearer anonymous.
    """
    for name in ("HTTP_X_CKAN_API_KEY", "HTTP_AUTHORIZATION"):
        text = request.META.get(name, "").strip().removeprefix(f"{SCHEME} ")
        if text and (user := tokens.owner_of(text, now=timezone.now())):
            return user
    return None
