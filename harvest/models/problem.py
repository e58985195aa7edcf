"""Something in a source that was wrong: told to the publisher in a sentence, never swallowed."""

from django.db import models
from django.db.models import Q

from harvest.enums import Severity, Stage
from harvest.models.run import Run


class Problem(models.Model):
    # `problem_of_run` is its index
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="problem_set", db_index=False)
    guid = models.CharField(max_length=1000, blank=True, help_text="Which record; empty for the source as a whole.")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.RECORD)
    severity = models.CharField(max_length=10, choices=Severity)
    kind = models.SlugField(max_length=60, help_text="A fixed word for counting: missing-title, unknown-licence.")
    field = models.CharField(max_length=100, blank=True)
    message = models.TextField(help_text="What is wrong and what would mend it, in plain English.")
    value = models.CharField(max_length=500, blank=True, help_text="What the source said.")
    is_outstanding = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether it was so still when a harvest of the source last ended: see `harvest.pipeline.counting`.",
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            # The first few of a run, of one kind or of all: of everything that it told, and of what is so still
            models.Index(fields=["run", "id"], name="problem_of_run"),
            models.Index(fields=["run", "kind", "id"], name="problem_of_kind"),
            models.Index(fields=["run", "id"], name="problem_outstanding", condition=Q(is_outstanding=True)),
            models.Index(
                fields=["run", "kind", "id"], name="problem_outstanding_of_kind", condition=Q(is_outstanding=True)
            ),
            models.Index(fields=["run", "guid"], name="problem_of_record"),
        ]

    def __str__(self) -> str:
        return self.message
