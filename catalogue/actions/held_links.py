"""What the links to files that we hold say of themselves: nobody need ask over the web whether they are there."""

import datetime
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from catalogue.enums import LinkState
from catalogue.models import LinkCheck

#: Said to readers and officers of a file in which a virus was found.
NOT_GIVEN_OUT: Final = "Held here, and not given out: the virus scanner found something in it. Upload a new version."


def note_held(resource_ids: Iterable[UUID], now: datetime.datetime) -> None:
    LinkCheck.objects.filter(resource_id__in=list(resource_ids)).update(
        state=LinkState.OK,
        reason="Held here.",
        checked_at=now,
        last_success_at=now,
        failing_since=None,
        next_check_at=None,
    )


def note_not_given_out(resource_id: UUID, now: datetime.datetime) -> None:
    """The link works no more for readers: it counts as broken, in lists, scores and reports, until it does."""
    LinkCheck.objects.filter(resource_id=resource_id).update(
        state=LinkState.BROKEN, reason=NOT_GIVEN_OUT, checked_at=now, failing_since=now, next_check_at=None
    )
