"""How far the queue of files has come through the links. One row."""

from django.db import models


class QueuePlace(models.Model):
    """Links that were checked lately are looked at each time; all others in turn, some thousands at a time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    checked_until = models.DateTimeField(null=True, blank=True, help_text="Links checked before this were looked at.")
    swept_to = models.UUIDField(null=True, blank=True, help_text="Where the walk through all links is; null: nowhere.")
    next_sweep_at = models.DateTimeField(null=True, blank=True, help_text="When the next walk begins.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="queue_place_is_one_row")]

    def __str__(self) -> str:
        return f"Links checked before {self.checked_until}"
