"""What a write of the API answered, so that asking again gives the same answer and writes nothing."""

from django.conf import settings
from django.db import models


class IdempotentAnswer(models.Model):
    """Stored in the transaction of the write itself: it is there exactly if the write is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, help_text="The client's Idempotency-Key.")
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_answer_old")]

    def __str__(self) -> str:
        return self.key
