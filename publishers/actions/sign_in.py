"""Signing in: what is let pass, what is remembered, and what the audit log has of it."""

import datetime

from publishers.actions import audit
from publishers.enums import AuditAction
from publishers.models import SignInFailure, User
from publishers.throttling import PER_ADDRESS, WINDOW, is_refused


def may_try(account: str, *, address: str, now: datetime.datetime) -> bool:
    """Whether another attempt is let pass. One that is refused is noted."""
    account = account.strip().lower()[:254]
    recent = SignInFailure.objects.filter(at__gt=now - WINDOW)
    refused = is_refused(
        here=recent.filter(account=account, address=address).count(),
        address=recent.filter(address=address).count(),
        account=recent.filter(account=account).count(),
    )
    if refused:
        audit.record(AuditAction.SIGN_IN_REFUSED, who=audit.Who(label=account, address=address), now=now)
    return not refused


def may_try_from(address: str, *, now: datetime.datetime) -> bool:
    """Whether another attempt by way of the provider is let pass, before it is known whose it is."""
    is_free = SignInFailure.objects.filter(at__gt=now - WINDOW, address=address).count() < PER_ADDRESS
    if not is_free:
        audit.record(AuditAction.SIGN_IN_REFUSED, who=audit.Who(address=address), now=now)
    return is_free


def note_failure(account: str, *, address: str, now: datetime.datetime) -> None:
    """An attempt failed."""
    account = account.strip().lower()[:254].replace("\x00", "")
    SignInFailure.objects.create(account=account, address=address, at=now)
    audit.record(AuditAction.SIGN_IN_FAILED, who=audit.Who(label=account, address=address), now=now)


def note_success(user: User, *, address: str, now: datetime.datetime) -> None:
    """Somebody signed in: what they mistyped before counts no more."""
    SignInFailure.objects.filter(account=user.email.lower(), address=address).delete()
    audit.record(AuditAction.SIGNED_IN, who=audit.Who(user, address=address), now=now)


def note_sign_out(user: User, *, address: str, now: datetime.datetime) -> None:
    audit.record(AuditAction.SIGNED_OUT, who=audit.Who(user, address=address), now=now)


def forget_old(*, now: datetime.datetime) -> None:
    """Failures that count no more."""
    SignInFailure.objects.filter(at__lt=now - WINDOW).delete()
