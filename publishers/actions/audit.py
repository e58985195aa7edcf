"""The audit log: one function that adds to it. Nothing changes or deletes what it holds."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from publishers.enums import AuditAction
from publishers.models import AuditEntry, Publisher, User
from publishers.permissions import token_of


@dataclass(frozen=True, slots=True)
class Who:
    """Who did something: a person, or what `label` names, and the network address from which."""

    user: User | AnonymousUser | None = None
    label: str = ""
    address: str = ""


def entry(
    action: AuditAction,
    *,
    who: Who,
    now: datetime.datetime,
    publisher: Publisher | None = None,
    object_id: uuid.UUID | int | str = "",
    object_label: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """One line of the log, not stored yet: for callers who add many at once."""
    user = who.user if isinstance(who.user, User) else None
    token = token_of(user) if user else None
    return AuditEntry(
        at=now,
        action=action,
        actor_id=user.pk if user else None,
        actor_label=(who.label or (f"{user} <{user.email}>" if user and user.name else str(user or "")))[:300],
        publisher_id=publisher.pk if publisher else None,
        publisher_label=publisher.title[:300] if publisher else "",
        object_id=str(object_id)[:100],
        object_label=object_label[:500],
        detail=detail or {},
        address=who.address[:64],
        token_id=token.pk if token else None,
    )


def record(action: AuditAction, **fields: Any) -> AuditEntry:
    """Add one line, in the caller's transaction: what is rolled back was not done. Takes what `entry` takes."""
    line = entry(action, **fields)
    line.save(force_insert=True)
    return line


def record_many(lines: Iterable[AuditEntry]) -> None:
    """Add many lines at once."""
    AuditEntry.objects.bulk_create(lines)
