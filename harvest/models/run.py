"""One harvest of one source: its lease, its progress and what came of it.

Counters are columns, so lists stay instant.
"""

from django.db import models
from django.db.models import Q

from harvest.enums import ACTIVE_RUN_STATES, RunState
from harvest.models.source import Source


class Run(models.Model):
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=20, choices=RunState, default=RunState.QUEUED)
    message = models.TextField(blank=True, help_text="What happened, in one plain sentence.")
    is_forced = models.BooleanField(default=False, help_text="Process every record, changed or not.")
    cancel_requested = models.BooleanField(default=False)

    # Lease: whoever holds the token, before it runs out, is the one who works
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    # Dates
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True, help_text="When the source had been read to its end.")

    # Counters
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    retired = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0, help_text="Records that could not be used.")
    problems = models.PositiveIntegerField(default=0, help_text="Errors and warnings together.")
    counted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its problems were counted by kind, after its end."
    )
    expected = models.PositiveIntegerField(null=True, blank=True, help_text="Records the source announced, if it did.")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=ACTIVE_RUN_STATES), name="run_one_active_per_source"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
        ]
        indexes = [
            models.Index(fields=["source", "-created_at"], name="run_of_source_recent"),
            models.Index(fields=["-created_at", "-id"], name="run_recent"),  # the operators' list, of all sources
            models.Index(
                fields=["source"],
                name="run_to_count",
                condition=Q(counted_at=None, started_at__isnull=False) & ~Q(state__in=ACTIVE_RUN_STATES),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_state_display()}"
