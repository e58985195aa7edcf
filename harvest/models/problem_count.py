"""How many problems of a kind a run told of, and how many of them are so still.

Derived from the problems themselves, and made anew whenever a harvest of the source ends: `harvest.pipeline.counting`.
A source may have half a million problems, and its page counts none of them.
"""

from django.db import models
from django.db.models import Q

from harvest.enums import Severity, Stage
from harvest.models.run import Run


class ProblemCount(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="problem_counts", db_index=False)
    stage = models.CharField(max_length=10, choices=Stage)
    kind = models.SlugField(max_length=60, db_index=False)
    severity = models.CharField(max_length=10, choices=Severity)
    told = models.PositiveIntegerField(default=0, help_text="By the run.")
    outstanding = models.PositiveIntegerField(default=0, help_text="Of these, when a harvest of the source last ended.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "stage", "kind", "severity"], name="problem_count_once"),
        ]
        indexes = [
            # Of a source with thousands of runs, those few that told what is still so
            models.Index(fields=["run"], name="problem_count_outstanding", condition=Q(outstanding__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.told}"
