"""Who works for which publisher, in which role."""

from django.conf import settings
from django.db import models

from publishers.enums import Role
from publishers.models.publisher import Publisher


class Membership(models.Model):
    """A role flows down the tree: an editor of a department edits for its agencies too."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role, default=Role.EDITOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "publisher"], name="membership_once_per_publisher"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} of {self.publisher}"
