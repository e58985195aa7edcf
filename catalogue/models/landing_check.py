"""What we know of one entry's landing page, and when to look again: as `LinkCheck` is for a resource."""

from django.db import models
from django.db.models import Q

from catalogue.enums import LinkState
from catalogue.models.dataset import Dataset


class LandingCheck(models.Model):
    dataset = models.OneToOneField(Dataset, primary_key=True, on_delete=models.CASCADE, related_name="landing_check")
    url = models.CharField(max_length=4000, help_text="What was looked at. Another address begins anew.")

    # What the last check found
    state = models.CharField(max_length=20, choices=LinkState, default=LinkState.UNCHECKED)
    reason = models.CharField(max_length=500, blank=True, help_text="One sentence, in plain English.")
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    # History that the next decision needs
    failing_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    failure_count = models.PositiveIntegerField(default=0, help_text="Failures in a row.")
    success_count = models.PositiveIntegerField(default=0, help_text="Successes in a row.")

    # Work: the database is the queue
    next_check_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="landing_check_state_known"),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], name="landing_check_due"),
            models.Index(fields=["state"], name="landing_check_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.url}"
