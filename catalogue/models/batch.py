"""Many entries changed at once by one person: what was done, to which, and whether it was undone."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalogue.enums import BatchKind
from catalogue.models.dataset import Dataset
from publishers.models import Publisher


class Batch(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=BatchKind)
    title = models.CharField(max_length=500, help_text="What was done, in one sentence.")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="batches"
    )
    person_name = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField("date")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-at"]
        verbose_name, verbose_name_plural = "change in bulk", "changes in bulk"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BatchKind.values), name="batch_kind_known"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="batch_of_person")]

    def __str__(self) -> str:
        return self.title


class BatchItem(models.Model):
    """One entry of a batch, with its version before and after; before is 0 where the batch made it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="batch_items")
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "dataset"], name="batch_item_once"),
            models.CheckConstraint(condition=Q(after__gt=models.F("before")), name="batch_item_goes_forwards"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.before} to {self.after}"


class InventoryFile(models.Model):
    """A table of entries that somebody uploaded: it is shown what it would do row by row, and done when they say so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=300)
    content = models.BinaryField()
    publisher = models.ForeignKey(
        Publisher, on_delete=models.CASCADE, related_name="+", help_text="Whose its new entries become."
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    batch = models.OneToOneField(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="file")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name
