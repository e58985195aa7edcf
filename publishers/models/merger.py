"""A merger of two publishers, with what came with it: so that it can be undone."""

from django.conf import settings
from django.db import models

from publishers.models.publisher import Publisher


class Merger(models.Model):
    old = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="mergers_away")
    new = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="mergers_in")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    came = models.JSONField(help_text="What the old body had, by kind: see `catalogue.unmerging`.")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.old} into {self.new}"
