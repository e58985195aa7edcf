"""Attempts to sign in that failed, for as long as they count."""

from django.db import models


class SignInFailure(models.Model):
    """Counted by account and by network address: see `publishers.throttling`."""

    account = models.CharField(max_length=254, help_text="What was typed as e-mail address, in lower case.")
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="sign_in_failure_account"),
            models.Index(fields=["address", "at"], name="sign_in_failure_address"),
            models.Index(fields=["at"], name="sign_in_failure_old"),
        ]

    def __str__(self) -> str:
        return f"{self.account} from {self.address}"
