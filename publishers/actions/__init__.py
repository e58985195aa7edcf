"""What is done to publishers. Each name a publisher ever had stays its own."""

import re
import unicodedata
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from publishers.enums import PublisherKind
from publishers.models import Publisher, PublisherName


class NameTaken(Exception):
    """The slug is, or was, another publisher's."""


def slug_from(title: str) -> str:
    """A well-formed slug made from a title; never empty."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:200].strip("-") or "publisher"


def is_well_formed(slug: str) -> bool:
    """Whether a slug may stand in addresses."""
    return len(slug) <= 200 and re.fullmatch(r"[a-z0-9][a-z0-9_-]*", slug) is not None


def add(
    *,
    title: str,
    slug: str = "",
    kind: str = PublisherKind.OTHER,
    parent: Publisher | None = None,
    id: uuid.UUID | None = None,
    **fields: Any,
) -> Publisher:
    """Register a publisher. Without a slug one is made from the title.

    Raises `NameTaken` if another publisher has or had the slug.
    """
    slug = slug or slug_from(title)
    with transaction.atomic():
        if taken_slugs([slug]):
            raise NameTaken(f"“{slug}” is, or was, the name of another publisher: choose a different one.")
        publisher = Publisher(id=id or uuid.uuid4(), slug=slug, title=title[:300], kind=kind, parent=parent, **fields)
        add_many([publisher])
    return publisher


def add_many(publishers: Sequence[Publisher]) -> None:
    """Register these publishers, all or none. Raises `IntegrityError` if one of their slugs is taken."""
    names = [PublisherName(slug=each.slug, publisher=each, title=each.title) for each in publishers]
    with transaction.atomic():
        Publisher.objects.bulk_create(publishers)
        PublisherName.objects.bulk_create(names)


def taken_slugs(slugs: Collection[str]) -> set[str]:
    """Which of these are, or were, a publisher's."""
    present = Publisher.objects.filter(slug__in=slugs).order_by().values_list("slug", flat=True)
    return set(present.union(PublisherName.objects.filter(slug__in=slugs).order_by().values_list("slug", flat=True)))


#: What of a publisher is written into what is found of its entries: search, feeds, dumps.
SHOWN_WITH_ENTRIES = frozenset({"title", "slug", "abbreviation", "parent"})


def note_name(publisher: Publisher, *, earlier_title: str = "", changed: Collection[str] = ()) -> None:
    """Keep the present slug as the publisher's own for ever, and an earlier title under a slug made of it.

    `changed`: which of its fields were just stored anew. Where its entries show one, the change log tells of them.
    """
    if SHOWN_WITH_ENTRIES & set(changed):
        Publisher.objects.under([publisher.pk]).update(is_renamed=True)  # the path of those below names it too
    PublisherName.objects.get_or_create(
        slug=publisher.slug, defaults={"publisher": publisher, "title": publisher.title}
    )
    if earlier_title and earlier_title != publisher.title:
        slug = slug_from(earlier_title)
        if not Publisher.objects.filter(slug=slug).exclude(pk=publisher.pk).exists():
            PublisherName.objects.get_or_create(slug=slug, defaults={"publisher": publisher, "title": earlier_title})
