"""Terms under which data may be used."""

from django.db import models


class Licence(models.Model):
    """Codes are CKAN's licence ids ("uk-ogl"), since that is what existing clients send and expect."""

    code = models.CharField(primary_key=True, max_length=60)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)
    is_open = models.BooleanField(help_text="Conforms to the Open Definition: anyone may use it for any purpose.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Where it stands in lists; small comes first.")

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title
