"""One version of a dataset's metadata: who changed it, when, by which way, and what it then said."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalogue.enums import Route
from catalogue.models.dataset import Dataset


class Revision(models.Model):
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    actor_label = models.CharField(max_length=300, blank=True, help_text="Who it was, in words: a person or a source.")
    route = models.CharField(max_length=20, choices=Route)
    comment = models.CharField(max_length=500, blank=True)
    snapshot = models.JSONField(null=True, help_text="The metadata as it then stood; empty after a legal erasure.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the snapshot's canonical JSON; survives erasure.")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="revision_number_once"),
            models.CheckConstraint(
                condition=Q(snapshot__isnull=False) | Q(erased_at__isnull=False), name="revision_empty_only_if_erased"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number} of {self.dataset_id}"
