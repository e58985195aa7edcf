"""Who works for which publisher: every way in comes here, so that the audit log has it all."""

import datetime

from django.db import transaction

from publishers.actions import audit
from publishers.enums import AuditAction, Role
from publishers.models import Membership, Publisher, User


def put(user: User, publisher: Publisher, role: Role, *, who: audit.Who, now: datetime.datetime) -> Membership:
    """Give somebody a role at a publisher, whichever they had before."""
    with transaction.atomic():
        membership, is_new = Membership.objects.select_for_update().get_or_create(
            user=user, publisher=publisher, defaults={"role": role}
        )
        before = None if is_new else membership.role
        if before == role:
            return membership
        if not is_new:
            membership.role = role
            membership.save(update_fields=["role"])
        record(membership, AuditAction.MEMBER_ADDED if is_new else AuditAction.MEMBER_CHANGED, who=who, now=now)
        return membership


def remove(user: User, publisher: Publisher, *, who: audit.Who, now: datetime.datetime) -> None:
    """End somebody's role at a publisher. One who has none is left as they are."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().filter(user=user, publisher=publisher).first()
        if membership:
            record(membership, AuditAction.MEMBER_REMOVED, who=who, now=now)
            membership.delete()


def record(membership: Membership, action: AuditAction, *, who: audit.Who, now: datetime.datetime) -> None:
    """Note in the audit log what became of a membership."""
    audit.record(
        action,
        who=who,
        now=now,
        publisher=membership.publisher,
        object_id=membership.user_id,
        object_label=f"{membership.user.email}: {Role(membership.role).label}",
    )
