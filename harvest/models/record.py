"""One record of one source, as received. Its identity is (source, guid), never the guid alone."""

from django.db import models
from django.db.models import Q

from catalogue.models import Dataset
from harvest.enums import RecordState
from harvest.models.run import Run
from harvest.models.source import Source


class Record(models.Model):
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="records")
    guid = models.CharField(max_length=1000, help_text="The record's identity at its source.")
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.SET_NULL, related_name="records")
    state = models.CharField(max_length=20, choices=RecordState, default=RecordState.CURRENT)

    # As received
    content_hash = models.CharField(max_length=64, help_text="SHA-256, volatile fields left out.")
    normaliser_version = models.PositiveSmallIntegerField()
    raw = models.BinaryField(help_text="The bytes received, zlib-compressed.")

    # Dates
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="records")
    read_run = models.ForeignKey(
        Run,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The run that last read what it says: its problems are this record's.",
    )
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "guid"], name="record_once_per_source"),
            models.CheckConstraint(condition=Q(state__in=RecordState.values), name="record_state_known"),
            models.CheckConstraint(condition=~Q(guid=""), name="record_has_guid"),
        ]
        indexes = [models.Index(fields=["source", "last_run"], name="record_by_last_run")]

    def __str__(self) -> str:
        return self.guid
