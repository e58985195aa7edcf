"""Who did what. Rows are added and never changed: the database itself refuses anything else."""

from django.db import models
from django.db.models import Q

from publishers.enums import AuditAction


class AuditEntry(models.Model):
    """One line of the audit log. It names what it speaks of in words too, since it outlives all of it."""

    at = models.DateTimeField("date")
    action = models.CharField(max_length=40, choices=AuditAction)
    # No foreign keys: a line must stand as it was written whatever becomes of people and publishers
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField("who", max_length=300, blank=True)
    publisher_id = models.UUIDField(null=True, blank=True)
    publisher_label = models.CharField("publisher", max_length=300, blank=True)
    object_id = models.CharField(max_length=100, blank=True)
    object_label = models.CharField("what", max_length=500, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.CharField("from", max_length=64, blank=True, help_text="The network address it came from.")
    token_id = models.UUIDField(null=True, blank=True, help_text="The API token that was used, if one was.")

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log"
        constraints = [
            models.CheckConstraint(condition=Q(action__in=AuditAction.values), name="audit_action_known"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_recent"),
            models.Index(fields=["publisher_id", "-at"], name="audit_of_publisher"),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label or 'Somebody'}: {self.get_action_display()} {self.object_label}".strip()
