"""The log that everything downstream follows: search, feeds, webhooks, caches.

A row is appended in the transaction that makes the change. Its `id` says nothing about the order
of commits (sequence numbers are handed out before commit), so nobody follows by it. The sequencer
(`catalogue.actions.changes.assign_positions`) gives committed rows their `position`, gapless in
the order in which they became visible; every follower and public cursor uses `position` alone.
"""

from django.db import models

from catalogue.enums import ChangeKind


class Change(models.Model):
    position = models.BigIntegerField(null=True, editable=False)
    # No foreign key: a change outlives what it speaks of.
    dataset_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=ChangeKind)
    at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["position"], name="change_position_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ChangeKind.values), name="change_kind_known"),
        ]
        indexes = [
            models.Index(fields=["id"], name="change_unsequenced", condition=models.Q(position=None)),
            models.Index(fields=["dataset_id"], name="change_of_dataset"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind} {self.dataset_id}"
