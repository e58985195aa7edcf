"""Addresses that are told of changes, and each call that was made or is to be made."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalogue.enums import DeliveryState, WebhookSubject
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
    is_active = models.BooleanField("active", default=True)
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
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One call: what is told, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    body = models.TextField(help_text="Just as it is sent, and signed.")
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.WAITING)
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
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="webhook_delivery_due", condition=Q(state=DeliveryState.WAITING)
            ),
            models.Index(fields=["webhook", "-created_at"], name="webhook_delivery_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.get_state_display()}"
