"""A file, document or service address that belongs to a dataset: a distribution, in DCAT's words."""

import uuid

from django.db import models
from django.db.models import Q

from catalogue.enums import ResourceKind
from catalogue.models.dataset import Dataset


class Resource(models.Model):
    # Identification
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="resources")
    position = models.PositiveIntegerField(default=0)
    source_id = models.CharField(max_length=500, blank=True, help_text="Its identifier at the source.")
    kind = models.CharField(max_length=20, choices=ResourceKind, default=ResourceKind.DATA)
    title = models.CharField(max_length=500, blank=True)
    description = models.TextField(blank=True)

    # The file
    url = models.CharField("link", max_length=4000)
    format = models.CharField(max_length=40, blank=True, help_text="Code of the known format, such as CSV.")
    format_text = models.CharField(max_length=200, blank=True, help_text="The format as the source wrote it.")
    media_type = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    checksum = models.CharField(max_length=200, blank=True)
    conforms_to = models.CharField(max_length=500, blank=True, help_text="Schema that the file follows.")

    # When
    issued = models.DateField(null=True, blank=True)
    modified = models.DateField(null=True, blank=True)
    period_text = models.CharField(max_length=100, blank=True, help_text="The period that this file covers.")

    columns = models.JSONField(
        default=list, blank=True, editable=False, help_text="Headings of its columns, as its content has them."
    )
    extras = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(url=""), name="resource_has_url"),
            models.CheckConstraint(condition=Q(url__regex=r"^(https?|ftp)://"), name="resource_url_is_web_address"),
            models.CheckConstraint(
                condition=Q(size_bytes=None) | Q(size_bytes__gte=0), name="resource_size_not_negative"
            ),
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="resource_kind_known"),
        ]
        indexes = [
            models.Index(fields=["dataset", "position"], name="resource_of_dataset"),
            models.Index(fields=["format", "dataset"], name="resource_of_format"),
        ]

    def __str__(self) -> str:
        return self.title or self.url
