"""API tokens: making, using and revoking them."""

import datetime
import hashlib
import secrets
from typing import Final

from publishers.actions import audit
from publishers.enums import AuditAction, TokenScope
from publishers.models import ApiToken, Publisher, User
from publishers.permissions import acting_through

#: How every token begins, so that scanners of leaked secrets know one when they see it.
PREFIX: Final = "domesday_"

#: How many usable tokens one person may have.
MOST_TOKENS: Final = 100

#: The time of last use is noted no more often than this: reading must not mean writing.
_NOTED_EVERY: Final = datetime.timedelta(minutes=1)


class TooManyTokens(Exception):
    """Somebody has as many tokens as one person may have."""


def digest_of(token: str) -> str:
    """What is stored of a token, or of an invitation’s. It is random and long, so that one fast hash keeps it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create(
    *,
    user: User,
    name: str,
    scope: TokenScope,
    now: datetime.datetime,
    publisher: Publisher | None = None,
    expires_at: datetime.datetime | None = None,
    who: audit.Who | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for a person; return it with its text, which can't be had again."""
    if ApiToken.objects.usable(now).filter(user=user).count() >= MOST_TOKENS:
        raise TooManyTokens(f"You have {MOST_TOKENS} tokens already: revoke those that nothing uses any more.")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        publisher=publisher,
        digest=digest_of(text),
        hint=text[:12],
        created_at=now,
        expires_at=expires_at,
    )
    _record(AuditAction.TOKEN_CREATED, token, who or audit.Who(user), now)
    return token, text


def revoke(token: ApiToken, *, now: datetime.datetime, who: audit.Who | None = None) -> None:
    """End a token at once and for ever. Doing it again changes nothing."""
    if ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=now):
        token.revoked_at = now
        _record(AuditAction.TOKEN_REVOKED, token, who or audit.Who(token.user), now)


def owner_of(text: str, *, now: datetime.datetime) -> User | None:
    """The person for whom this token speaks, held to what it allows; None for one that is not, or no longer, good."""
    if not text.startswith(PREFIX) or len(text) > 200:
        return None
    token = ApiToken.objects.usable(now).select_related("user").filter(digest=digest_of(text)).first()
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
        ApiToken.objects.filter(id=token.id).update(last_used_at=now)
    return acting_through(token.user, token)


def _record(action: AuditAction, token: ApiToken, who: audit.Who, now: datetime.datetime) -> None:
    audit.record(
        action,
        who=who,
        now=now,
        publisher=token.publisher,
        object_id=token.id,
        object_label=str(token),
        detail={"scope": token.scope, "owner": token.user.email},
    )
