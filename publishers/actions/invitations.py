"""Asking somebody to work for a publisher, and their answer."""

import datetime
import secrets
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from publishers.actions import audit, members
from publishers.actions.mail import send
from publishers.actions.tokens import digest_of
from publishers.enums import AuditAction, Role
from publishers.models import Invitation, Publisher, User
from publishers.permissions import Permission, has_permission

#: How long an invitation can be accepted.
GOOD_FOR: Final = datetime.timedelta(days=7)

_TEXT: Final = """{who} asks you to work for {publisher} on Domesday, the catalogue of government data, as {role}.

Open this address within seven days and choose a password:

{address}

If you did not expect this, leave it: nothing happens.
"""


def invite(
    *,
    email: str,
    publisher: Publisher,
    role: Role,
    by: User,
    now: datetime.datetime,
    name: str = "",
    address: str = "",
) -> Invitation:
    """Ask somebody by mail. An earlier invitation of theirs to the same publisher ends.

    Raises `OSError` where the mail can't be sent; then nobody is invited.
    """
    email = User.objects.normalize_email(email)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.open(now).filter(email__iexact=email, publisher=publisher).update(revoked_at=now)
        invitation = Invitation.objects.create(
            email=email,
            name=name,
            publisher=publisher,
            role=role,
            invited_by=by,
            digest=digest_of(token),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        _record(AuditAction.INVITED, invitation, audit.Who(by, address=address), now)
        text = _TEXT.format(
            who=by,
            publisher=publisher.title,
            role=Role(role).label.lower(),
            address=f"{settings.SITE_URL}/invitation/{token}",
        )
        send(email, subject=f"Work with {publisher.title} on Domesday", text=text)
    return invitation


def open_invitation(token: str, *, now: datetime.datetime) -> Invitation | None:
    """The invitation that this link is for, if it can still be accepted."""
    return next(_that_stand(Invitation.objects.open(now).filter(digest=digest_of(token))), None)


def open_for(email: str, *, now: datetime.datetime) -> list[Invitation]:
    """The invitations that whoever reads this mail address can still accept."""
    return list(_that_stand(Invitation.objects.open(now).filter(email__iexact=email).order_by("created_at")))


def account_of(invitation: Invitation) -> User | None:
    """The account that whoever is invited has already."""
    return User.objects.filter(email__iexact=invitation.email).first()


def accept(
    invitation: Invitation, *, now: datetime.datetime, name: str = "", password: str | None = None, address: str = ""
) -> User | None:
    """Let whoever was invited work for the publisher; None if another request was faster.

    Somebody who has no account gets one, with this name and password. One who has an account keeps their password: the
    link proves who reads their mail, which is no reason to hand over an account that exists.
    """
    with transaction.atomic():
        if not Invitation.objects.open(now).filter(id=invitation.id).update(accepted_at=now):
            return None
        user = account_of(invitation)
        if user is None:
            user = User.objects.create_user(invitation.email, password, name=name or invitation.name)
        who = audit.Who(user, address=address)
        _record(AuditAction.INVITATION_ACCEPTED, invitation, who, now)
        members.put(user, invitation.publisher, Role(invitation.role), who=who, now=now)
        return user


def revoke(invitation: Invitation, *, who: audit.Who, now: datetime.datetime) -> None:
    """End an invitation that nobody has accepted yet."""
    if Invitation.objects.open(now).filter(id=invitation.id).update(revoked_at=now):
        _record(AuditAction.INVITATION_REVOKED, invitation, who, now)


def _that_stand(found: QuerySet[Invitation]) -> Iterator[Invitation]:
    """Those whose sender may still invite: whoever leaves takes along the invitations that nobody has accepted."""
    for invitation in found.select_related("publisher", "invited_by"):
        sender = invitation.invited_by
        if sender and has_permission(sender, Permission.MANAGE_MEMBERS, invitation.publisher):
            yield invitation


def _record(action: AuditAction, invitation: Invitation, who: audit.Who, now: datetime.datetime) -> None:
    audit.record(
        action,
        who=who,
        now=now,
        publisher=invitation.publisher,
        object_id=invitation.id,
        object_label=f"{invitation.email}: {Role(invitation.role).label}",
    )
