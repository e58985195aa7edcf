"""One of data.gov.uk's fourteen subjects."""

from django.db import models


class Topic(models.Model):
    slug = models.SlugField(primary_key=True, max_length=60)
    title = models.CharField(max_length=100)
    description = models.CharField(max_length=300, help_text="One line that says what belongs here.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title
