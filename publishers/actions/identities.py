"""Who comes in from the OpenID Connect provider. Nobody does who was not invited, but where an operator said so."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from publishers.actions import audit, invitations
from publishers.enums import AuditAction
from publishers.models import User


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider says of somebody. `email` is lower case; empty where it tells none."""

    issuer: str
    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""


class Refusal(StrEnum):
    """Why somebody whom the provider knows is not let in."""

    NO_ACCOUNT = "no_account"
    NOT_VERIFIED = "not_verified"
    OTHER_IDENTITY = "other_identity"
    CLOSED = "closed"


class Refused(Exception):
    """Somebody is not let in. `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def let_in(identity: Identity, *, now: datetime.datetime, address: str = "") -> User:
    """The person that an identity is, linked to it from now on. Raises `Refused`.

    An identity that is new here is taken for a person, or for somebody invited, only by a mail address that the
    provider has verified, and only where the operator trusts the provider with that.
    """
    with transaction.atomic():
        linked = (
            SocialAccount.objects.select_related("user").filter(provider=identity.issuer, uid=identity.subject).first()
        )
        user = linked.user if linked else _person_meant(identity, now=now, address=address)
        if not (user.is_active and user.is_staff):
            raise Refused(Refusal.CLOSED)
        if linked is None:
            link(user, identity, now=now, address=address)
        return user


def link(user: User, identity: Identity, *, now: datetime.datetime, address: str = "") -> None:
    """From now on, whoever the provider knows as this identity is this person.

    Raises `Refused` where the person is, or the identity belongs to, somebody else already: a mail address that passes
    to a new member of staff must not bring their predecessor's account with it.
    """
    theirs = SocialAccount.objects.filter(user=user, provider=identity.issuer)
    if theirs.filter(uid=identity.subject).exists():
        return
    if theirs.exists() or SocialAccount.objects.filter(provider=identity.issuer, uid=identity.subject).exists():
        raise Refused(Refusal.OTHER_IDENTITY)
    SocialAccount.objects.create(user=user, provider=identity.issuer, uid=identity.subject)
    _record(AuditAction.IDENTITY_LINKED, user, audit.Who(user, address=address), now)


def unlink(user: User, *, who: audit.Who, now: datetime.datetime) -> int:
    """Forget which identities a person has at providers; return how many there were."""
    count, _ = SocialAccount.objects.filter(user=user).delete()
    if count:
        _record(AuditAction.IDENTITY_UNLINKED, user, who, now)
    return count


def _person_meant(identity: Identity, *, now: datetime.datetime, address: str) -> User:
    if not settings.OIDC_TRUST_EMAIL or not identity.email:
        raise Refused(Refusal.NO_ACCOUNT)
    if not identity.is_verified:
        raise Refused(Refusal.NOT_VERIFIED)
    user = User.objects.filter(email__iexact=identity.email).first()
    if user:
        return user
    # A mail address that the provider has verified proves as much as the link in the mail
    for invitation in invitations.open_for(identity.email, now=now):
        user = invitations.accept(invitation, now=now, name=identity.name, address=address) or user
    if user is None and identity.email.rpartition("@")[2] in settings.OIDC_ALLOW_DOMAINS:
        user = User.objects.create_user(identity.email, name=identity.name)
        _record(AuditAction.ACCOUNT_OPENED, user, audit.Who(user, address=address), now)
    if user is None:
        raise Refused(Refusal.NO_ACCOUNT)
    return user


def _record(action: AuditAction, user: User, who: audit.Who, now: datetime.datetime) -> None:
    audit.record(action, who=who, now=now, object_id=user.pk, object_label=user.email)
