"""What the pages of the workplace ask before they do anything: who is it, and may they?"""

from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset
from publishers.models import User
from publishers.permissions import Permission, has_permission, publisher_ids_with


def person(request: HttpRequest) -> User:
    """Whoever is signed in; nobody else gets this far."""
    assert isinstance(request.user, User)
    return request.user


def by(request: HttpRequest, comment: str = "") -> By:
    """Who does it, for the history."""
    return By(Route.FORM, user=person(request), comment=comment)


def may_ask_outside(request: HttpRequest, what: str, *, most: int) -> bool:
    """Whether this person may have us ask a server of others once more: so many times a minute for each purpose."""
    key = f"asked-outside:{what.replace(' ', '-')}:{person(request).pk}:{timezone.now():%H%M}"
    cache.add(key, 0, 120)
    return cache.incr(key) <= most


def may(request: HttpRequest, permission: Permission, dataset: Dataset) -> bool:
    """Whether this person may do this with the entry."""
    return has_permission(request.user, permission, dataset.publisher_id)


def their_entries(request: HttpRequest, permission: Permission = Permission.VIEW_UNPUBLISHED) -> QuerySet[Dataset]:
    """Entries of the publishers for which this person holds a permission."""
    own = publisher_ids_with(request.user, permission)
    return Dataset.objects.all() if own is None else Dataset.objects.filter(publisher_id__in=own)


def their_entry(request: HttpRequest, dataset_id: UUID, permission: Permission) -> Dataset:
    """The entry, if they may do this with it: 404 where they may not even see it, else 403."""
    dataset = their_entries(request).select_related("publisher", "replaced_by").filter(pk=dataset_id).first()
    if dataset is None:
        raise Http404("There is no such entry among yours.")
    if not may(request, permission, dataset):
        raise PermissionDenied
    return dataset
