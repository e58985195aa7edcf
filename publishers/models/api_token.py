"""Keys with which programs act for a person."""

import datetime
import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from publishers.enums import TokenScope
from publishers.models.publisher import Publisher


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: datetime.datetime) -> Self:
        """Neither revoked nor run out, of people who may still sign in."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """A token may do what its owner may, within its scope and, where one is named, for one publisher and those below.

    The token itself is shown once and never stored: only its digest is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200, help_text="What it is for: the program or script that will use it.")
    scope = models.CharField("what it may do", max_length=20, choices=TokenScope, default=TokenScope.READ)
    publisher = models.ForeignKey(
        Publisher,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        help_text="Only for this publisher and bodies below it. Empty: for all that you work for.",
    )
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, in hexadecimal.")
    hint = models.CharField(max_length=12, editable=False, help_text="How the token begins, to tell it from others.")
    created_at = models.DateTimeField("made")
    expires_at = models.DateTimeField("runs out", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)
    last_used_at = models.DateTimeField("last used", null=True, blank=True)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="api_token_scope_known"),
            models.CheckConstraint(condition=~Q(name=""), name="api_token_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
