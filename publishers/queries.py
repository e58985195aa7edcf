"""Reads about publishers."""

import uuid

from django.db.models import F

from publishers.models import Membership, Publisher, PublisherName, User
from publishers.models.publisher import parent_map


def publisher_named(slug: str) -> Publisher | None:
    """The publisher that has, or once had, this name, or took over the one that had it."""
    found = Publisher.objects.select_related("parent", "merged_into__parent").filter(slug=slug).first()
    if found:
        return found.merged_into or found
    past = PublisherName.objects.select_related("publisher__parent").filter(slug=slug).first()
    return past.publisher if past else None


def publisher_of_id(text: str) -> Publisher | None:
    """The publisher whose UUID this is, or was: RDF calls it by that, since names in addresses change."""
    try:
        found = Publisher.objects.select_related("parent", "merged_into__parent").filter(id=uuid.UUID(text)).first()
    except ValueError:
        return None
    return found and (found.merged_into or found)


def usual_publisher_id(user: User, allowed: set[uuid.UUID] | None) -> uuid.UUID | None:
    """Whose somebody's new entries will mostly be: the one body that they work for, whatever lies below it.

    `allowed`: for which they may make some; None: for all. None where nobody can tell.
    """
    if not allowed:
        return None
    if len(allowed) == 1:
        return next(iter(allowed))
    roles = Membership.objects.filter(user=user, publisher_id__in=allowed).order_by("publisher_id")
    own = set(roles.values_list("publisher_id", flat=True)[:2])
    return own.pop() if len(own) == 1 else None


def ancestors_of(publisher: Publisher) -> list[Publisher]:
    """From the top of the tree down to its parent, in two queries. Stops at a loop rather than going round it."""
    if publisher.parent_id is None:
        return []
    parents = parent_map()
    ids: list[uuid.UUID] = []
    current: uuid.UUID | None = publisher.parent_id
    while current is not None and current not in ids and current != publisher.pk:
        ids.insert(0, current)
        current = parents.get(current)
    found = Publisher.objects.in_bulk(ids)
    return [found[publisher_id] for publisher_id in ids if publisher_id in found]


def earlier_titles() -> dict[uuid.UUID, str]:
    """What publishers were called before, in one text each; those that never had another name are left out."""
    found: dict[uuid.UUID, str] = {}
    rows = PublisherName.objects.exclude(title="").exclude(title=F("publisher__title"))
    for publisher_id, title in rows.order_by("created_at", "pk").values_list("publisher_id", "title"):
        found[publisher_id] = f"{found.get(publisher_id, '')} {title}".strip()
    return found
