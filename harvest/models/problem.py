"""Something in a source that was wrong: told to the publisher in a sentence, never swallowed."""

from django.db import models

from harvest.enums import Severity, Stage
from harvest.models.run import Run


class Problem(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="problem_set")
    guid = models.CharField(max_length=1000, blank=True, help_text="Which record; empty for the source as a whole.")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.RECORD)
    severity = models.CharField(max_length=10, choices=Severity)
    kind = models.SlugField(max_length=60, help_text="A fixed word for counting: missing-title, unknown-licence.")
    field = models.CharField(max_length=100, blank=True)
    message = models.TextField(help_text="What is wrong and what would mend it, in plain English.")
    value = models.CharField(max_length=500, blank=True, help_text="What the source said.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "kind"], name="problem_by_kind")]

    def __str__(self) -> str:
        return self.message
