"""A place that we harvest from, and how."""

import datetime
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from django.db import models
from django.db.models import Q

from harvest.enums import NotifyAbout, PublisherRule, Schedule, SourceKind
from publishers.models import Publisher


class SourceQuerySet(models.QuerySet["Source"]):
    def due(self, now: datetime.datetime) -> "SourceQuerySet":
        """Sources whose time has come and that nobody has paused."""
        return self.filter(is_paused=False, next_run_at__lte=now)


class Source(models.Model):
    # Identification
    slug = models.SlugField(max_length=200, unique=True)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=SourceKind)
    url = models.CharField("address", max_length=2000, help_text="Web address, or a path on the server for commands.")

    # Whose records
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="sources")
    publisher_rule = models.CharField(max_length=20, choices=PublisherRule, default=PublisherRule.FIXED)
    keeps_uuids = models.BooleanField(
        "keep the source's UUIDs",
        default=False,
        help_text="For a portal that is moving here: its entries keep the UUIDs that their links use.",
    )
    config = models.JSONField(default=dict, blank=True, help_text="Settings of this kind of source.")

    publisher_map = models.JSONField(
        "organisations and whose they are",
        default=dict,
        db_default={},
        blank=True,
        help_text='Names of organisations at the source, and the publisher here: {"dept-for-maps": "ministry-of-maps"}.'
        " Goes before the rule above, whichever that is.",
    )

    # Who answers for it
    contact = models.EmailField(
        blank=True,
        default="",
        db_default="",
        help_text="Who looks after the source; told of its problems too, if they have an account. Not public.",
    )
    notify_about = models.CharField(
        "tell its people about", max_length=20, choices=NotifyAbout, default=NotifyAbout.PROBLEMS, db_default="problems"
    )

    # When
    schedule = models.CharField(max_length=20, choices=Schedule, default=Schedule.DAILY)
    time_of_day = models.TimeField(null=True, blank=True, help_text="Europe/London. Empty: spread through the night.")
    next_run_at = models.DateTimeField(null=True, blank=True)
    is_paused = models.BooleanField("paused", default=False)

    # Limits
    max_seconds = models.PositiveIntegerField(default=6 * 3600)
    max_bytes = models.BigIntegerField(default=4 * 1024**3)
    retire_share = models.FloatField(
        "largest share that may vanish",
        default=0.10,
        help_text="If more than this share of records (and more than ten) is missing, a person is asked first.",
    )

    # What we remember between runs
    memory = models.JSONField(default=dict, blank=True, help_text="ETag, last harvest date: set by the harvester.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "url", "publisher"], name="source_once_per_publisher"),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(
                condition=Q(retire_share__gte=0, retire_share__lte=1), name="source_retire_share_is_share"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_url(self) -> str:
        """The address as anybody may see it: no credentials, and nothing for a path on the server."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return ""
        if parts.scheme not in {"http", "https", "ftp"}:
            return ""
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
