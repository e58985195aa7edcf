"""Second steps to sign in: what the audit log has of them, and taking somebody's away who has lost theirs."""

import datetime
import logging

from allauth.mfa.models import Authenticator
from django.db import transaction

from publishers.actions import audit
from publishers.actions.mail import send
from publishers.enums import AuditAction
from publishers.models import User

logger = logging.getLogger(__name__)

_WARNING = "\n\nIf you did not expect this, tell an operator of the site at once.\n"


def note(action: AuditAction, user: User, *, who: audit.Who, now: datetime.datetime) -> None:
    """Something became of a person's second step; where it is weaker than before, they are told by mail."""
    audit.record(action, who=who, now=now, object_id=user.pk, object_label=user.email)
    told = {
        AuditAction.SECOND_STEP_REMOVED: "Your second step to sign in to Domesday was removed.",
        AuditAction.SECOND_STEP_RESET: f"{who.user} has reset your second step to sign in to Domesday.",
        AuditAction.RECOVERY_CODE_USED: "Somebody signed in to Domesday as you, with a recovery code.",
    }.get(action)
    if told:
        try:
            send(user.email, subject=told, text=told + _WARNING)
        except OSError:
            logger.exception("A mail about somebody's second step could not be sent.")


def reset(user: User, *, who: audit.Who, now: datetime.datetime) -> bool:
    """Take away a second step whose owner can't use it any more. False where they have none.

    They sign in by their first step alone until they set up another; API tokens stay as they are.
    """
    with transaction.atomic():
        count, _ = Authenticator.objects.filter(user=user).delete()
        if count:
            note(AuditAction.SECOND_STEP_RESET, user, who=who, now=now)
    return bool(count)
