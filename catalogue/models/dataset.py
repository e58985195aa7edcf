"""An entry of the catalogue: a dataset, a series or a data service."""

import datetime
import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils import timezone

from catalogue.enums import (
    Access,
    Classification,
    DatasetKind,
    Frequency,
    PersonalData,
    ServiceStatus,
    ServiceType,
    State,
    Visibility,
)
from catalogue.models.licence import Licence
from catalogue.models.topic import Topic
from catalogue.models.visibility import INTERNAL, DatasetQuerySet
from catalogue.places import Box
from publishers.models import Publisher

#: Longest name of a dataset: CKAN's limit, which its clients check.
NAME_LENGTH = 100

#: Names look like this; a name shaped like a UUID would be taken for one by `/dataset/<uuid>`.
NAME_PATTERN = r"^[a-z0-9_-]{2,100}$"
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


#: What officials search of entries that are not public, and the words by which the workplace finds any entry.
INTERNAL_TEXT = SearchVector("title", Left("description", 50_000), "held_in", config="english")
TITLE_WORDS = SearchVector("title", config="simple")


def _line(help_text: str) -> models.CharField:
    """A line of words that may be left empty; added by a migration that the code before it knew nothing of."""
    return models.CharField(max_length=300, blank=True, default="", db_default="", help_text=help_text)


