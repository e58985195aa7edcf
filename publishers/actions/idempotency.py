"""Doing a write once, however often a client asks for it."""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from publishers.models import IdempotentAnswer, User
from publishers.permissions import token_of

#: For how long a key is remembered.
KEPT: Final = datetime.timedelta(days=7)


class KeyUsedForAnother(Exception):
    """The key came before with another request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the API as it can be given again."""

    status: int
    body: Any
    headers: dict[str, str]
    is_repeated: bool = False


def once(
    work: Callable[[], Answer], *, user: User, key: str, request: tuple[str, str, bytes], now: datetime.datetime
) -> Answer:
    """Do the work unless the key tells that it is done; then give the answer that it had.

    `request` is method, address and body. Another token of the same person is another caller: it isn't told what one of
    wider scope was answered. All is one transaction: a write that fails leaves no key behind and may be tried again,
    and a second call that comes while the first is at work waits for it.
    Raises `KeyUsedForAnother`, and whatever `work` raises.
    """
    token = token_of(user)
    parts = [str(token.pk if token else "").encode(), request[0].encode(), request[1].encode(), request[2]]
    digest = hashlib.sha256(b"\n".join(parts)).hexdigest()
    with transaction.atomic():
        IdempotentAnswer.objects.filter(user=user, key=key, created_at__lt=now - KEPT).delete()
        try:
            with transaction.atomic():
                row = IdempotentAnswer.objects.create(user=user, key=key, request_digest=digest, created_at=now)
        except IntegrityError:
            stored = IdempotentAnswer.objects.get(user=user, key=key)
            if stored.request_digest != digest:
                raise KeyUsedForAnother from None
            return Answer(stored.status, stored.body, stored.headers, is_repeated=True)
        answer = work()
        row.status, row.body, row.headers = answer.status, answer.body, answer.headers
        row.save(update_fields=["status", "body", "headers"])
        return answer


def forget_old(*, now: datetime.datetime) -> int:
    """Delete keys that need not be remembered any more; return how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=now - KEPT).delete()[0]
