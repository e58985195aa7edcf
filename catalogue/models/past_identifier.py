"""What an entry was called and is no more: at its source, among its identifiers, and its files that are gone."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import MD5

from catalogue.models.dataset import Dataset


class PastIdentifier(models.Model):
    """Kept for ever, so that what somebody wrote down years ago goes on leading to the entry. Names have their own."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="past_identifiers")
    identifier = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            # By digest, since the text may be longer than an index of texts takes
            models.UniqueConstraint(F("dataset"), MD5("identifier"), name="past_identifier_once"),
        ]
        indexes = [HashIndex(fields=["identifier"], name="past_identifier_text")]

    def __str__(self) -> str:
        return self.identifier
