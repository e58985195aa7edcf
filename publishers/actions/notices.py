"""Telling people things by mail: `notify` notes it, `send_due` sends it, each thing once and never a flood."""

import datetime
import logging
import uuid
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils import timezone

from publishers.actions.mail import send_digest
from publishers.enums import NoticeKind, NoticePace, Role
from publishers.models import Membership, Notice, NoticeChoice, Publisher, User
from publishers.models.publisher import parent_map
from publishers.notices import DEFAULT_PACE, digest_due
from publishers.permissions import ROLE_PERMISSIONS, Permission, publisher_ids_with

logger = logging.getLogger(__name__)

#: Who is told about a kind, unless `to` names them: those of a publisher, and of those above it, who hold this.
_CONCERNED: Final[dict[NoticeKind, Permission]] = {
    NoticeKind.BROKEN_LINKS: Permission.EDIT_DATASET,
    NoticeKind.REVIEW_REQUEST: Permission.PUBLISH_DATASET,
    NoticeKind.COMMENT: Permission.EDIT_DATASET,
    NoticeKind.HARVEST_PROBLEM: Permission.MANAGE_SOURCES,
    NoticeKind.OVERDUE: Permission.EDIT_DATASET,
    NoticeKind.PERSONAL_DATA: Permission.EDIT_DATASET,
}

#: For how long what was told is kept.
_KEPT: Final = datetime.timedelta(days=90)

#: Of what somebody was told, so much is shown again.
_SHOWN: Final = 20


def notify(
    kind: NoticeKind,
    *,
    publisher: Publisher | None,
    subject: str,
    now: datetime.datetime,
    text: str = "",
    path: str = "",
    key: str = "",
    to: Iterable[User] | None = None,
) -> int:
    """Note something that people are to be told, in the caller's transaction; return how many will be.

    `publishers.notices` says what each kind is for. Told are those of the publisher whom it concerns, or `to`; nobody
    who chose never. `key` tells what it is about: while a notice of the same kind and key waits for somebody, no
    second is added. `path` is where to see it, from “/” on. Mail goes out later, from `send_due`.
    """
    people = list(to) if to is not None else concerned(kind, publisher)
    paces = _paces(people, kind)
    notices = [
        Notice(
            user=person,
            kind=kind,
            publisher=publisher,
            subject=subject[:300],
            text=text,
            path=path[:500],
            key=key[:200],
            created_at=now,
        )
        for person in {person.pk: person for person in people if person.is_active}.values()
        if paces[person.pk] != NoticePace.NEVER
    ]
    same = Notice.objects.filter(kind=kind, key=key[:200], sent_at=None)
    before = same.count() if key else 0
    Notice.objects.bulk_create(notices, ignore_conflicts=bool(key))
    return same.count() - before if key else len(notices)


def concerned(kind: NoticeKind, publisher: Publisher | None) -> list[User]:
    """Active people whose role for the publisher, or for one above it, makes this kind their business."""
    if publisher is None:
        return list(User.objects.filter(is_active=True, is_superuser=True))
    roles = [role for role in Role if _CONCERNED[kind] in ROLE_PERMISSIONS[role]]
    above, parents = {publisher.pk}, parent_map()
    current: uuid.UUID | None = publisher.pk
    while (current := parents.get(current) if current else None) and current not in above:
        above.add(current)
    members = Membership.objects.filter(publisher_id__in=above, role__in=roles, user__is_active=True)
    return list(User.objects.filter(id__in=members.values("user_id")).order_by("id"))


def choose(user: User, kind: NoticeKind, pace: NoticePace) -> None:
    """Somebody says how often they want to be told about a kind. What waits for one who wants none is dropped."""
    NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"pace": pace})
    if pace == NoticePace.NEVER:
        Notice.objects.filter(user=user, kind=kind, sent_at=None).delete()


def choices_of(user: User) -> dict[NoticeKind, NoticePace]:
    """How often somebody is told about each kind."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "pace"))
    return {kind: NoticePace(chosen.get(kind, DEFAULT_PACE[kind])) for kind in NoticeKind}


def latest_of(user: User) -> list[Notice]:
    """What somebody was told last, or will be told by their next mail."""
    return list(Notice.objects.filter(user=user).order_by("-created_at", "-id")[:_SHOWN])


def send_due(*, now: datetime.datetime) -> int:
    """Send everything that is due, one mail a person; return how many mails.

    Each person's notices are locked while they are sent and marked in the same transaction: run twice at once, nobody
    is told twice. A mail that can't be sent leaves its notices waiting.
    """
    sent = 0
    waiting = Notice.objects.filter(sent_at=None).order_by("user_id").values_list("user_id", flat=True).distinct()
    for user_id in list(waiting):
        try:
            sent += _send_to(user_id, now)
        except OSError as error:  # what sending mail fails with: SMTPException is one too
            logger.warning("A mail to user %d could not be sent: %s", user_id, error)
    Notice.objects.filter(sent_at__lt=now - _KEPT).delete()
    return sent


def _send_to(user_id: int, now: datetime.datetime) -> int:
    with transaction.atomic():
        notices = list(
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("publisher")
            .filter(user_id=user_id, sent_at=None)
        )
        user = User.objects.get(id=user_id)
        notices = _still_theirs(user, notices)
        if not notices:
            return 0
        paces = choices_of(user)
        local = timezone.localtime(now)
        due = [
            notice
            for notice in notices
            if digest_due(
                paces[NoticeKind(notice.kind)], oldest=timezone.localtime(_oldest(notices, notice.kind)), now=local
            )
        ]
        if not due:
            return 0
        Notice.objects.filter(id__in=[notice.id for notice in due]).update(sent_at=now)
        if not user.is_active:
            return 0
        send_digest(user, due)
        return 1


def _still_theirs(user: User, notices: list[Notice]) -> list[Notice]:
    """Those about publishers for whom somebody still works. What waited of others is dropped: it may name drafts."""
    own = publisher_ids_with(user, Permission.VIEW_UNPUBLISHED) if user.is_active else set()
    kept = [notice for notice in notices if own is None or notice.publisher_id is None or notice.publisher_id in own]
    Notice.objects.filter(id__in={notice.id for notice in notices} - {notice.id for notice in kept}).delete()
    return kept


def _oldest(notices: list[Notice], kind: str) -> datetime.datetime:
    return min(notice.created_at for notice in notices if notice.kind == kind)


def _paces(people: list[User], kind: NoticeKind) -> dict[int, NoticePace]:
    chosen = dict(NoticeChoice.objects.filter(user__in=people, kind=kind).values_list("user_id", "pace"))
    return {person.pk: NoticePace(chosen.get(person.pk, DEFAULT_PACE[kind])) for person in people}
