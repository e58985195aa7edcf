"""Columns that seem to hold data about persons. For the publisher's eyes alone; a value is never kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from files.enums import AlarmKind, AlarmState
from files.models.resource_file import ResourceFile


class Alarm(models.Model):
    file = models.ForeignKey(ResourceFile, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=30, choices=AlarmKind)
    table = models.CharField(max_length=300, blank=True)
    columns = models.JSONField(help_text="Keys of the columns.")
    count = models.BigIntegerField(help_text="Cells, or different addresses, that look so.")
    state = models.CharField(max_length=20, choices=AlarmState, default=AlarmState.OPEN)
    found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["-found_at", "-id"]
        verbose_name = verbose_name_plural = "possible personal data"
        constraints = [
            models.UniqueConstraint(fields=["file", "kind", "table", "columns"], name="alarm_once"),
            models.CheckConstraint(condition=Q(state__in=AlarmState.values), name="alarm_state_known"),
            models.CheckConstraint(condition=Q(kind__in=AlarmKind.values), name="alarm_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {', '.join(self.columns)}"
