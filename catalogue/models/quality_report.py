"""How good a dataset's entry is, criterion by criterion, and the facts that say so."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from catalogue.enums import Band
from catalogue.models.dataset import Dataset


class QualityReport(models.Model):
    dataset = models.OneToOneField(Dataset, primary_key=True, on_delete=models.CASCADE, related_name="quality")
    score = models.PositiveSmallIntegerField(help_text="0 to 100.")
    band = models.CharField(max_length=20, choices=Band)
    mqa = models.PositiveSmallIntegerField(null=True, help_text="Points of data.europa.eu's MQA, 0 to 405.")
    stars = models.PositiveSmallIntegerField(
        null=True, help_text="Stars of open data, 0 to 5; none where they aren't asked."
    )
    format_stars = models.PositiveSmallIntegerField(null=True, help_text="Stars of the format, whatever the licence.")
    marks = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        help_text="One word a criterion, as “links:unmet”: to count and find by, without reading the results.",
    )
    results = models.JSONField(help_text="One object a criterion: key, state, points, out_of, reason, fix, field.")
    facts = models.JSONField(help_text="What the rules were given, so that a score can be explained and recomputed.")
    rules_version = models.PositiveSmallIntegerField()
    scored_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="When time alone will change the score.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="quality_score_out_of_hundred"),
            models.CheckConstraint(condition=Q(band__in=Band.values), name="quality_band_known"),
            models.CheckConstraint(condition=Q(mqa=None) | Q(mqa__lte=405), name="quality_mqa_out_of_405"),
            models.CheckConstraint(condition=Q(stars=None) | Q(stars__lte=5), name="quality_stars_out_of_five"),
        ]
        indexes = [
            models.Index(fields=["score"], name="quality_by_score"),
            models.Index(fields=["band"], include=["dataset"], name="quality_by_band"),
            models.Index(fields=["due_at"], name="quality_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["rules_version"], name="quality_by_rules"),
            GinIndex(fields=["marks"], name="quality_marks"),
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.dataset_id}"
