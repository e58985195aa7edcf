"""Who may see an entry, and who may edit it: the one definition, for every page, API, feed and dump."""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from catalogue.enums import State, Visibility
from publishers.models import User
from publishers.permissions import Permission, publisher_ids_with

if TYPE_CHECKING:
    from catalogue.models.dataset import Dataset  # noqa: F401 (ruff does not look into the quotes below)

#: True of entries for officials, or for their publisher alone.
INTERNAL = Q(visibility__in=[Visibility.OFFICIALS, Visibility.PUBLISHER])


def released(now: datetime.datetime) -> Q:
    """True of entries whose release time, if any, has come. A condition at reading, not a job."""
    return Q(release_at=None) | Q(release_at__lte=now)


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def public(self, now: datetime.datetime | None = None) -> Self:
        """What anybody may see. Search index, feeds, dumps and sitemaps hold only this."""
        return self.filter(released(now or timezone.now()), state=State.PUBLISHED, visibility=Visibility.PUBLIC)

    def visible_to(self, user: User | AnonymousUser, now: datetime.datetime | None = None) -> Self:
        """What `user` may see: the one definition of visibility, for every page, API, feed and dump."""
        if not user.is_authenticated or not user.is_active:
            return self.public(now)
        own = publisher_ids_with(user, Permission.VIEW_UNPUBLISHED)
        if own is None:
            return self.all()
        for_officials = released(now or timezone.now()) & Q(
            state=State.PUBLISHED, visibility__in=[Visibility.PUBLIC, Visibility.OFFICIALS]
        )
        return self.filter(for_officials | Q(publisher_id__in=own)) if own else self.filter(for_officials)

    def tombstones(self) -> Self:
        """Entries that were public once and are withdrawn: their page says what they were and why they went."""
        was_released = Q(release_at=None) | Q(release_at__lte=F("withdrawn_at"))
        return self.filter(was_released, state=State.WITHDRAWN, visibility=Visibility.PUBLIC).exclude(published_at=None)

    def concealed(self, now: datetime.datetime | None = None) -> Self:
        """Entries of which the public is told nothing: all but `public` and `tombstones`. Each line below is the whole
        of an index or of its first column, since among many entries they are few."""
        never_shown = Q(published_at=None) | Q(release_at__gt=F("withdrawn_at"))
        return self.filter(
            INTERNAL
            | Q(state__in=[State.DRAFT, State.IN_REVIEW])
            | Q(state=State.PUBLISHED, release_at__gt=now or timezone.now())
            | never_shown & Q(state=State.WITHDRAWN)
        )

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Entries that `user` may edit."""
        own = publisher_ids_with(user, Permission.EDIT_DATASET)
        return self.all() if own is None else self.filter(publisher_id__in=own)
