"""Files that we hold ourselves: each version of each."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalogue.models.dataset import Dataset


class UploadedFile(models.Model):
    """One version of a file. The latest is what its resource's link gives; earlier ones are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="uploaded_files")
    # No foreign key: the versions outlive a resource that is removed from its entry
    resource_id = models.UUIDField()
    number = models.PositiveIntegerField("version")
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=300, editable=False, help_text="Its name in the storage.")
    media_type = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField("size")
    sha256 = models.CharField("SHA-256", max_length=64)
    scanned = models.BooleanField("scanned for viruses", default=False)
    found_by = models.CharField(
        "virus found by",
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="The scanner’s command, if it found something. Another command looks again.",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="uploaded_files"
    )
    uploaded_at = models.DateTimeField()
    is_held = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether it belongs to a change that nobody has approved: only those who work on the entry get it.",
    )

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["resource_id", "number"], name="uploaded_file_version_once"),
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="uploaded_file_size_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}, version {self.number}"
