"""A body that answers for data, its place in the tree of bodies, and every name it has had."""

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from publishers.enums import PublisherKind


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def active(self) -> Self:
        """Bodies that still exist."""
        return self.filter(closed_on=None)

    def under(self, publisher_ids: Iterable[uuid.UUID]) -> Self:
        """These publishers and every body below them, however deep."""
        return self.filter(id__in=ids_under(publisher_ids))


class Publisher(models.Model):
    # Identification
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(
        "name in addresses",
        max_length=200,
        unique=True,
        help_text="Lower-case letters, digits and hyphens. An earlier name goes on leading to this publisher.",
    )
    title = models.CharField(max_length=300)
    abbreviation = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40, choices=PublisherKind, default=PublisherKind.OTHER)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The body that this one is part of or answers to.",
    )
    description = models.TextField(blank=True)
    homepage = models.URLField(max_length=500, blank=True)

    # Contacts: inherited by every dataset that names none of its own
    contact_name = models.CharField(max_length=300, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)
    contact_url = models.URLField("contact page", max_length=500, blank=True)
    foi_name = models.CharField("freedom of information contact", max_length=300, blank=True)
    foi_email = models.EmailField("freedom of information e-mail", blank=True)
    foi_phone = models.CharField("freedom of information phone", max_length=60, blank=True)
    foi_url = models.URLField("freedom of information page", max_length=500, blank=True)

    # How it works
    requires_approval = models.BooleanField(
        "entries need approval",
        default=False,
        db_default=False,
        help_text="If ticked, only approvers and administrators publish. Editors send their entries for review, and "
        "what they change in a published entry waits beside it, unseen by readers, until it is approved.",
    )
    shows_holdings = models.BooleanField(
        "shows how many datasets it holds",
        default=True,
        db_default=True,
        help_text="Its public page counts the datasets that it holds, with those that are not open, by number alone.",
    )

    # Lifecycle
    closed_on = models.DateField(null=True, blank=True, help_text="When the body ceased to exist, if it did.")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text="The body that took over its entries and its names, never itself merged into another.",
    )
    is_renamed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Its names or its place in the tree changed, and the change log has not told of its entries yet.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    if TYPE_CHECKING:  # set by the reads that count, on the objects that they give
        dataset_count: int
        average_score: float | None
        links_checked: int
        broken_links: int

    objects: ClassVar = PublisherQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=~Q(id=models.F("parent")), name="publisher_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9][a-z0-9_-]*$"), name="publisher_slug_well_formed"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="publisher_has_title"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(closed_on__isnull=False) & ~Q(merged_into=models.F("id"))),
                name="publisher_merged_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/publisher/{self.slug}"


class PublisherName(models.Model):
    """Every slug a publisher has ever had: none is used again for another."""

    slug = models.SlugField(max_length=200, primary_key=True)
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="names")
    title = models.CharField(max_length=300, blank=True, help_text="What the publisher was called then.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.slug


def parent_map() -> dict[uuid.UUID, uuid.UUID | None]:
    """Each publisher's parent, in one query. Governments have thousands of bodies, not millions."""
    return dict(Publisher.objects.values_list("id", "parent_id"))


def ids_under(
    publisher_ids: Iterable[uuid.UUID], parents: Mapping[uuid.UUID, uuid.UUID | None] | None = None
) -> set[uuid.UUID]:
    """The given ids and those of every body below them. Safe on a tree that somebody tied into a loop.

    `parents` is `parent_map()`, for a caller who has it already.
    """
    children: dict[uuid.UUID, list[uuid.UUID]] = {}
    for child, parent in (parent_map() if parents is None else parents).items():
        if parent is not None:
            children.setdefault(parent, []).append(child)
    found: set[uuid.UUID] = set()
    waiting = list(publisher_ids)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(children.get(current, ()))
    return found
