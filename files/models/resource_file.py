"""What we know of a resource's file from its content, and when to look into it again. The rows are the queue."""

from django.db import models
from django.db.models import Q

from catalogue.models import Resource
from files.enums import FileState


class ResourceFile(models.Model):
    resource = models.OneToOneField(Resource, primary_key=True, on_delete=models.CASCADE, related_name="file")
    url = models.CharField(max_length=4000, help_text="The link as it stood when the file was last asked for.")

    # What was found
    state = models.CharField(max_length=20, choices=FileState, default=FileState.WAITING)
    reason = models.CharField(max_length=500, blank=True, help_text="Why there is no preview: one sentence.")
    format = models.CharField(max_length=40, blank=True, help_text="Code of the format that its content shows.")
    format_title = models.CharField(max_length=100, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content.")
    document = models.JSONField(default=dict, blank=True, help_text="Of a document: pages, title, how it begins.")
    members = models.JSONField(default=list, blank=True, help_text="Of an archive: names and sizes.")
    sheets = models.JSONField(default=list, blank=True, help_text="Sheets without a table: names and words.")
    fetched_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="That looking into it took.")

    # Work: the database is the queue
    failure_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = "file looked into", "files looked into"
        constraints = [models.CheckConstraint(condition=Q(state__in=FileState.values), name="file_state_known")]
        indexes = [
            models.Index(fields=["due_at", "resource"], name="file_due_in_order", condition=Q(due_at__isnull=False)),
            models.Index(fields=["state"], name="file_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.url}"
