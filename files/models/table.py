"""A table of a file: its columns with what is in them, and the Parquet file that previews are read from."""

import uuid

from django.db import models

from files.models.resource_file import ResourceFile


class Table(models.Model):
    file = models.ForeignKey(ResourceFile, on_delete=models.CASCADE, related_name="tables")
    position = models.PositiveIntegerField()
    version = models.UUIDField(default=uuid.uuid4, help_text="Another with each profile: places in it hold no longer.")
    name = models.CharField(max_length=300, blank=True, help_text="Of the sheet, layer or member of an archive.")

    # What is in it
    rows = models.BigIntegerField()
    is_cut = models.BooleanField(default=False, help_text="The file holds more rows than we take.")
    columns = models.JSONField(default=list)
    preamble = models.JSONField(default=list, blank=True, help_text="Lines above it.")
    notes = models.JSONField(default=list, blank=True, help_text="Lines below it.")
    has_headings = models.BooleanField(default=True)
    heading_rows = models.PositiveSmallIntegerField(default=1)
    first_row = models.PositiveIntegerField(default=1, help_text="Where in the file its first record stands.")
    delimiter = models.CharField(max_length=1, blank=True)

    # What it seems to cover: suggestions, never taken over by themselves
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    period_column = models.CharField(max_length=300, blank=True)
    places = models.JSONField(default=list, blank=True)
    box = models.JSONField(null=True, blank=True, help_text="West, south, east, north in degrees.")
    shapes = models.JSONField(default=dict, blank=True, help_text="Kinds of geometry and how many of each.")

    # Where it is kept
    parquet = models.CharField(max_length=200, help_text="Name in the storage “files”.")
    parquet_bytes = models.BigIntegerField(default=0)
    map = models.CharField(max_length=200, blank=True, help_text="Name of its outline in the storage “files”.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="table_position_once")]

    def __str__(self) -> str:
        return self.name or f"Table {self.position + 1}"
