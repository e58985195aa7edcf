"""Every name an entry has ever had."""

from django.db import models

from catalogue.models.dataset import NAME_LENGTH, Dataset


class DatasetName(models.Model):
    """A name that an entry has or had: old addresses go on leading to it, and no other entry may take one."""

    name = models.CharField(primary_key=True, max_length=NAME_LENGTH)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="names")

    def __str__(self) -> str:
        return self.name
