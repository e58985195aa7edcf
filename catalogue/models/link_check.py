"""What we know of one resource's link, and when to look again."""

from django.db import models
from django.db.models import Q

from catalogue.enums import LinkState
from catalogue.models.resource import Resource


class LinkCheck(models.Model):
    resource = models.OneToOneField(Resource, primary_key=True, on_delete=models.CASCADE, related_name="link")
    host = models.CharField(max_length=300, blank=True, help_text="Host and port that the link names.")

    # What the last check found
    state = models.CharField(max_length=20, choices=LinkState, default=LinkState.UNCHECKED)
    reason = models.CharField(max_length=500, blank=True, help_text="One sentence, in plain English.")
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    final_url = models.CharField(max_length=4000, blank=True, help_text="Where redirects led, if they did.")
    media_type = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="SHA-256 of the first kilobyte, where it was read.",
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    # History that the next decision needs
    failing_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, help_text="When the file was last seen to change.")
    failure_count = models.PositiveIntegerField(default=0, help_text="Failures in a row.")
    success_count = models.PositiveIntegerField(default=0, help_text="Unchanged successes in a row.")

    # Work: the database is the queue
    next_check_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="link_check_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[LinkState.BROKEN, LinkState.SUSPECTED]) | Q(failing_since__isnull=False),
                name="link_check_failing_has_since",
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], name="link_check_due"),
            models.Index(fields=["host", "next_check_at"], name="link_check_by_host"),
            models.Index(fields=["state"], name="link_check_by_state"),
            models.Index(fields=["checked_at"], name="link_check_lately"),
            # The workplace's list of them begins with what has failed longest
            models.Index(
                fields=["failing_since", "resource"],
                name="link_check_failing",
                condition=Q(state__in=[LinkState.BROKEN, LinkState.GONE, LinkState.SUSPECTED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.resource_id}"
