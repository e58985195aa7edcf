"""The mails that people get. Plain text: every mail program shows it, and nothing in it loads from elsewhere."""

from itertools import groupby
from typing import Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage

from publishers.enums import NoticeKind
from publishers.models import Notice, User

#: What separates these signatures from every other use of the site's key.
_SALT: Final = "publishers.notices.unsubscribe"

#: More than so many things of one kind are counted instead of listed.
_MOST_LISTED: Final = 50


def unsubscribe_path(user: User, kind: NoticeKind) -> str:
    """The address at which this person, without signing in, says that they want no more of this kind."""
    return f"/notices/stop/{signing.dumps([user.pk, kind.value], salt=_SALT)}"


def unsubscribing(signed: str) -> tuple[User, NoticeKind] | None:
    """Who wants no more of what, by such an address; None where it is none of ours."""
    try:
        user_id, kind = signing.loads(signed, salt=_SALT)
        return User.objects.get(pk=user_id), NoticeKind(kind)
    except (signing.BadSignature, ValueError, TypeError, User.DoesNotExist):
        return None


def send(to: str, *, subject: str, text: str, headers: dict[str, str] | None = None) -> None:
    """Send one mail. Raises `OSError` where the mail server does not take it."""
    one_line = " ".join(subject.split())[:200]
    EmailMessage(one_line, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers).send()


def send_digest(user: User, notices: list[Notice]) -> None:
    """One mail with all that somebody is to be told now, by kind."""
    by_kind = sorted(notices, key=lambda notice: (list(NoticeKind).index(NoticeKind(notice.kind)), notice.created_at))
    parts = []
    kinds = []
    for value, group in groupby(by_kind, key=lambda notice: notice.kind):
        kind, listed = NoticeKind(value), list(group)
        kinds.append(kind)
        lines = [_line(notice) for notice in listed[:_MOST_LISTED]]
        if len(listed) > _MOST_LISTED:
            lines.append(f"… and {len(listed) - _MOST_LISTED} more: see {settings.SITE_URL}/admin/")
        parts.append(f"{kind.label}\n{'-' * len(kind.label)}\n\n" + "\n\n".join(lines))
    stop = [f"{kind.label}: {settings.SITE_URL}{unsubscribe_path(user, kind)}" for kind in kinds]
    parts.append(
        f"Choose what you are told and how often: {settings.SITE_URL}/notices\n"
        "To hear no more about one of these, without signing in:\n" + "\n".join(stop)
    )
    subject = notices[0].subject if len(notices) == 1 else f"{len(notices)} things about your data"
    headers = {}
    if len(kinds) == 1:
        # RFC 8058: mail programs show a button that needs no page
        headers = {
            "List-Unsubscribe": f"<{settings.SITE_URL}{unsubscribe_path(user, kinds[0])}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    send(user.email, subject=subject, text="\n\n\n".join(parts) + "\n", headers=headers)


def _line(notice: Notice) -> str:
    publisher = f" ({notice.publisher.title})" if notice.publisher else ""
    lines = [f"* {notice.subject}{publisher}"]
    lines += [f"  {line}" for line in notice.text.splitlines()]
    if notice.path:
        lines.append(f"  {settings.SITE_URL}{notice.path}")
    return "\n".join(lines)
