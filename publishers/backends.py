"""Sign-in by e-mail address, whatever its case."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.backends import ModelBackend
from django.db.models import OuterRef, Subquery

from publishers.models import User


class EmailBackend(ModelBackend):
    """Django's own backend looks up by `get_by_natural_key`, which ignores case here."""

    def get_user(self, user_id: int) -> User | None:
        """Whoever a session is of, with `second_step_id`, in one query; None where they may not sign in any more."""
        steps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        user = User.objects.annotate(second_step_id=Subquery(steps.values("pk")[:1])).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User, perm: str, obj: Any = None) -> bool:  # type: ignore[override]
        """Only operators hold Django's own permissions; everyone else's come from `publishers.permissions`."""
        return bool(user_obj.is_active and user_obj.is_superuser)
