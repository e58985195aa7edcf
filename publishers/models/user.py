"""A person who signs in, known by e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password they can't sign in until one is set."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an operator: someone who may do everything for every publisher."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail address whatever its case: people type it both ways."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """What a user may do follows from their memberships; `is_superuser` marks an operator."""

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField("full name", max_length=200, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Clear this instead of deleting a person: their changes stay signed."
    )
    is_staff = models.BooleanField("may sign in to the admin", default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email
