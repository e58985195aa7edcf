"""How good a dataset's entry is, criterion by criterion, and the facts that say so."""

from django.db import models
from django.db.models import Q

from catalogue.enums import Band
from catalogue.models.dataset import Dataset


class QualityReport(models.Model):
    dataset = models.OneToOneField(Dataset, primary_key=True, on_delete=models.CASCADE, related_name="quality")
    score = models.PositiveSmallIntegerField(help_text="0 to 100.")
    band = models.CharField(max_length=20, choices=Band)
    results = models.JSONField(help_text="One object a criterion: key, state, points, out_of, reason, fix, field.")
    facts = models.JSONField(help_text="What the rules were given, so that a score can be explained and recomputed.")
    rules_version = models.PositiveSmallIntegerField()
    scored_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="When time alone will change the score.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="quality_score_out_of_hundred"),
            models.CheckConstraint(condition=Q(band__in=Band.values), name="quality_band_known"),
        ]
        indexes = [
            models.Index(fields=["score"], name="quality_by_score"),
            models.Index(fields=["due_at"], name="quality_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.dataset_id}"
