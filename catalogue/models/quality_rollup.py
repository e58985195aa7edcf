"""Quality in numbers: as it stands, day by day, and frozen at the end of each quarter.

`scope` and `key` say of what: the whole catalogue (key empty), a publisher's own datasets (its id), its family (its
own and those of every body below it), a topic (its slug), or a cell (publisher and topic), of which all the others are
sums.
"""

from django.db import models

from catalogue.enums import RollupScope


class QualityRollup(models.Model):
    """As it stands now. Rebuilt from the reports at any time."""

    scope = models.CharField(max_length=10, choices=RollupScope)
    key = models.CharField(max_length=120, blank=True)
    datasets = models.PositiveIntegerField(help_text="Public datasets, scored or not.")
    figures = models.JSONField(help_text="See `catalogue.quality.figures`.")
    rules_version = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField()
    is_kept = models.BooleanField(default=False, help_text="Whether the day's history holds it.")
    changes_seen = models.BigIntegerField(default=0, help_text="Of the whole: position in the change log.")
    counted_all_at = models.DateTimeField(null=True, help_text="Of the whole: when every dataset was last counted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="quality_rollup_once"),
            models.CheckConstraint(condition=models.Q(scope__in=RollupScope.values), name="quality_rollup_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}".strip()


class QualityDay(models.Model):
    """How it stood at the end of a day, for each day on which it changed.

    On the day when new rules took over there is a row for the old and one for the new: what lies between them is the
    rules' doing, and by it earlier figures can be compared (`catalogue.quality.history`).
    """

    scope = models.CharField(max_length=10, choices=RollupScope)
    key = models.CharField(max_length=120, blank=True)
    day = models.DateField()
    rules_version = models.PositiveSmallIntegerField()
    figures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "day", "rules_version"], name="quality_day_once"),
            models.CheckConstraint(condition=models.Q(scope__in=RollupScope.values), name="quality_day_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} on {self.day}"


class QualitySnapshot(models.Model):
    """How it stood at the end of a quarter, for ever.

    A trigger refuses every change, and each row carries a hash of itself and of the row before it: whoever noted the
    last one can tell whether history was rewritten behind the trigger's back.
    """

    number = models.PositiveIntegerField(primary_key=True)
    quarter = models.CharField(max_length=7, help_text="As 2026-Q3.")
    scope = models.CharField(max_length=10, choices=RollupScope)
    key = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=300, help_text="What it was called then.")
    day = models.DateField(help_text="The day whose figures these are.")
    rules_version = models.PositiveSmallIntegerField()
    figures = models.JSONField()
    frozen_at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True, help_text="Digest of the row before.")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["quarter", "scope", "key"], name="quality_snapshot_once"),
            models.CheckConstraint(
                condition=models.Q(quarter__regex=r"^[0-9]{4}-Q[1-4]$"), name="quality_snapshot_quarter"
            ),
        ]
        indexes = [models.Index(fields=["scope", "key", "quarter"], name="quality_snapshot_of")]

    def __str__(self) -> str:
        return f"{self.quarter} {self.title}"