class Dataset(models.Model):
    # Identification
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("name in addresses", max_length=NAME_LENGTH, unique=True)
    kind = models.CharField(max_length=20, choices=DatasetKind, default=DatasetKind.DATASET)
    title = models.CharField(max_length=500)
    alternative_titles = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    description = models.TextField(blank=True, help_text="Markdown.")
    translations = models.JSONField(
        default=dict,
        blank=True,
        help_text='Title and description in other languages: {"cy": {"title": …, "description": …}}.',
    )
    identifiers = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        help_text="Other identifiers: DOI, reference number.",
    )
    version_label = models.CharField("version", max_length=100, blank=True)
    version_notes = models.TextField(blank=True, help_text="What is new in this version.")
    in_series = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="series_members"
    )

    # Who answers for it. A contact left empty is the publisher's.
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="datasets")
    creator = models.CharField(max_length=300, blank=True, help_text="Who made the data, if not the publisher.")
    contact_name = models.CharField(max_length=300, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)
    contact_url = models.CharField(max_length=2000, blank=True)
    foi_name = models.CharField(max_length=300, blank=True)
    foi_email = models.CharField(max_length=254, blank=True)
    foi_phone = models.CharField(max_length=60, blank=True)
    foi_url = models.CharField(max_length=2000, blank=True)

    # What it is about
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="datasets")
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True, help_text="ISO 639-1: en, cy.")
    landing_page = models.CharField(max_length=2000, blank=True)
    conforms_to = ArrayField(
        models.CharField(max_length=500), default=list, blank=True, help_text="Standards, schemas."
    )

    related_links = ArrayField(models.CharField(max_length=2000), default=list, blank=True)
    provenance = models.TextField("how it was made", blank=True, help_text="Lineage: sources and processing.")

    # If it is a data service
    service_status = models.CharField(max_length=20, choices=ServiceStatus, blank=True)
    service_type = models.CharField(max_length=20, choices=ServiceType, blank=True)
    endpoint_url = models.CharField("service address", max_length=2000, blank=True)
    endpoint_description = models.CharField(
        max_length=2000, blank=True, help_text="Address of its description: OpenAPI, WSDL, capabilities."
    )

    # How it may be used
    licence = models.ForeignKey(Licence, null=True, blank=True, on_delete=models.PROTECT, related_name="datasets")
    licence_text = models.TextField(blank=True, help_text="The terms as the publisher wrote them.")
    access = models.CharField(max_length=20, choices=Access, default=Access.OPEN)
    access_reason = models.TextField(blank=True, help_text="Why it is not open.")
    planned_release = models.CharField(max_length=100, blank=True, help_text="When it is meant to be released.")
    rights = models.TextField(blank=True)
    classification = models.CharField(max_length=20, choices=Classification, default=Classification.NOT_APPLICABLE)

    personal_data = models.CharField(
        max_length=20,
        choices=PersonalData,
        blank=True,
        default="",
        db_default="",
        help_text="Whether people can be told from the data.",
    )

    # The inventory's own: for signed-in officials, never for the public (`catalogue.drafts.INTERNAL_FIELDS`)
    held_in = _line("The system or place where the data is held.")
    information_asset_owner = _line("The senior person who answers for the data and its risks.")
    data_steward = _line("Who looks after its meaning and quality.")
    data_custodian = _line("Who runs the system that holds it.")
    retention = _line("How long it is kept, and what happens to it then.")

    # When. A date as the source wrote it stands beside the day that we read in it.
    frequency = models.CharField(max_length=20, choices=Frequency, default=Frequency.UNKNOWN)
    issued = models.DateField("first released", null=True, blank=True)
    issued_text = models.CharField(max_length=100, blank=True)
    modified = models.DateField("data last updated", null=True, blank=True)
    modified_text = models.CharField(max_length=100, blank=True)
    temporal_start = models.DateField("covers from", null=True, blank=True)
    temporal_end = models.DateField("covers to", null=True, blank=True)
    temporal_text = models.CharField(max_length=300, blank=True)

    # Where: degrees, WGS 84
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    places = ArrayField(models.CharField(max_length=300), default=list, blank=True, help_text="Named places covered.")

    # Whatever a source said that has no field here: nothing is lost
    extras = models.JSONField(default=dict, blank=True)

    # Provenance. The catalogue never asks who harvested it: these are plain facts.
    origin_id = models.CharField(max_length=1000, blank=True, help_text="Its identifier at the source.")
    origin_url = models.CharField(max_length=2000, blank=True, help_text="The source that it was harvested from.")
    origin_title = models.CharField(max_length=300, blank=True)
    source_created_at = models.DateTimeField(
        null=True, blank=True, help_text="When the source says the entry was made."
    )
    source_modified_at = models.DateTimeField(null=True, blank=True, help_text="When the source says it was changed.")
    last_seen_at = models.DateTimeField(null=True, blank=True, help_text="When a harvest last found it.")

    overlay = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="The publisher's corrections of a harvested entry: see `catalogue.overlay`.",
    )

    # Visibility and lifecycle
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.PUBLIC)
    release_at = models.DateTimeField(null=True, blank=True, help_text="Hidden from the public until then.")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    redirects_to_replacement = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether its old address leads straight to what replaces it.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField("entry last changed", default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False, help_text="Number of the latest revision.")

    objects: ClassVar = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["-modified_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="dataset_has_title"),
            models.CheckConstraint(
                condition=Q(name__regex=NAME_PATTERN) & ~Q(name__regex=UUID_PATTERN), name="dataset_name_well_formed"
            ),
            models.CheckConstraint(
                condition=Q(temporal_start=None) | Q(temporal_end=None) | Q(temporal_start__lte=F("temporal_end")),
                name="dataset_period_forwards",
            ),
            models.CheckConstraint(
                condition=Q(west=None, south=None, east=None, north=None)
                | Q(
                    # A comparison with NULL is neither true nor false, and a check passes unless it is false
                    west__isnull=False,
                    south__isnull=False,
                    east__isnull=False,
                    north__isnull=False,
                    west__range=(-180, 180),
                    east__range=(-180, 180),
                    south__gte=-90,
                    south__lte=F("north"),
                    north__lte=90,
                ),
                name="dataset_box_whole_and_on_earth",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="dataset_state_known"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="dataset_visibility_known"),
            models.CheckConstraint(condition=Q(access__in=Access.values), name="dataset_access_known"),
            models.CheckConstraint(
                condition=Q(personal_data__in=["", *PersonalData.values]), name="dataset_personal_data_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False), name="dataset_published_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | Q(withdrawn_at__isnull=False), name="dataset_withdrawn_has_date"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("id")), name="dataset_not_replaced_by_itself"
            ),
        ]
        indexes = [
            # Far down the list of what is public, too, no row is read: thousands are passed over on the way
            models.Index(
                fields=["-modified_at", "-id"], include=["state", "visibility", "release_at"], name="dataset_recent"
            ),
            models.Index(fields=["publisher", "-modified_at"], name="dataset_of_publisher_recent"),
            models.Index(fields=["release_at"], name="dataset_release_due", condition=Q(release_at__isnull=False)),
            models.Index(fields=["origin_id"], name="dataset_origin", condition=~Q(origin_id="")),
            # Counts and pages through what is public without reading it: a row is large
            models.Index(
                fields=["id"],
                include=["release_at"],
                name="dataset_public_by_id",
                condition=Q(state=State.PUBLISHED, visibility=Visibility.PUBLIC),
            ),
            GinIndex(fields=["tags"], name="dataset_tags"),
            GinIndex(fields=["identifiers"], name="dataset_identifiers"),
            # Officials search what is not public here; what is public, everybody searches in the search engine
            GinIndex(INTERNAL_TEXT, name="dataset_internal_text", condition=INTERNAL),
            models.Index(fields=["-modified_at"], name="dataset_internal_recent", condition=INTERNAL),
            # Drafts, reviews and withdrawn entries are few among many
            models.Index(fields=["state"], name="dataset_unpublished", condition=~Q(state=State.PUBLISHED)),
            # The workplace finds entries by words of their title
            GinIndex(TITLE_WORDS, name="dataset_title_words"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/dataset/{self.id}/{self.name}"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **others: Any) -> "Dataset":
        """Where some columns are deferred Django looks up each of seventy among the rest, a list: here it is a set."""
        return super().from_db(db, frozenset(field_names), values, **others)

    @property
    def box(self) -> Box | None:
        """The area covered, if the entry says so in degrees."""
        west, south, east, north = self.west, self.south, self.east, self.north
        if west is None or south is None or east is None or north is None:
            return None
        return Box(west, south, east, north)

    @property
    def updated_at(self) -> datetime.date:
        """The day that pages give as "last updated": the data's own, else the source's, else ours."""
        if self.modified:
            return self.modified
        return timezone.localdate(self.source_modified_at or self.modified_at)

    @property
    def is_harvested(self) -> bool:
        return bool(self.origin_id)
