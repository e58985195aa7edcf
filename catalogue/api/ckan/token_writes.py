"""Actions about API tokens: one's own, made with a token that allows it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, Invalid, NotFound
from catalogue.api.ckan.rights import now, person, who
from catalogue.serializers.ckan_bodies import moment
from publishers.actions import tokens
from publishers.enums import TokenScope
from publishers.models import ApiToken, User
from publishers.permissions import token_of


def api_token_create(arguments: Arguments) -> dict[str, Any]:
    """Make another token for yourself, which may do what this one may. Its text is given once.

    user: your own name. name: what it is for. expires_in: in how many seconds it runs out, or in how many times `unit`.
    """
    user = _self(arguments)
    own = token_of(user)
    if own is None or own.scope == TokenScope.READ:
        raise AccessDenied("This token may only read: it makes no others")
    name = arguments.required("name")
    if len(name) > 200:
        raise Invalid(name="Must be at most 200 characters")
    expires_at = own.expires_at
    if arguments.has("expires_in"):
        seconds = arguments.whole("expires_in", default=0, lowest=1) * arguments.whole("unit", default=1, lowest=1)
        wished = now() + timedelta(seconds=min(seconds, 10**9))
        expires_at = min(wished, own.expires_at) if own.expires_at else wished
    try:
        token, text = tokens.create(
            user=user,
            name=name,
            scope=TokenScope(own.scope),
            publisher=own.publisher,
            expires_at=expires_at,
            now=now(),
            who=who(arguments),
        )
    except tokens.TooManyTokens as error:
        raise AccessDenied(str(error)) from None
    return {"token": text, "id": str(token.id)}


def api_token_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Your own tokens that can still be used, without their text.

    user_id: your own name.
    """
    user = _self(arguments)
    return [
        {
            "id": str(token.id),
            "name": token.name,
            "user_id": str(user.pk),
            "created_at": moment(token.created_at),
            "last_access": moment(token.last_used_at) if token.last_used_at else None,
            "expires_at": moment(token.expires_at) if token.expires_at else None,
        }
        for token in ApiToken.objects.usable(now()).filter(user=user)
    ]


def api_token_revoke(arguments: Arguments) -> None:
    """End one of your own tokens.

    jti: its id; or token: its text.
    """
    user = _self(arguments)
    own = ApiToken.objects.filter(user=user)
    if arguments.text("token"):
        found = own.filter(digest=tokens.digest_of(arguments.text("token"))).first()
    else:
        try:
            found = own.filter(id=UUID(arguments.required("jti"))).first()
        except ValueError:
            found = None
    if found is None:
        raise NotFound("API token was not found.")
    tokens.revoke(found, now=now(), who=who(arguments))


def _self(arguments: Arguments) -> User:
    """Whoever asks. Raises `AccessDenied` where the tokens of somebody else are meant."""
    user = person(arguments, "manage API tokens")
    named = arguments.text("user") or arguments.text("user_id") or arguments.text("user_id_or_name")
    if named and named.casefold() not in {user.email.casefold(), str(user.pk)}:
        raise AccessDenied("Tokens are their owner's own business: you may only manage yours")
    return user
