"""Addresses that are told of changes, and each call that was made or is to be made."""

import datetime
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalogue.enums import DeliveryState, PauseReason, WebhookSubject
from catalogue.models.sealed_text import SealedTextField
from publishers.models import Publisher


class Webhook(models.Model):
    """Follows the change log by position, as every follower does, and tells of nothing that isn't public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=200, help_text="What it is for.")
    url = models.CharField(
        "address", max_length=2000, help_text="Where we send what changed: an address of yours that takes POST."
    )
    subject = models.CharField("follows", max_length=20, choices=WebhookSubject, default=WebhookSubject.PUBLISHER)
    publisher = models.ForeignKey(Publisher, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks")
    dataset_id = models.UUIDField("dataset’s UUID", null=True, blank=True)
    search = models.CharField(
        max_length=2000, blank=True, help_text="The address of a results page, or what stands in it after the “?”."
    )
    secret = SealedTextField(editable=False, help_text="Signs what we send. Stands encrypted in the database.")
    secret_before = SealedTextField(
        editable=False,
        blank=True,
        default="",
        db_default="",
        help_text="Signs too for a time, so that a receiver can change over.",
    )
    secret_before_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField("active", default=True)
    paused_because = models.CharField(
        max_length=30,
        choices=PauseReason,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Not by its owner.",
    )
    failing_since = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The first of the failed attempts since one was heard."
    )
    last_sequence = models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text="Number of the last call noted."
    )
    position = models.BigIntegerField(editable=False, help_text="The change up to which it has followed.")
    finds = ArrayField(
        models.UUIDField(),
        null=True,
        blank=True,
        editable=False,
        help_text="Entries that its search found when last looked at, so that it can tell of those that leave it.",
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=WebhookSubject.values), name="webhook_subject_known"),
            models.CheckConstraint(
                condition=Q(subject=WebhookSubject.PUBLISHER, publisher__isnull=False)
                | Q(subject=WebhookSubject.DATASET, dataset_id__isnull=False)
                | Q(subject=WebhookSubject.SEARCH),
                name="webhook_follows_something",
            ),
            models.CheckConstraint(
                condition=Q(paused_because="") | Q(paused_because__in=PauseReason.values, is_active=False),
                name="webhook_paused_is_not_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def secrets_at(self, now: datetime.datetime) -> list[str]:
        """What its calls are signed with. None where they can't be read, since SECRET_KEY is another."""
        is_both = self.secret_before_until is not None and now < self.secret_before_until
        return [secret for secret in (self.secret, self.secret_before if is_both else "") if secret]


class WebhookDelivery(models.Model):
    """One call: what is told, and what became of it. Calls of one webhook are made in the order of their numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    # Zero: noted by a version before numbers
    sequence = models.BigIntegerField("number", default=0, db_default=0, help_text="Counts the calls of one webhook.")
    body = models.TextField(help_text="Just as it is sent, and signed.")
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.WAITING)
    is_repeat = models.BooleanField(
        default=False, db_default=False, help_text="Somebody has it sent again: tried once."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField("what went wrong", max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"),
            models.UniqueConstraint(
                fields=["webhook", "sequence"], name="webhook_delivery_number_once", condition=Q(sequence__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="webhook_delivery_due", condition=Q(state=DeliveryState.WAITING)
            ),
            models.Index(
                fields=["webhook", "sequence"], name="webhook_delivery_next", condition=Q(state=DeliveryState.WAITING)
            ),
            models.Index(fields=["webhook", "-created_at"], name="webhook_delivery_recent"),
        ]

    def __str__(self) -> str:
        return f"Call {self.sequence} of {self.webhook_id}: {self.get_state_display()}"
