"""What a check of a file found, in Frictionless's vocabulary of errors. Old reports are the file's history."""

from django.db import models
from django.db.models import Q

from files.enums import ReportKind
from files.models.resource_file import ResourceFile


class Report(models.Model):
    file = models.ForeignKey(ResourceFile, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=20, choices=ReportKind)
    schema_url = models.CharField(max_length=2000, blank=True)
    made_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, help_text="Of the content that was checked.")
    is_valid = models.BooleanField()
    counts = models.JSONField(default=dict, help_text="Code of the error → how often.")
    errors = models.JSONField(default=list, help_text="The first of each: code, table, row, column, note.")
    problem = models.CharField(max_length=500, blank=True, help_text="Why the check could not be made.")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_known")]
        indexes = [models.Index(fields=["file", "kind", "-made_at"], name="report_of_file")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'nothing found' if self.is_valid else 'errors'}"
