"""Where each entry stands, in one narrow row: what the workplace narrows, sorts and counts by."""

from django.db import models
from django.db.models import Q

from catalogue.enums import Band, State
from catalogue.models.dataset import Dataset
from publishers.models import Publisher


class Standing(models.Model):
    """A copy, written wherever an entry is scored (`catalogue.actions.quality`), in the same transaction.

    An entry's own row is some kilobytes, and its links are rows of a table three times as long. Counting what is broken
    or overdue by joining those took seconds with hundreds of thousands of entries; here it is milliseconds.
    """

    dataset = models.OneToOneField(Dataset, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=20, choices=State)
    release_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=20, choices=Band)
    broken_links = models.PositiveIntegerField(help_text="Files whose links are broken or gone.")
    late_after = models.DateField(
        null=True, help_text="The last day on which an update would still be in time, its grace included."
    )

    class Meta:
        indexes = [
            models.Index(fields=["score", "dataset"], name="standing_by_score"),
            # All that the home page counts of somebody's publishers is in here: the table itself is not read
            models.Index(
                fields=["publisher", "score", "dataset"],
                include=["state", "release_at", "band", "broken_links", "late_after"],
                name="standing_of_publisher",
            ),
            models.Index(
                fields=["publisher"],
                include=["dataset"],
                name="standing_broken",
                condition=Q(state=State.PUBLISHED, broken_links__gt=0),
            ),
            models.Index(
                fields=["late_after"],
                include=["publisher", "dataset"],
                name="standing_late",
                condition=Q(state=State.PUBLISHED, late_after__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.dataset_id}"
