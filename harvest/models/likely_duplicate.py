"""Two entries from different sources that seem to be one dataset: for an operator to say."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalogue.models import Dataset
from harvest.enums import DuplicateReason, DuplicateState


class LikelyDuplicate(models.Model):
    """`first` is the entry that has been here for longer."""

    first = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=20, choices=DuplicateReason))
    state = models.CharField(max_length=20, choices=DuplicateState, default=DuplicateState.OPEN)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-found_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="duplicate_of_another"),
            models.CheckConstraint(condition=Q(state__in=DuplicateState.values), name="duplicate_state_known"),
        ]
        indexes = [models.Index(fields=["state", "-found_at"], name="duplicate_by_state")]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"
